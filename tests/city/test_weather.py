"""The network, Telegram's limits and people who leave: others go on, nothing is lost, the hub hears of whoever can't be told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.telegram.pacing import Pace
from tests.botapi import Person
from tests.botapi.faults import Fault
from tests.botapi.problems import Problem
from tests.city import steps
from tests.city.counter import Counter, open_counter

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]


def texts_of(person: Person, words: str) -> int:
    return len([said for said in person.seen() if words in "".join((said.text, *said.earlier))])


async def test_who_blocked_us_is_told_of_and_comes_back(counter: Counter) -> None:
    resident, officer = await counter.resident(), counter.staff["officer"]
    number = await steps.files(resident)
    await resident.blocks()
    await counter.settled()
    await steps.sends_to_the_grid(officer, number)
    told = await officer.sees("联系不上", ever=True)
    assert number in told.text
    await counter.settled()
    assert texts_of(officer, f"{number} 的市民现在联系不上") == 1, "once for a step"
    await resident.unblocks()
    await resident.says("/my")
    await resident.presses(number)
    await resident.sees("已派单")


async def test_who_blocks_without_a_word_is_found_out(counter: Counter) -> None:
    resident, officer = await counter.resident(), counter.staff["officer"]
    number = await steps.files(resident)
    counter.server.block(resident.chat)
    await steps.sends_to_the_grid(officer, number)
    assert number in (await officer.sees(f"{number} 的市民现在联系不上", ever=True)).text


async def test_a_flood_in_one_chat_holds_no_other(counter: Counter) -> None:
    slow, quick = await counter.resident(), await counter.resident()
    counter.server.flood(slow.chat, 120, times=2)
    sent = counter.server.times_called("sendMessage", slow.chat)
    await slow.says("/help")
    for tries in (1, 2):
        await counter.server.called("sendMessage", chat=slow.chat, times=sent + tries)
        await counter.idle()
        await quick.says("/help")
        await quick.sees("/status")
        assert not [said for said in slow.seen() if "/status" in said.text]
        counter.clock.move(seconds=121)
        counter.city.engine.relay.wake()
    await slow.sees("/status")
    assert texts_of(slow, "/status 编号") == 1


async def test_a_failing_server_is_tried_again(counter: Counter) -> None:
    resident = await counter.resident()
    counter.server.fail(502, "Bad Gateway", method="sendMessage", times=2)
    await resident.says("/help")
    await resident.sees("/status", within=10)
    assert texts_of(resident, "/status 编号") == 1


async def test_a_cut_before_the_work_is_made_good(counter: Counter) -> None:
    resident = await counter.resident()
    counter.server.cut("sendMessage")
    await resident.says("/help")
    await resident.sees("/status", within=10)
    assert texts_of(resident, "/status 编号") == 1


async def test_a_cut_after_the_work_costs_a_repetition_at_most(counter: Counter) -> None:
    resident = await counter.resident()
    counter.server.cut("sendMessage", after=True)
    await resident.says("/help")
    await resident.sees("/status", within=10)
    await counter.settled()
    assert texts_of(resident, "/status 编号") in {1, 2}


async def test_an_addition_to_a_card_that_we_do_not_know_to_have_arrived_is_kept(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says(steps.LITTER)
    await resident.sees(steps.UNDERSTOOD)
    await counter.settled()
    counter.server.faults.pending.append(Fault("sendMessage", resident.chat, drop=True, after=True))
    await resident.presses("提交")
    card = await resident.sees("已登记")
    await resident.says("今天更臭了", reply_to=card)
    assert steps.number_in(card) in (await resident.sees("已补充到", ever=True)).text
    await counter.settled()
    assert texts_of(resident, steps.UNDERSTOOD) == 1, "the words became no second matter"


async def test_a_card_that_is_gone_or_too_old_comes_anew(counter: Counter) -> None:
    resident, worker, officer = await counter.resident(), counter.staff["worker"], counter.staff["officer"]
    number = await steps.files(resident)
    await steps.sends_to_the_grid(officer, number)
    card = await worker.finds("签收", about=number)
    counter.server.faults.pending.append(Fault("editMessageText", worker.chat, Problem("message can't be edited")))
    await worker.presses("签收", on=card)
    fresh = await worker.finds("办结反馈", about=number)
    assert fresh.message_id != card.message_id
    for said in resident.seen():
        said.deleted = number in said.text
    await steps.reports_back(worker, number, photo=False)
    await resident.sees("核查中", ever=True)


async def test_the_same_card_again_is_no_error(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says("/language")
    asked = await resident.sees("请选择语言")
    await counter.settled()
    before = await counter.queue.depth()
    for _ in range(2):
        await resident.presses("简体中文", on=asked)
    await counter.settled()
    assert (await counter.queue.depth()).get("dead") == before.get("dead")
    assert any("not modified" in said for _, said in counter.server.refusals)
    assert texts_of(resident, "已改为简体中文") == 1


async def test_a_torn_long_answer_is_not_said_twice(counter: Counter) -> None:
    resident, worker, officer = await counter.resident(), counter.staff["worker"], counter.staff["officer"]
    number = await steps.files(resident)
    await steps.sends_to_the_grid(officer, number)
    await steps.signs(worker, number)
    await steps.reports_back(worker, number, photo=False, text="已清运。" * 1000)
    await counter.settled()
    counter.server.faults.pending.append(Fault("sendMessage", resident.chat, Problem("Bad Gateway", 502), skip=1))
    await steps.lets_pass(officer, number)
    await resident.finds("解决了", within=10)
    assert texts_of(resident, "有答复了。请您看看") == 1
    assert "".join(said.text for said in resident.seen()).count("已清运。") == 1000


async def test_a_file_is_waited_for_and_the_words_with_it(counter: Counter) -> None:
    resident, other = await counter.resident(), await counter.resident()
    counter.server.fail(502, "Bad Gateway", method="getFile", times=8)  # more often than a faulty update is tried
    asked = counter.server.times_called("getFile")
    await resident.sends_photo(b"the bin", steps.LITTER)
    for tries in range(1, 9):
        await counter.server.called("getFile", times=asked + tries)
        await counter.idle()
        await other.says("/my")
        await other.sees("还没有")
        counter.clock.move(seconds=11)
        counter.city.engine.reader.wake()
    assert "附件　1" in (await resident.sees(steps.UNDERSTOOD, within=15)).text


async def test_a_toast_too_late_is_no_error(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says(steps.LITTER)
    await resident.sees(steps.UNDERSTOOD)
    counter.server.fail(400, "query is too old and response timeout expired or query ID is invalid", method="answerCallbackQuery")
    await steps.submits(resident)


@asynccontextmanager
async def paced(folder: Path) -> AsyncIterator[Counter]:
    async with open_counter(folder, {"telegram": Pace(asyncio.get_running_loop().time)}) as counter:
        yield counter


async def test_telegrams_own_limits_are_never_met(tmp_path: Path) -> None:
    """With the real pace the server that counts has nothing to refuse, and the end comes at once though much is waiting."""
    async with paced(tmp_path) as counter:
        counter.server.methods.limits.on = True
        people = [counter.person() for _ in range(8)]
        for person in people:
            for _ in range(4):
                await person.says("/start")
        for person in people:
            await person.sees("信访超市")
        async with asyncio.timeout(5):
            await counter.city.engine.relay.stop()
        assert not [refused for refused in counter.server.refusals if "retry after" in refused[1]]
