"""What is going to happen and when: a clock that is moved, and a diary that is read in order."""

from __future__ import annotations

import heapq
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from workflow.ports import WorkCalendar
from workflow.region import Region

Act = Callable[[], Awaitable[None]]


class MovedClock:
    """Fits `workflow.ports.Clock`. Aware UTC; stands still until it is moved, and is never moved back."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move_to(self, at: datetime) -> None:
        self._now = max(self._now, at)


class Diary:
    """`of`: whose turn it is. What one person does at one moment is done in the order in which it was written down."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, str, Act]] = []
        self._serial = count()

    def note(self, at: datetime, of: str, act: Act) -> None:
        heapq.heappush(self._entries, (at, next(self._serial), of, act))

    def next_at(self) -> datetime | None:
        return self._entries[0][0] if self._entries else None

    def due(self, until: datetime, most: int) -> list[tuple[datetime, str, Act]]:
        """At most so many entries up to a time, no two of the same person: they are done at once."""
        found: list[tuple[datetime, str, Act]] = []
        people: set[str] = set()
        while self._entries and len(found) < most and self._entries[0][0] <= until and self._entries[0][2] not in people:
            at, _, of, act = heapq.heappop(self._entries)
            people.add(of)
            found.append((at, of, act))
        return found


class Dice:
    """What happens by chance. Each throw has a name, so that it falls alike in whatever order people act."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def of(self, *name: object) -> random.Random:
        return random.Random(f"{self._seed}/{'/'.join(map(str, name))}")  # noqa: S311  # a game, no secret

    def happens(self, chance: float, *name: object) -> bool:
        return self.of(*name).random() < chance

    def between(self, pair: tuple[float, float], *name: object) -> float:
        return self.of(*name).uniform(*pair)


class Hours:
    """Office hours of the city."""

    def __init__(self, region: Region, calendar: WorkCalendar) -> None:
        self._zone = ZoneInfo(region.time_zone)
        self._opens, self._closes = (time.fromisoformat(part) for part in region.office_hours)
        self._calendar = calendar

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def is_working_day(self, at: datetime) -> bool:
        return self._calendar.is_working_day(self.local(at).date())

    def open_from(self, at: datetime) -> datetime:
        """The same moment in office hours, else the next opening."""
        here = self.local(at)
        while not (self._calendar.is_working_day(here.date()) and here.time() < self._closes):
            here = datetime.combine(here.date() + timedelta(days=1), time(), self._zone)
        return max(here, datetime.combine(here.date(), self._opens, self._zone)).astimezone(at.tzinfo)

    def after(self, at: datetime, work: timedelta) -> datetime:
        """So much office time later."""
        here = self.open_from(at)
        while (left := datetime.combine(self.local(here).date(), self._closes, self._zone) - self.local(here)) < work:
            work -= left
            here = self.open_from(here + left)
        return here + work
