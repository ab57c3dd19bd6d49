"""Seeds the demo in the background once it serves, and stops with it. Fits `app.run.Receiver`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress


class Seeding:
    def __init__(self, work: Callable[[], Awaitable[int]], total: int, tell: Callable[[str], None]) -> None:
        """`work` answers how many of `total` matters it brought; `tell` says a line to whoever started the demo."""
        self._work = work
        self._total = total
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._total:
            self._task = asyncio.create_task(self._run(), name="seeding")

    async def stop(self) -> None:
        """Half-way too: what was said so far is stored like anybody's words, and goes on with the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        self._tell(f"      {self._total} matters of other residents come in, for the board …")
        done = await self._work()
        self._tell(f"      {done} of {self._total} matters came in")
