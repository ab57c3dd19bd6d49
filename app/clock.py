"""The only reader of time."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Fits `workflow.ports.Clock`."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)
