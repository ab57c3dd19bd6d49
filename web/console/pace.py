"""How often: wrong tries by where they come from, pages by session. Nothing is counted against a name, so nobody can shut out another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_WINDOW = timedelta(minutes=1)
_REMEMBERED = 4096  # names


@dataclass(slots=True)
class Counts:
    """What was counted in the running minute, by name, in this process."""

    now: Callable[[], datetime]
    limit: int
    found: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def too_many(self, name: str) -> bool:
        since, count = self.found.get(name, (self.now(), 0))
        return count >= self.limit and self.now() < since + _WINDOW

    def note(self, name: str, weight: int = 1) -> None:
        since, count = self.found.pop(name, (self.now(), 0))
        fresh = self.now() >= since + _WINDOW
        self.found[name] = (self.now(), weight) if fresh else (since, count + weight)
        if len(self.found) > _REMEMBERED:
            del self.found[next(iter(self.found))]
