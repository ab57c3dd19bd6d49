"""Many people at once are raised to the hub once, and again when they have doubled."""

from __future__ import annotations

import asyncio

import pytest

from app.bursts import RAISED, BurstWatch
from app.watch import Watch
from storage import SqlUnitOfWork
from tests.clock import FrozenClock
from tests.unit.app.bench import Bench
from tests.workflow.build import GRID, REGION
from workflow.commands import Join, Register
from workflow.desk import Session
from workflow.model import Contact, Intent, Post, Procedure, Role, Speech, Ticket

SPRING, BROOK = "990101001001", "990101001002"


def a_watch(bench: Bench) -> BurstWatch:
    return BurstWatch(lambda: SqlUnitOfWork(bench.database), bench.desk, bench.clock, lambda: REGION)


async def person(session: Session, name: str) -> Contact:
    known = await session.uow.contacts.by_address("test", name)
    return known or await session.uow.contacts.add(Contact(0, "test", name))


async def tells(bench: Bench, *names: str, place: str = SPRING, procedure: Procedure = Procedure.GRID_EVENT) -> Ticket:
    """Each files a ticket of their own; answers with the last."""

    async def work(session: Session) -> Ticket:
        for name in names:
            actor = await session.actor(await person(session, name))
            ticket = await session.do(actor, Register("Litter", procedure, Intent.COMPLAIN, "T1", place))
        return ticket

    bench.served += 1
    ticket = await bench.desk.serve(f"tells:{bench.served}", work)
    assert ticket is not None
    return ticket


def crowd(start: int, end: int) -> list[str]:
    return [f"p{number}" for number in range(start, end)]


async def raised(bench: Bench) -> list[Speech]:
    """What the hub was told of bursts, in order; everything waiting is taken away."""
    found = []
    while items := await bench.queue.claim(bench.clock.now()):
        for item in items:
            found += [item.speech] if item.speech.key == RAISED and item.contact.id == bench.officer.id else []
            await bench.queue.sent(item, f"m{item.id}", bench.clock.now())
    return found


async def test_six_people_in_six_hours_are_raised_once(bench: Bench) -> None:
    watch = a_watch(bench)
    await tells(bench, *crowd(0, 5))
    assert await watch.look() == 0
    bench.clock.move(hours=5)
    last = await tells(bench, "p5", place=BROOK)
    assert await watch.look() == 1
    [speech] = await raised(bench)
    assert (speech.params["people"], speech.params["count"], speech.params["area_place"]) == (6, 6, "990101001")
    assert last.number in speech.params["numbers"]
    assert any(button.data == f"s:open:{last.id}" for row in speech.buttons for button in row)
    bench.clock.move(minutes=2)
    await tells(bench, "p6")
    assert await watch.look() == 0
    assert await raised(bench) == []


async def test_six_hours_are_six_also_when_writing_it_down_takes_a_moment(bench: Bench) -> None:
    await tells(bench, *crowd(0, 6))
    looked_before = FrozenClock(bench.clock.now())
    bench.clock.move(seconds=2)
    watch = BurstWatch(lambda: SqlUnitOfWork(bench.database), bench.desk, looked_before, lambda: REGION)
    assert await watch.look() == 1
    [speech] = await raised(bench)
    assert speech.params["hours"] == 6


async def test_who_writes_six_times_is_one(bench: Bench) -> None:
    await tells(bench, *["p0"] * 6)
    assert await a_watch(bench).look() == 0


async def test_those_who_join_are_counted(bench: Bench) -> None:
    ticket = await tells(bench, "p0")

    async def work(session: Session) -> None:
        for name in crowd(1, 6):
            await session.do(await session.actor(await person(session, name)), Join(ticket.id))

    await bench.desk.serve("join", work)
    assert await a_watch(bench).look() == 1
    [speech] = await raised(bench)
    assert (speech.params["people"], speech.params["count"]) == (6, 1)


