"""A wake-up call with a time limit: what the loops sleep on, so that new work is seen at once and late work soon."""

from __future__ import annotations

import asyncio


class Pulse:
    """`wake()` from anywhere in the loop; `rest(seconds)` returns at once if it was called since the last rest."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.rested_at: float | None = None
        """The event loop's time when the last rest began."""

    def wake(self) -> None:
        self._event.set()

    async def rest(self, seconds: float) -> None:
        self.rested_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
