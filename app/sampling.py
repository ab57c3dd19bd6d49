"""Looks at the database every few seconds and at the event loop twice a second, and sets what Prometheus is told."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from app.metrics import Metrics
from app.readiness import Readiness
from storage.figures import Queues, Work
from workflow.errors import Away
from workflow.ports import Clock

_LOG = logging.getLogger(__name__)
EVERY = 10.0
_WORK_EVERY = 6
"""Rounds between two counts of the tickets, which cost more than the queues."""
_LAG_EVERY = 0.5
_MARKS = 10_000


class Looks(Protocol):
    async def queues(self) -> Queues: ...
    async def work(self, now: datetime) -> Work: ...


class Waits:
    """How long the oldest waiting message has waited, from ids that grow with time: rows of the outbox bear no time of their own."""

    def __init__(self) -> None:
        self._marks: deque[tuple[int, datetime]] = deque(maxlen=_MARKS)

    def seconds(self, oldest: int, newest: int, now: datetime) -> float:
        """`oldest` waiting and `newest` of all, 0 for none. What stood there before the first look counts from that look."""
        if self._marks and newest < self._marks[-1][0]:
            self._marks.clear()  # everything was finished and taken away, and ids began anew
        self._marks.append((newest, now))
        if not oldest:
            self._marks = deque([(newest, now)], maxlen=_MARKS)
            return 0.0
        while self._marks[0][0] < oldest:
            self._marks.popleft()
        return max((now - self._marks[0][1]).total_seconds(), 0.0)


class Sampler:
    """Fits `app.run.Receiver`."""

    def __init__(
        self, metrics: Metrics, figures: Looks, clock: Clock, readiness: Readiness, alive: Callable[[], Awaitable[bool]]
    ) -> None:
        self._metrics = metrics
        self._figures = figures
        self._clock = clock
        self._readiness = readiness
        self._alive = alive
        self._waits = Waits()
        self._rounds = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run(), name="figures"), asyncio.create_task(self._feel(), name="lag")]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            await self.sample()
            await asyncio.sleep(EVERY)

    async def _feel(self) -> None:
        time = asyncio.get_running_loop().time
        while True:
            begun = time()
            await asyncio.sleep(_LAG_EVERY)
            self._metrics.loop_lag.observe(max(time() - begun - _LAG_EVERY, 0.0))

    async def sample(self) -> None:
        """One look. What can't be looked at keeps its last figures, and `database_up` says so."""
        metrics, now = self._metrics, self._clock.now()
        alive = await self._alive()
        metrics.ready.set(alive and not self._readiness.troubles())
        try:
            self._tell_queues(await self._figures.queues(), now)
            if self._rounds % _WORK_EVERY == 0:
                self._tell_work(await self._figures.work(now))
        except Away:
            alive = False  # told of once, by whoever watches the store
        except Exception:
            _LOG.exception("the figures could not be taken")
            alive = False
        else:
            self._rounds += 1
            metrics.sampled.set(now.timestamp())
        metrics.database.set(alive)

    def _tell_queues(self, found: Queues, now: datetime) -> None:
        metrics = self._metrics
        metrics.inbox.labels("waiting").set(found.inbox_waiting)
        metrics.inbox.labels("aside").set(found.inbox_aside)
        waited = (now - found.inbox_oldest).total_seconds() if found.inbox_oldest is not None else 0.0
        metrics.inbox_age.set(max(waited, 0.0))
        metrics.outbox.clear()
        for priority, count in found.outbox_waiting.items():
            metrics.outbox.labels(priority).set(count)
        metrics.outbox_dead.set(found.outbox_dead)
        metrics.outbox_lag.set(self._waits.seconds(found.oldest_waiting, found.newest, now))

    def _tell_work(self, found: Work) -> None:
        # What is none any more must not stand there as it was.
        self._metrics.open.clear()
        self._metrics.late.clear()
        for (state, procedure), count in found.open.items():
            self._metrics.open.labels(state, procedure).set(count)
        for procedure, count in found.late.items():
            self._metrics.late.labels(procedure).set(count)
