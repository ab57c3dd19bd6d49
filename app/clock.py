"""The only reader of time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def steady() -> float:
    """Seconds since the machine started, also while it slept; only differences mean something. Nobody sets it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SystemClock:
    """Fits `workflow.ports.Clock`."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)
