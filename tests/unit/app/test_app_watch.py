"""A clock that runs out is told of once."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.watch import Watch
from storage import SqlUnitOfWork
from tests.unit.app.bench import Bench
from tests.unit.app.test_app_relay import registered
from workflow.digests import CLOCK_MISSED


def a_watch(bench: Bench) -> Watch:
    return Watch(lambda: SqlUnitOfWork(bench.database), bench.desk, bench.clock)


async def test_the_hub_hears_once_of_a_clock_that_ran_out(bench: Bench) -> None:
    ticket = await registered(bench)
    bench.clock.move(days=2)
    assert await a_watch(bench).tick() == 1
    assert await a_watch(bench).tick() == 0
    assert await bench.waiting() == [(bench.officer.id, CLOCK_MISSED)]
    async with SqlUnitOfWork(bench.database) as uow:
        events = await uow.tickets.events(ticket.id)
        found = await uow.tickets.get(ticket.id)
    assert [event.kind for event in events] == ["registered", "clock_missed"]
    assert found is not None and [clock.name for clock in found.clocks if clock.warned_at] == ["accept"]


async def test_nothing_is_said_before_the_time(bench: Bench) -> None:
    await registered(bench)
    assert await a_watch(bench).tick() == 0
    assert await bench.waiting() == []


async def test_finished_rows_go_after_a_week_and_are_looked_for_once_an_hour(bench: Bench) -> None:
    asked: list[datetime] = []

    async def purged(before: datetime) -> int:
        asked.append(before)
        return 0

    watch = Watch(lambda: SqlUnitOfWork(bench.database), bench.desk, bench.clock, purge=purged)
    await watch.clean()
    await watch.clean()
    assert asked == [bench.clock.now() - timedelta(days=7)]
    bench.clock.move(hours=1)
    await watch.clean()
    assert len(asked) == 2
