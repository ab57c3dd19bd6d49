"""Whether this process can do its work now: its loops turn, and nobody asked it to stop. The database is asked apart.

Reasons: database · reader · relay · watch · stopping. What each means, and what to do: docs/operations.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from app.pulse import Pulse

LATE = 60.0
"""Seconds after which a loop that did not come round hangs: each rests every few seconds, also while it fails."""
STOPPING = "stopping"


class Readiness:
    """`stopping`: set once somebody can say so."""

    def __init__(self, pulses: Mapping[str, Pulse], stopping: Callable[[], bool] = lambda: False) -> None:
        self._pulses = pulses
        self.stopping = stopping

    def hanging(self) -> tuple[str, ...]:
        """Loops that did not begin or do not come round any more; in the running loop only."""
        now = asyncio.get_running_loop().time()
        return tuple(name for name, pulse in self._pulses.items() if pulse.rested_at is None or now - pulse.rested_at > LATE)

    def troubles(self) -> tuple[str, ...]:
        return (*self.hanging(), *((STOPPING,) if self.stopping() else ()))
