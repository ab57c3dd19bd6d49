"""Tells systemd that the doors are open, that we stop, and every few seconds that our loops turn: a process that hangs is started anew."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass

from app.readiness import Readiness

_EVERY = 0.3
"""A third of the time that systemd allows, so that one late beat kills nothing."""


@dataclass(frozen=True, slots=True)
class Notices:
    """Where systemd listens (empty: nowhere), and within how many seconds it wants to hear of us (0: never)."""

    address: str = ""
    within: float = 0.0


class Notifier:
    """Fits `app.run.Receiver`: the last to start, so the first to stop. Without systemd it does nothing."""

    def __init__(self, notices: Notices, readiness: Readiness) -> None:
        self._notices = notices
        self._readiness = readiness
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._say("READY=1")
        if self._notices.address and self._notices.within:
            self._task = asyncio.create_task(self._beat(), name="watchdog")

    async def stop(self) -> None:
        self._say("STOPPING=1")
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _beat(self) -> None:
        begun = asyncio.get_running_loop().time()
        while True:
            # At the start nobody has come round yet; systemd's own time limit covers that.
            fresh = asyncio.get_running_loop().time() - begun < self._notices.within
            if fresh or not self._readiness.hanging():
                self._say("WATCHDOG=1")
            await asyncio.sleep(self._notices.within * _EVERY)

    def _say(self, words: str) -> None:
        address = self._notices.address
        if not address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaking:
            speaking.setblocking(False)
            speaking.sendto(words.encode(), "\0" + address[1:] if address.startswith("@") else address)
