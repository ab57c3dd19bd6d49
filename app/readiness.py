"""Whether this process can do its work now: its loops turn, and nobody asked it to stop. The database is asked apart.

Reasons: database · database_full and its like · reader · relay · watch · stopping. What each means, and what to do: docs/operations.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from app.pulse import Pulse

LATE = 60.0
"""Seconds after which a loop that did not come round hangs: each rests every few seconds, also while it fails."""
STOPPING = "stopping"
AWAY = "database_"
"""How the reason begins why the store is away: `storage.away`."""


class Readiness:
    """`stopping`: set once somebody can say so."""

    def __init__(
        self, pulses: Mapping[str, Pulse], stopping: Callable[[], bool] = lambda: False, away: Callable[[], str] = lambda: ""
    ) -> None:
        """`away`: why the store is, "" if it is not."""
        self._pulses = pulses
        self._away = away
        self.stopping = stopping

    def hanging(self) -> tuple[str, ...]:
        """Loops that did not begin or do not come round any more; in the running loop only."""
        now = asyncio.get_running_loop().time()
        return tuple(name for name, pulse in self._pulses.items() if pulse.rested_at is None or now - pulse.rested_at > LATE)

    def troubles(self) -> tuple[str, ...]:
        away = self._away()
        return (*((AWAY + away,) if away else ()), *self.hanging(), *((STOPPING,) if self.stopping() else ()))