async def test_it_is_raised_again_when_it_has_doubled(bench: Bench) -> None:
    watch = a_watch(bench)
    await tells(bench, *crowd(0, 6))
    assert await watch.look() == 1
    bench.clock.move(hours=4)
    await tells(bench, *crowd(6, 11))
    assert await watch.look() == 0
    bench.clock.move(hours=4)
    await tells(bench, *crowd(11, 18))
    assert await watch.look() == 1
    assert [speech.params["people"] for speech in await raised(bench)] == [6, 18]
    async with SqlUnitOfWork(bench.database, reading=True) as uow:
        incident = await uow.alike.incident("T", "990101001")
    assert incident is not None and (incident.people, incident.id) == (18, 1)


async def test_another_day_is_another_incident(bench: Bench) -> None:
    watch = a_watch(bench)
    await tells(bench, *crowd(0, 6))
    assert await watch.look() == 1
    bench.clock.move(days=2)
    assert await watch.look() == 0
    bench.clock.move(minutes=2)
    await tells(bench, *crowd(0, 7))
    assert await watch.look() == 1


async def test_what_is_usual_there_is_not_raised(bench: Bench) -> None:
    for _ in range(56):
        await tells(bench, *crowd(0, 3))
        bench.clock.move(hours=6)
    await tells(bench, *crowd(0, 8))
    watch = a_watch(bench)
    assert await watch.look() == 0
    bench.clock.move(minutes=2)
    await tells(bench, *crowd(8, 10))
    assert await watch.look() == 1, "what was looked at before is looked at again"


async def test_several_processes_raise_it_once(bench: Bench) -> None:
    await tells(bench, *crowd(0, 6))
    assert sum(await asyncio.gather(*(a_watch(bench).look() for _ in range(3)))) == 1
    assert len(await raised(bench)) == 1


async def test_a_process_that_starts_anew_does_not_raise_it_again(bench: Bench) -> None:
    await tells(bench, *crowd(0, 6))
    assert await a_watch(bench).look() == 1
    assert await a_watch(bench).look() == 0


async def test_it_looks_once_a_minute(bench: Bench) -> None:
    watch = a_watch(bench)
    assert await watch.look() == 0
    await tells(bench, *crowd(0, 6))
    assert await watch.look() == 0
    bench.clock.move(minutes=1)
    assert await watch.look() == 1


async def test_reports_about_people_in_office_are_nobody_s_burst(bench: Bench) -> None:
    await tells(bench, *crowd(0, 9), procedure=Procedure.PETITION_REPORT)
    assert await a_watch(bench).look() == 0


@pytest.mark.parametrize("procedure", [Procedure.PETITION_CLAIM, Procedure.EMERGENCY])
async def test_petitions_and_emergencies_are_counted(bench: Bench, procedure: Procedure) -> None:
    await tells(bench, *crowd(0, 6), procedure=procedure)
    assert await a_watch(bench).look() == 1


async def test_without_an_officer_the_supervisor_hears(bench: Bench) -> None:
    async def retire(session: Session) -> int:
        for post in await session.uow.posts.of_unit("hub"):
            await session.uow.posts.remove(post.id)
        chief = await session.uow.contacts.add(Contact(0, "test", "chief"))
        await session.uow.posts.add(Post(0, chief.id, Role.SUPERVISOR, "", "9901"))
        return chief.id

    chief = await bench.desk.serve("retire", retire)
    await tells(bench, *crowd(0, 6))
    assert await a_watch(bench).look() == 1
    assert (chief, RAISED) in await bench.waiting()


async def test_the_watch_looks(bench: Bench) -> None:
    looked = asyncio.Event()

    async def look() -> int:
        looked.set()
        return 0

    watch = Watch(lambda: SqlUnitOfWork(bench.database), bench.desk, bench.clock, look=look)
    running = asyncio.create_task(watch.run())
    async with asyncio.timeout(5):
        await looked.wait()
    watch.stop()
    await running


async def test_a_grid_lies_in_its_town(bench: Bench) -> None:
    await tells(bench, *crowd(0, 6), place=GRID)
    assert await a_watch(bench).look() == 1
