"""How the web server listens: no stranger's slowness holds up anybody else.

Every connection has a time for each of its steps. Whoever sends no whole head of a request for IDLE seconds is cut off, and so is whoever
does not take what is sent for as long (where the system can tell: Linux). When all places are taken, the one that has been idle
longest is given up for the newcomer; where nobody is idle the newcomer is told to come again. Bodies have their own time: `web.limits`.
"""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from app.protocol import Protocol

_KEPT_BACK = 2
"""One of so many file descriptors may be a connection: the database and the attachments need theirs."""
_SPARE = 100
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Patience:
    """`idle`: seconds without a whole head of a request, or without taking what is sent; a proxy's own idle time should be shorter.
    `linger`: seconds that the rest of a refused body is taken, so that the refusal arrives. `places`: connections at once, 0 for what the
    system allows."""

    idle: float = 75.0
    linger: float = 5.0
    places: int = 0


class Listener:
    """Takes connections for a runner that is set up."""

    def __init__(self, runner: web.AppRunner, patience: Patience, manners: Mapping[str, Any]) -> None:
        """`manners`: what the runner was told of each connection."""
        self._runner = runner
        self._manners = manners
        self._patience = patience
        self._places = patience.places or _most()
        self._busy: dict[object, int] = {}
        self._served_at: dict[object, float] = {}
        self._server: asyncio.Server | None = None

    @web.middleware
    async def noted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The outermost: who is being served is not idle."""
        who = request.protocol
        self._busy[who] = self._busy.get(who, 0) + 1
        try:
            return await handler(request)
        finally:
            self._busy[who] -= 1
            if not self._busy[who]:
                del self._busy[who]
            self._served(who)

    def _served(self, who: object) -> None:
        self._served_at[who] = asyncio.get_running_loop().time()
        here = self._runner.server.connections if self._runner.server is not None else []
        if len(self._served_at) > 2 * len(here) + _SPARE:
            self._served_at = {one: self._served_at[one] for one in here if one in self._served_at}

    async def start(self, host: str, port: int) -> None:
        """Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._welcome, host, port, backlog=128)
        for listening in self._server.sockets:
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                # Connections inherit it: who does not take what is sent, or is gone without a word, is given up.
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self._patience.idle * 1000))

    def _welcome(self) -> asyncio.BaseProtocol:
        server = self._runner.server
        if server is None:
            return _Full()
        here = server.connections
        if len(here) >= self._places:
            idle = [one for one in here if one not in self._busy and one.transport is not None]
            if not idle:
                return _Full()
            # Who never asked for anything goes first.
            min(idle, key=lambda one: self._served_at.get(one, 0.0)).force_close()
        return Protocol(server, loop=asyncio.get_running_loop(), **self._manners)

    async def stop(self) -> None:
        """Nobody new; who is here is the runner's to see off."""
        if self._server is not None:
            self._server.close()
            self._server = None


class _Full(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        transport.write(_BUSY)
        transport.close()


def _most() -> int:
    """As many as the system lets a process open, less what others of us need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return max((wanted if soft == resource.RLIM_INFINITY else soft) // _KEPT_BACK, 1)
