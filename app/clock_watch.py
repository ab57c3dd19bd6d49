"""Whether the clock can be believed, before anything is done that a wrong one would make irreparable: erasing, telling of missed clocks,
sealing a day.

Two witnesses: the time since the machine started, which nobody sets, while this process runs; and the last time that was found to be
right, which stands in the database, across restarts. A clock that left them is doubted until it comes back to them, or until an
administrator says that it is right (`python -m app clock --confirm`). Everything else goes on meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.metrics import Metrics
from workflow.ports import Clock

_LOG = logging.getLogger(__name__)
STEP = timedelta(minutes=10)
"""A time service moves a clock by less, and nothing here is kept or promised by the minute."""
DOWN = timedelta(days=3)
"""So long nobody asks whether it was the city that was away, or the clock that was set ahead."""
_EVERY = timedelta(minutes=1)


class Trusted(Protocol):
    async def read(self) -> datetime | None: ...
    async def write(self, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class _Look:
    at: datetime
    steady: float


class ClockWatch:
    """`steady`: seconds that no setting of a clock changes, those of a sleeping machine counted."""

    def __init__(self, clock: Clock, trusted: Trusted, steady: Callable[[], float], metrics: Metrics) -> None:
        self._clock = clock
        self._trusted = trusted
        self._steady = steady
        self._metrics = metrics
        self._last: _Look | None = None
        self._doubts = False

    async def sure(self) -> bool:
        """Raises Away. Told of once, when a doubt begins and when it ends."""
        now, trusted = self._clock.now(), await self._trusted.read()
        sure = trusted is None or self._believed(now, trusted)
        if sure:
            self._last = _Look(now, self._steady())
            if trusted is None or not trusted - STEP <= now < trusted + _EVERY:
                await self._trusted.write(now)
        if sure is self._doubts:
            self._doubts = not sure
            self._metrics.clock_doubted.set(self._doubts)
            self._tell()
        return sure

    def _believed(self, now: datetime, trusted: datetime) -> bool:
        if abs(now - trusted) <= STEP:
            return True  # it is back, an administrator said so, or another process looked just now
        if self._last is None:
            return trusted - STEP <= now <= trusted + DOWN
        passed = timedelta(seconds=self._steady() - self._last.steady)
        return abs(now - self._last.at - passed) <= STEP

    def _tell(self) -> None:
        if self._doubts:
            _LOG.error("the clock jumped: nothing is erased and no missed clock is told of until it is confirmed", extra={"code": "clock"})
        else:
            _LOG.warning("the clock is believed again", extra={"code": "clock"})
