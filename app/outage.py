"""An outage of the store: told once, waited for, and over by itself.

Whoever meets it says so to the store's `Presence`. From then on the loops begin nothing; one task asks, with growing pauses, whether the
store takes what is written, and then everybody goes on where they were. Nothing that was tried meanwhile counts as a try.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol

from app.metrics import Metrics
from storage.away import Presence
from workflow.errors import Away

_LOG = logging.getLogger(__name__)
_FIRST_WAIT = 0.25
_LONGEST_WAIT = 5.0
"""Seconds between two looks: so late at most anybody goes on."""


class Store(Protocol):
    """What the loops ask before they begin something."""

    @property
    def away(self) -> bool: ...
    def met(self, reason: str) -> None: ...
    async def back(self, ending: asyncio.Event) -> bool:
        """Waits until it is there. False: the end came first."""
        ...


class Unwatched:
    """For loops that nobody gave a store: each looks for itself, after a moment."""

    away = False

    def met(self, reason: str) -> None:
        """Nobody is told."""

    async def back(self, ending: asyncio.Event) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_WAIT):
                await ending.wait()
        return not ending.is_set()


class Outage:
    """Fits `Store`. `takes`: whether the store takes what is written; `over` is called each time it is back."""

    def __init__(
        self, presence: Presence, takes: Callable[[], Awaitable[bool]], metrics: Metrics, over: Callable[[], None] = lambda: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._presence = presence
        self._takes = takes
        self._metrics = metrics
        self.over = over
        self._sleep = sleep
        self._there = asyncio.Event()
        self._there.set()
        self._task: asyncio.Task[None] | None = None
        presence.heard = self._begun

    @property
    def away(self) -> bool:
        return bool(self._presence.reason)

    def met(self, reason: str) -> None:
        self._presence.met(reason)

    async def back(self, ending: asyncio.Event) -> bool:
        if ending.is_set():
            return False
        waits = [asyncio.create_task(event.wait()) for event in (self._there, ending)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        return not ending.is_set()

    def _begun(self, reason: str) -> None:
        _LOG.error("the store is away: everything waits for it", extra={"code": reason})
        self._metrics.away.labels(reason).set(1)
        self._metrics.outages.labels(reason).inc()
        self._there.clear()
        self._task = asyncio.create_task(self._wait(reason), name="outage")

    async def _wait(self, reason: str) -> None:
        begun, wait = asyncio.get_running_loop().time(), _FIRST_WAIT
        while True:
            await self._sleep(wait)
            if await self._takes():
                break
            wait = min(wait * 2, _LONGEST_WAIT)
        self._presence.back()
        self._metrics.away.labels(reason).set(0)
        seconds = round(asyncio.get_running_loop().time() - begun, 1)
        _LOG.warning("the store is back: everything goes on", extra={"code": reason, "seconds": seconds})
        self._there.set()
        self.over()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


async def surely(store: Store, note: Callable[[], Coroutine[Any, Any, object]], ending: asyncio.Event) -> None:
    """Does `note` as soon as the store is there, again if it went away meanwhile: `note` must be safe to repeat. Raises Away where the
    end comes first."""
    while True:
        try:
            await note()
        except Away as away:
            store.met(away.reason)
            if not await store.back(ending):
                raise
        else:
            return
