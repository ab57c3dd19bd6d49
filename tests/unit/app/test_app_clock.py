"""A clock that jumped decides nothing that can't be taken back, until it is right again or somebody says that it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from app.clock import steady
from app.clock_watch import ClockWatch
from app.metrics import Metrics
from app.watch import Watch
from storage import SqlUnitOfWork
from tests.clock import FrozenClock
from tests.unit.app.bench import Bench


@dataclass
class Kept:
    at: datetime | None = None

    async def read(self) -> datetime | None:
        return self.at

    async def write(self, at: datetime) -> None:
        self.at = at


@dataclass
class World:
    """A wall clock, and the time that nobody sets."""

    clock: FrozenClock = field(default_factory=FrozenClock)
    kept: Kept = field(default_factory=Kept)
    metrics: Metrics = field(default_factory=Metrics)
    passed: float = 0.0

    def started(self) -> ClockWatch:
        return ClockWatch(self.clock, self.kept, lambda: self.passed, self.metrics)

    def passes(self, seconds: float) -> None:
        self.passed += seconds
        self.clock.move(seconds=seconds)

    @property
    def doubted(self) -> float:
        return self.metrics.registry.get_sample_value("petition_clock_doubted") or 0


DAY = 86_400.0


async def test_time_that_passes_is_believed_however_long_nobody_looked() -> None:
    world = World()
    watch = world.started()
    for seconds in (0.0, 5.0, 60.0, DAY, 400 * DAY):
        world.passes(seconds)
        assert await watch.sure()
    assert world.kept.at == world.clock.now()


@pytest.mark.parametrize("days", [1, 365, -1, -365])
async def test_a_jump_is_doubted_until_the_clock_is_right_again(days: int, caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    watch = world.started()
    assert await watch.sure()
    before = world.kept.at
    world.clock.move(days=days)
    for _ in range(3):
        world.passes(5)
        assert not await watch.sure()
    assert (world.kept.at, world.doubted) == (before, 1)
    world.clock.move(days=-days)
    assert await watch.sure() and world.doubted == 0
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"], "told of once"


async def test_an_administrator_may_say_that_it_is_right() -> None:
    world = World()
    watch = world.started()
    assert await watch.sure()
    world.clock.move(days=365)
    assert not await watch.sure()
    await world.kept.write(world.clock.now())
    assert await watch.sure()
    world.passes(DAY)
    assert await watch.sure()


@pytest.mark.parametrize(("days", "sure"), [(0, True), (2, True), (4, False), (365, False), (-1, False)])
async def test_a_start_believes_a_downtime_and_no_more(days: int, sure: bool) -> None:
    world = World()
    assert await world.started().sure()
    world.clock.move(days=days)
    assert await world.started().sure() is sure
    assert await world.started().sure() is sure, "a restart is no confirmation"


async def test_one_process_with_a_wrong_clock_does_not_win_over_the_others() -> None:
    right, kept = World(), Kept()
    right.kept = kept
    wrong = World(kept=kept)
    watches = [world.started() for world in (right, wrong)]
    assert [await watch.sure() for watch in watches] == [True, True]
    wrong.clock.move(days=1)
    for _ in range(3):
        right.passes(61)
        wrong.passes(61)
        assert [await watch.sure() for watch in watches] == [True, False]
    assert kept.at == right.clock.now()


async def test_while_it_is_doubted_nothing_is_erased_and_nobody_told(bench: Bench) -> None:
    erased: list[datetime] = []
    answers: Iterator[bool] = iter([False, False, True])

    async def erase(before: datetime) -> int:
        erased.append(before)
        return 0

    async def sure() -> bool:
        try:
            found = next(answers)
        except StopIteration:
            watch.stop()
            return False
        assert erased == [], "not while it was doubted"
        if not found:
            watch.pulse.wake()
        return found

    def rounded(_told: int, _at: datetime) -> None:
        watch.pulse.wake()

    watch = Watch(lambda: SqlUnitOfWork(bench.database), bench.desk, bench.clock, purge=erase, rounded=rounded, sure=sure)
    async with asyncio.timeout(5):
        await watch.run()
    assert len(erased) == 1


def test_the_time_that_nobody_sets_goes_on() -> None:
    first = steady()
    assert 0 < first <= steady()
