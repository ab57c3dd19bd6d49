"""What several processes at one PostgreSQL do to each other: each has an engine of its own here, and all act at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.watch import Watch
from storage import Database, Election, OutboxQueue, SqlInbox, SqlUnitOfWork, WebMailbox, open_database
from storage.imports import ImportEntry, ImportStore
from storage.inbox import LEASE
from storage.outbox import LEASE as OUTBOX_LEASE
from storage.tables import events, grids, notes, outbox
from tests.clock import FrozenClock
from tests.contract.conftest import Town, town_on
from tests.workflow.build import REGION, PlainWeeks
from workflow.commands import Add, Move, Urge
from workflow.desk import Desk, Session
from workflow.errors import Collision, Conflict, Refusal, Refused
from workflow.model import Contact, Note, Speech, Ticket
from workflow.region import Level, Place
from workflow.states import State, Trigger


@pytest.fixture
async def other(pg: Database) -> AsyncIterator[Database]:
    """The same database, opened by somebody else."""
    opened = open_database(pg.engine.url.render_as_string(hide_password=False))
    yield opened
    await opened.close()


@pytest.fixture
async def here(pg: Database) -> Town:
    return await town_on(pg)


@pytest.fixture
def there(here: Town, other: Database) -> Town:
    desk = Desk(lambda: SqlUnitOfWork(other), lambda: REGION, here.clock, PlainWeeks(), lambda: "654321")
    return Town(other, desk, here.clock, here.people, served=1000)


async def count(database: Database, query: Any) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(query)).scalar_one())


async def test_two_at_once_get_no_chat_twice_and_each_chat_in_order(pg: Database, other: Database) -> None:
    clock = FrozenClock()
    one, two = SqlInbox(pg, clock), SqlInbox(other, clock)
    for number in range(3):
        for chat in range(20):
            await one.store("test", f"{chat}-{number}", str(chat), {})
    heard: dict[str, list[str]] = {}

    async def hear(inbox: SqlInbox, database: Database) -> None:
        while heads := await inbox.claim(clock.now(), {"test": 7}):
            for head in heads:
                heard.setdefault(head[0].chat, []).append(head[0].update_id)
            async with SqlUnitOfWork(database) as uow:
                await uow.inbox_done([head[0].id for head in heads])
                await uow.commit()

    await asyncio.gather(hear(one, pg), hear(two, other), hear(one, pg), hear(two, other))
    assert heard == {str(chat): [f"{chat}-{number}" for number in range(3)] for chat in range(20)}


async def test_a_chat_that_is_heard_here_is_not_heard_there_until_its_loan_runs_out(pg: Database, other: Database) -> None:
    clock = FrozenClock()
    one, two = SqlInbox(pg, clock), SqlInbox(other, clock)
    for number in ("1", "2"):
        await one.store("test", number, "a", {})
    [head] = await one.claim(clock.now(), {"test": 5})
    assert await two.claim(clock.now(), {"test": 5}) == []
    clock.move(seconds=10)
    assert await one.claim(clock.now(), {"test": 5}, held=[head[0].id]) == []
    clock.move(seconds=10)
    assert await two.claim(clock.now(), {"test": 5}) == [], "the loan was made longer"
    clock.move(seconds=LEASE.total_seconds())
    [again] = await two.claim(clock.now(), {"test": 5})
    assert (again[0].id, again[0].attempts) == (head[0].id, 0)


async def test_only_doors_with_room_are_asked_and_albums_wait_until_they_are_whole(pg: Database) -> None:
    clock = FrozenClock()
    inbox = SqlInbox(pg, clock)
    for number, (door, album) in enumerate([("x", ""), ("y", "z"), ("y", "z")]):
        await inbox.store(door, str(number), door, {}, album)
    assert await inbox.claim(clock.now(), {"x": 0, "y": 5}) == []
    clock.move(seconds=2)
    assert [[row.update_id for row in head] for head in await inbox.claim(clock.now(), {"y": 5})] == [["1", "2"]]


async def test_what_is_on_its_way_here_is_not_sent_there_until_this_process_is_dead(here: Town, other: Database) -> None:
    one, two, now = OutboxQueue(here.database), OutboxQueue(other), here.clock.now
    async with SqlUnitOfWork(here.database) as uow:
        person = await uow.contacts.add(Contact(0, "test", "person"))
        await uow.outbox.put(Speech(person.id, "said"))
        await uow.commit()
    [item] = await one.claim(now())
    assert await two.claim(now() - timedelta(seconds=20)) == [], "that machine's clock is slow"
    for _ in range(4):
        here.clock.move(seconds=10)
        assert await one.claim(now(), 0, [item.id]) == []
        assert await two.claim(now()) == [], "the lease was made longer"
    here.clock.move(seconds=OUTBOX_LEASE.total_seconds())
    assert await two.claim(now(), overdue=False) == []
    [again] = await two.claim(now())
    assert (again.id, again.attempts) == (item.id, 0)
    await two.retry(again.id, now(), "put off")
    assert await one.claim(now(), 0, [item.id]) == []
    assert [one.id for one in await two.claim(now())] == [item.id], "a row given back is not lent again by who thinks that it has it"


async def test_two_relays_share_what_is_to_be_said(here: Town, other: Database) -> None:
    async with SqlUnitOfWork(here.database) as uow:
        people = [await uow.contacts.add(Contact(0, "test", f"person {number}")) for number in range(60)]
        for key in ("first", "second"):
            for person in people:
                await uow.outbox.put(Speech(person.id, key))
        await uow.commit()
    said: dict[int, list[str]] = {}

    async def send(queue: OutboxQueue) -> None:
        while items := await queue.claim(here.clock.now(), limit=9):
            for item in items:
                said.setdefault(item.contact.id, []).append(item.speech.key)
                await queue.sent(item, f"m{item.id}", here.clock.now())

    await asyncio.gather(*(send(OutboxQueue(database)) for database in (here.database, other) * 2))
    assert said == {person.id: ["first", "second"] for person in people}


async def both(here: Town, there: Town, one: Callable[[Town], Coroutine[Any, Any, Any]]) -> list[Any]:
    return list(await asyncio.gather(one(here), one(there), return_exceptions=True))


async def test_two_press_at_once_and_one_wins(here: Town, there: Town) -> None:
    ticket = await here.registered()
    for _ in range(5):
        accepted = await here.registered()
        results = await both(here, there, lambda town, t=accepted: town.do("officer", Move(t.id, Trigger.ACCEPT)))  # type: ignore[misc]
        won = [one for one in results if isinstance(one, Ticket)]
        [lost] = [one for one in results if isinstance(one, Refused)]
        assert [one.state for one in won] == [State.ACCEPTED]
        assert lost.code in {Refusal.WRONG_STATE, Refusal.SOMEBODY_WAS_FIRST}
        kinds = select(func.count()).select_from(events).where(events.c.ticket_id == accepted.id, events.c.kind == "accept")
        assert await count(here.database, kinds) == 1
    assert ticket.state is State.REGISTERED


async def test_what_fits_together_is_done_both(here: Town, there: Town) -> None:
    """Somebody adds words while somebody else presses: nobody is told that they came too late."""
    ticket = await here.registered()
    results = await asyncio.gather(
        here.do("resident", Add(ticket.id, "it smells")), there.do("officer", Move(ticket.id, Trigger.ACCEPT)),
        there.do("resident", Add(ticket.id, "and rats")),
    )  # fmt: skip
    assert sorted(one.version for one in results if one is not None) == [2, 3, 4]


async def test_words_that_somebody_elses_change_overtook_are_taken_all_the_same(
    here: Town, there: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chat turns a refusal into its sentence inside the transaction: what is to be begun again must be no refusal."""
    ticket = await here.registered()
    overtaken: list[Ticket | None] = []

    async def work(session: Session) -> Ticket | None:
        keep = session.uow.tickets.add_note

        async def overtake(note: Note) -> None:
            if not overtaken:
                overtaken.append(await there.do("officer", Move(ticket.id, Trigger.ACCEPT)))
            await keep(note)

        monkeypatch.setattr(session.uow.tickets, "add_note", overtake)
        try:
            return await session.do(await session.actor(here.people["resident"]), Add(ticket.id, "and rats"))
        except Refused:
            return None

    done = await here.desk.serve("words", work)
    assert done is not None
    assert (done.state, done.version) == (State.ACCEPTED, 3)
    assert await count(here.database, select(func.count()).select_from(notes).where(notes.c.ticket_id == ticket.id)) == 1


