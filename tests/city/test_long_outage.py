"""Telegram is away for nine hours while the desks go on by the console: afterwards a digest, the answers whole, and no flood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi import Person
from tests.botapi.faults import Fault
from tests.botapi.problems import Problem
from tests.city import steps
from tests.city.counter import Counter, open_counter
from workflow.commands import Command, Move, Register
from workflow.desk import Session
from workflow.model import Assignee, Intent, Procedure, Ticket
from workflow.states import Trigger

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID = Assignee("grid", steps.GRID)
DEPARTMENT = Assignee("chengguan", steps.COUNTY)
ANSWER = "已清运，加派保洁员，每周三次"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with open_counter(Path(tmp_path_factory.mktemp("outage"))) as counter:
        yield counter


async def do(counter: Counter, person: Person, *commands: Command) -> Ticket:
    """As the console does it, which needs no Telegram."""

    async def work(session: Session) -> Ticket:
        contact = await session.uow.contacts.by_address("telegram", str(person.id))
        assert contact is not None
        done = [await session.do(await session.actor(contact), command) for command in commands]
        return done[-1]

    done = await counter.city.desk.serve(f"console:{person.id}:{commands}", work)
    counter.city.engine.relay.wake()
    assert done is not None
    return done


def down(counter: Counter) -> None:
    counter.server.faults.pending.append(Fault(problem=Problem("Bad Gateway", 502), times=10**9))


async def up(counter: Counter) -> None:
    counter.server.faults.pending.clear()
    counter.clock.move(hours=9)
    counter.city.engine.relay.wake()
    await counter.settled()


async def test_after_a_long_outage_everybody_gets_what_still_counts(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    resident, officer, worker = await counter.resident(), counter.staff["officer"], counter.staff["worker"]
    number = await steps.files(resident)
    ticket = await counter.ticket(number)
    await counter.settled()
    seen = {person.id: len(person.seen()) for person in (resident, officer, worker)}
    down(counter)
    await do(counter, officer, Move(ticket.id, Trigger.ACCEPT), Move(ticket.id, Trigger.DISPATCH, assignee=GRID))
    await do(counter, worker, Move(ticket.id, Trigger.SIGN))
    review = counter.clock.now().date() + timedelta(days=5)
    await do(counter, officer, Move(ticket.id, Trigger.SUSPEND, reason="等配件", plan="到货就修", review_date=review))
    await do(counter, officer, Move(ticket.id, Trigger.RESUME))
    await do(counter, worker, Move(ticket.id, Trigger.REPLY, result=ANSWER))
    await do(counter, officer, Move(ticket.id, Trigger.RELEASE))
    for number_of in range(12):
        other = Register(f"杜阮井根村第 {number_of} 盏路灯不亮", Procedure.GRID_EVENT, Intent.COMPLAIN, ticket.topic, ticket.place)
        found = await do(counter, resident, other)
        await do(counter, officer, Move(found.id, Trigger.ACCEPT), Move(found.id, Trigger.DISPATCH, assignee=GRID))
    await up(counter)
    news = {person.id: [said.text for said in person.seen()[seen[person.id] :]] for person in (resident, officer, worker)}

    digest = next(text for text in news[resident.id] if "在服务中断期间" in text)
    assert f"{number} " in digest and "已登记 → 待评价" in digest and "/my" in digest
    about = [text for text in news[resident.id] if number in text]
    assert len([text for text in about if "已派单，由" in text or "已恢复办理" in text]) == 0, "steps that are past are not replayed"
    assert len([text for text in about if ANSWER in text and "问题解决了吗" in text]) == 1, "the answer comes whole, once"
    assert len([text for text in about if "等配件" in text]) == 1, "a reason that is owed comes whole"
    assert len([text for text in news[resident.id] if "已登记，编号" in text]) == 12, "every receipt comes whole"

    assert len(news[worker.id]) <= 8, news[worker.id]
    assert len([text for text in news[worker.id] if "在服务中断期间" in text]) == 1
    assert len([text for text in news[officer.id] if "在服务中断期间" in text]) == 1
    assert "路灯" in news[worker.id][-1], "the newest cards come whole"
    assert (await counter.queue.depth()).get("dead") is None
    assert (await counter.queue.depth()).get("waiting") is None
    caplog.clear()


async def test_the_digest_opens_what_it_tells_of(counter: Counter) -> None:
    worker = counter.staff["worker"]
    digest = next(said for said in worker.seen() if "在服务中断期间" in said.text)
    first = digest.labels[0]
    await worker.presses(first, on=digest)
    card = await worker.sees(first)
    assert "签收" in card.labels
    await counter.settled()


async def test_cards_in_the_chat_are_edited_to_what_is_so_now(counter: Counter) -> None:
    resident, officer = await counter.resident(), counter.staff["officer"]
    first = await counter.ticket(await steps.files(resident))
    lamp = Register("杜阮井根村路灯不亮", Procedure.GRID_EVENT, Intent.COMPLAIN, first.topic, first.place)
    tickets = (first, await do(counter, resident, lamp))
    await counter.settled()
    cards = [next(said for said in reversed(resident.seen()) if ticket.number in said.text) for ticket in tickets]
    count = len(resident.seen())
    down(counter)
    for ticket in tickets:
        await do(counter, officer, Move(ticket.id, Trigger.ACCEPT), Move(ticket.id, Trigger.DISPATCH, assignee=GRID))
        await counter.idle()
    for ticket in tickets:
        await do(counter, officer, Move(ticket.id, Trigger.REASSIGN, assignee=DEPARTMENT, reason="不归网格"))
        await counter.idle()
    await up(counter)
    [digest] = resident.seen()[count:]
    assert all(ticket.number in digest.text for ticket in tickets) and digest.text.count("已登记 → 已派单") == 2
    assert all("已派单" in card.text and "城市管理" in card.text for card in cards), "each once, in its place"
