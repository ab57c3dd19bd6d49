"""How much, and for how long: a body that trickles in is cut off, one that never ends is refused, and all together fill no memory.

Refusals: 408 too slow · 413 too large · 503 with Retry-After: too many large ones at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

BODY_SECONDS = 120.0
"""For a whole body: 64 MB at 4 Mbit/s."""
MAX_BODY = 64 * 1024 * 1024
ALL_BODIES = 512 * 1024 * 1024
"""Bytes of all files that are being received at once, before they lie on the disk."""
_COME_AGAIN = {"Retry-After": "10"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TooSlow(TimeoutError):
    """Raised to whoever reads the body: never while somebody works."""


@dataclass(slots=True)
class Limits:
    """`seconds`: for a body. `room`: bytes that may still be taken into memory for files."""

    seconds: float = BODY_SECONDS
    room: int = ALL_BODIES

    @contextmanager
    def held(self) -> Iterator[Callable[[int], None]]:
        """A function that takes so many bytes of the room, all given back at the end. Raises HTTPServiceUnavailable where there is none."""
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            if size > self.room:
                raise web.HTTPServiceUnavailable(headers=_COME_AGAIN)
            self.room -= size
            mine += size

        try:
            yield take
        finally:
            self.room += mine


LIMITS: web.AppKey[Limits] = web.AppKey("limits")


@web.middleware
async def in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.can_read_body:
        return await handler(request)
    timer = asyncio.get_running_loop().call_later(request.app[LIMITS].seconds, _give_up, request)
    try:
        return await handler(request)
    except TooSlow:
        raise web.HTTPRequestTimeout(headers={"Connection": "close"}) from None
    finally:
        timer.cancel()


def _give_up(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(TooSlow())


def within(request: web.Request, most: int = MAX_BODY) -> None:
    """Raises HTTPRequestEntityTooLarge once more of the body came than may."""
    come = max(request.content.total_bytes, request.content_length or 0)
    if come > most:
        raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=come)