async def test_a_request_that_comes_in_two_processes_is_served_once(here: Town, there: Town) -> None:
    ticket = await here.registered()
    results = await both(here, there, lambda town: town.do("resident", Urge(ticket.id), "the same"))
    assert sorted(one is None for one in results) == [False, True]


async def test_nobody_is_refused_what_their_own_request_has_done_meanwhile(here: Town, there: Town) -> None:
    ticket = await here.registered()

    async def work(session: Session) -> Ticket:
        assert await there.do("resident", Urge(ticket.id), "the same") is not None
        return await session.do(await session.actor(here.people["resident"]), Urge(ticket.id))

    assert await here.desk.serve("the same", work) is None
    with pytest.raises(Refused):
        await here.do("resident", Urge(ticket.id), "another")


async def test_numbers_are_given_once(here: Town, there: Town) -> None:
    made = await asyncio.gather(*(town.registered() for town in (here, there) * 15))
    assert len({ticket.number for ticket in made}) == 30


async def test_two_tickets_are_not_merged_into_each_other(here: Town, there: Town) -> None:
    for _ in range(5):
        one, two = await here.registered(), await here.registered()
        results = await asyncio.gather(
            here.do("officer", Move(one.id, Trigger.MERGE, parent_number=two.number, reason="the same")),
            there.do("officer", Move(two.id, Trigger.MERGE, parent_number=one.number, reason="the same")),
            return_exceptions=True,
        )
        assert {type(result) for result in results} == {Ticket, Refused}


