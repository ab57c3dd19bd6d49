"""The far end of the transport: chats that note what they are told and when. What people do comes in as any other update."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from bot.doors import Delivered, Incoming, ReadyMessage, Sent
from bot.webchat.door import MAX_TEXT
from workflow.ports import Clock

DOOR = "simulated"


class Inbox(Protocol):
    async def store(self, door: str, update_id: str, chat: str, body: Mapping[str, Any], album: str = "") -> bool: ...


class Owner(Protocol):
    """Whose chat it is."""

    def hears(self, message_id: str, message: ReadyMessage) -> None: ...


@dataclass(slots=True)
class Timings:
    """Seconds of real time: until the first answer to a person, and from the commit to each delivery that came of it."""

    answers: array[float] = field(default_factory=lambda: array("d"))
    deliveries: array[float] = field(default_factory=lambda: array("d"))


class Chats:
    """Fits `bot.doors.Door`."""

    name = DOOR

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._owners: dict[str, Owner] = {}
        self._serial, self._messages = count(1), count(1)
        self._asked: dict[str, float] = {}
        self._heard_at: float | None = None
        self.unheard: dict[str, str] = {}
        """Updates that were stored and not heard yet, by id: whose."""
        self.timings = Timings()
        self.stored = self.delivered = self.twice = 0

    def belongs(self, address: str, owner: Owner) -> None:
        self._owners[address] = owner

    async def does(self, inbox: Inbox, address: str, *, text: str = "", button: str = "", message_id: str = "") -> None:
        """One thing that somebody says or presses. Returns once it is stored."""
        update_id = str(next(self._serial))
        self._asked.setdefault(address, asyncio.get_running_loop().time())
        self.unheard[update_id] = address
        body = {"id": update_id, "chat": address, "text": text, "button": button, "message_id": message_id}
        await inbox.store(DOOR, update_id, address, body)
        self.stored += 1

    def quiet(self) -> None:
        """Everything was heard and said."""
        self._asked.clear()
        self._heard_at = None

    async def parse(self, bodies: tuple[Mapping[str, Any], ...]) -> Incoming | None:
        body = bodies[0]
        return Incoming(
            door=DOOR, request_id=f"{DOOR}:{body['id']}", chat=body["chat"], sender=body["chat"], at=self._clock.now(),
            text=body["text"][:MAX_TEXT], button=body["button"], message_id=body["message_id"] or f"u{body['id']}",
        )  # fmt: skip

    async def send(self, address: str, kind: str, message: ReadyMessage) -> Sent:
        now = asyncio.get_running_loop().time()
        self._answered(address, now)
        if self._heard_at is not None:
            self.timings.deliveries.append(now - self._heard_at)
        self.delivered += 1
        message_id = message.edits or f"m{next(self._messages)}"
        self._owners[address].hears(message_id, message)
        return Delivered(message_id)

    async def acknowledge(self, incoming: Incoming, toast: str = "") -> None:
        now = asyncio.get_running_loop().time()
        if self._heard_at is None:
            self._heard_at = now
        if toast:
            self._answered(incoming.chat, now)
        if self.unheard.pop(incoming.request_id.removeprefix(f"{DOOR}:"), None) is None:
            self.twice += 1

    def _answered(self, address: str, now: float) -> None:
        asked = self._asked.pop(address, None)
        if asked is not None:
            self.timings.answers.append(now - asked)
