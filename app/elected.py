"""A receiver that runs in one of several processes: whoever wins the post starts it, and another takes over within seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from app.pulse import Pulse
from app.run import Receiver

_LOG = logging.getLogger(__name__)
_LOOK = 1.0
"""Seconds between two looks: for so long nobody holds the post when its holder died, or two do when its holder was cut off. Two pollers
do no harm: an update is stored once, whoever brings it."""


class Election(Protocol):
    async def won(self) -> bool: ...
    async def give_back(self) -> None: ...


class Elected:
    """Fits `app.run.Receiver`. `made` makes the receiver anew for each time in office."""

    def __init__(self, election: Election, made: Callable[[], Receiver], post: str) -> None:
        self._election = election
        self._made = made
        self._post = post
        self._receiver: Receiver | None = None
        self._pulse = Pulse()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self._post)

    async def stop(self) -> None:
        self._stopping = True
        self._pulse.wake()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        try:
            while not self._stopping:
                try:
                    await self._look()
                except Exception:
                    _LOG.exception("an election failed", extra={"code": self._post})
                await self._pulse.rest(_LOOK)
        finally:
            await self._leave()
            await self._election.give_back()

    async def _look(self) -> None:
        won = await self._election.won()
        if won and self._receiver is None:
            _LOG.info("this process is elected", extra={"code": self._post})
            self._receiver = self._made()
            await self._receiver.start()
        elif not won and self._receiver is not None:
            _LOG.warning("this process is elected no more", extra={"code": self._post})
            await self._leave()

    async def _leave(self) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            await receiver.stop()