async def test_a_deadlock_is_begun_again(here: Town, there: Town) -> None:
    tickets = [await here.registered(), await here.registered()]
    met = asyncio.Barrier(2)
    begun: list[str] = []

    def work(name: str, order: list[Ticket]) -> Callable[[Session], Coroutine[Any, Any, str]]:
        async def run(session: Session) -> str:
            begun.append(name)
            for position, ticket in enumerate(order):
                now = await session.uow.tickets.get(ticket.id)
                assert now is not None
                await session.uow.tickets.save(replace(now, hops=now.hops + 1))
                if position == 0 and len(begun) <= 2:
                    await met.wait()
            return name

        return run

    done = await asyncio.gather(here.desk.serve("a", work("a", tickets)), there.desk.serve("b", work("b", tickets[::-1])))
    assert list(done) == ["a", "b"] and len(begun) > 2
    async with SqlUnitOfWork(here.database, reading=True) as uow:
        assert [one.hops for ticket in tickets if (one := await uow.tickets.get(ticket.id)) is not None] == [2, 2]


async def test_a_collision_is_told_apart(pg: Database, other: Database) -> None:
    async with pg.engine.connect() as connection:
        with pytest.raises(Collision):
            await connection.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))


async def test_an_address_is_one_contact_and_nobody_takes_a_consent_back(here: Town, other: Database) -> None:
    async with SqlUnitOfWork(here.database) as one, SqlUnitOfWork(other) as two:
        made = await one.contacts.add(Contact(0, "test", "newcomer"))
        waiting = asyncio.create_task(two.contacts.add(Contact(0, "test", "newcomer")))
        await one.commit()
        with pytest.raises(Conflict):
            await waiting
    async with SqlUnitOfWork(here.database) as one, SqlUnitOfWork(other) as two:
        mine, theirs = await one.contacts.get(made.id), await two.contacts.get(made.id)
        assert mine is not None and theirs is not None
        await one.contacts.save(replace(mine, consented_at=here.clock.now()))
        await one.commit()
        await two.contacts.save(replace(theirs, unreachable=True))
        await two.commit()
    async with SqlUnitOfWork(other, reading=True) as look:
        assert await look.contacts.get(made.id) == replace(made, consented_at=here.clock.now(), unreachable=True)


async def test_a_clock_that_ran_out_is_told_of_once(here: Town, there: Town) -> None:
    ticket = await here.registered()
    here.clock.move(days=40)
    watches = [Watch(lambda town=town: SqlUnitOfWork(town.database), town.desk, town.clock) for town in (here, there) * 2]
    told = await asyncio.gather(*(watch.tick() for watch in watches))
    missed = select(func.count()).select_from(events).where(events.c.ticket_id == ticket.id, events.c.kind == "clock_missed")
    assert await count(here.database, missed) == sum(told) > 0
    assert await asyncio.gather(*(watch.tick() for watch in watches)) == [0, 0, 0, 0]


async def test_two_imports_of_grids_do_not_mix(pg: Database, other: Database) -> None:
    clock = FrozenClock()
    entry = ImportEntry(clock.now(), "operator", "grids", "", {})
    sets = [[Place(f"99010100100100{n}", f"grid {n}", Level.GRID, "990101001001", "", synthetic=False)] for n in (1, 2)]
    stores = ImportStore(pg), ImportStore(other)
    done = await asyncio.gather(
        *(store.replace_grids([], after, [], entry) for store, after in zip(stores, sets, strict=True)), return_exceptions=True
    )
    assert sum(isinstance(one, Conflict) for one in done) == 1
    assert await count(pg, select(func.count()).select_from(grids)) == 1


async def test_a_chats_messages_are_seen_in_their_order(pg: Database, other: Database) -> None:
    boxes = WebMailbox(pg), WebMailbox(other)
    seen: list[str] = []

    async def look() -> None:
        seq = 0
        while len(seen) < 40:
            for row in await boxes[0].after("a", seq):
                seq = row["seq"]
                seen.append(row["id"])

    async with asyncio.timeout(20):
        await asyncio.gather(look(), *(boxes[number % 2].append("a", str(number), {}) for number in range(40)))
    assert sorted(seen, key=int) == [str(number) for number in range(40)]


async def test_a_look_writes_nothing(here: Town) -> None:
    async with SqlUnitOfWork(here.database, reading=True) as look:
        with pytest.raises(Exception, match="read-only"):
            await look.outbox.put(Speech(here.people["resident"].id, "x"))
    assert await count(here.database, select(func.count()).select_from(outbox)) == 0


async def test_one_is_elected_and_another_takes_over(pg: Database, other: Database) -> None:
    one, two = Election(pg, "poller"), Election(other, "poller")
    assert [await one.won(), await two.won(), await one.won(), await two.won()] == [True, False, True, False]
    another = Election(other, "another post")
    assert await another.won()
    await another.give_back()
    async with other.engine.connect() as connection:
        killed = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid != pg_backend_pid()")
        await connection.execute(killed)
    async with asyncio.timeout(10):
        while not await two.won():
            await asyncio.sleep(0)
    assert not await one.won()
    await two.give_back()
    assert await one.won()
    await one.give_back()


async def test_on_sqlite_everybody_is_elected(sqlite: Database) -> None:
    election = Election(sqlite, "poller")
    assert await election.won() and await election.won()
    await election.give_back()


