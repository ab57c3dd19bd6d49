"""The way out: outbox rows → sentences → doors. Contacts in parallel, each in order, urgent first.

Nothing is thrown away silently: what a door refuses, or what failed too often, becomes a dead letter that staff see.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, assert_never

from app.pulse import Pulse
from bot.doors import Delivered, Door, Moved, ReadyMessage, Rejected, RetryAfter, Sent, Unknown, Unreachable
from workflow.model import Contact
from workflow.ports import Clock

_LOG = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
_BATCH = 200
_REST = 1.0
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 600.0


class QueueItem(Protocol):
    """A claimed outbox row."""

    @property
    def id(self) -> int: ...
    @property
    def contact(self) -> Contact: ...
    @property
    def attempts(self) -> int: ...


class OutboxQueue(Protocol):
    """`claim` gives each contact's rows in order, urgent first, and none of a contact on hold or backing off."""

    async def claim(self, now: datetime, limit: int) -> Sequence[Any]: ...
    async def sent(self, item: Any, message_id: str) -> object: ...
    async def retry(self, item: Any, at: datetime, why: str) -> object: ...
    async def hold_contact(self, contact_id: int, until: datetime) -> object: ...
    async def dead(self, item: Any, why: str) -> object: ...


class Renders(Protocol):
    async def render(self, item: Any) -> ReadyMessage | None:
        """None: nothing to say any more (the card's ticket is gone)."""
        ...


class Pace(Protocol):
    async def wait(self, address: str, kind: str) -> None:
        """Returns when one more message may be sent to the chat."""
        ...


class ContactKeeper(Protocol):
    """What delivery teaches about a contact; each in one transaction at the desk."""

    async def unreachable(self, item: Any) -> None: ...
    async def moved(self, item: Any, address: str) -> None: ...


def backoff(attempts: int, jitter: random.Random) -> timedelta:
    """1 s, 2 s, 4 s … at most 10 minutes, each spread by up to half: a crowd must not come back at once."""
    seconds = min(_FIRST_WAIT * 2.0**attempts, _LONGEST_WAIT)
    return timedelta(seconds=seconds * jitter.uniform(0.5, 1.0))


class Relay:
    """`wake()` after each commit. `stop()` ends after what is being sent now."""

    def __init__(
        self,
        queue: OutboxQueue,
        speaker: Renders,
        doors: Mapping[str, Door],
        keeper: ContactKeeper,
        clock: Clock,
        jitter: random.Random,
        paces: Mapping[str, Pace] | None = None,
    ) -> None:
        """`paces`: by door's name; a door without one is sent to at once."""
        self._queue = queue
        self._speaker = speaker
        self._doors = doors
        self._keeper = keeper
        self._clock = clock
        self._jitter = jitter
        self._paces = paces or {}
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._pulse = Pulse()
        self._stopping = False

    def wake(self) -> None:
        self._pulse.wake()

    async def run(self) -> None:
        """Until `stop()`. A failure of the queue itself is logged and tried again."""
        while not self._stopping:
            try:
                await self.step()
            except Exception:
                _LOG.exception("the outbox could not be read")
            await self._pulse.rest(_REST)
        await self.drain()

    async def stop(self) -> None:
        self._stopping = True
        self._pulse.wake()
        await self.drain()

    async def drain(self) -> None:
        while self._busy:
            await asyncio.gather(*self._busy.values())

    async def step(self) -> None:
        """Claims what is due and begins one task for every idle contact."""
        by_contact: dict[int, list[Any]] = {}
        for item in await self._queue.claim(self._clock.now(), _BATCH):
            by_contact.setdefault(item.contact.id, []).append(item)
        for contact_id, items in by_contact.items():
            if contact_id not in self._busy and not self._stopping:
                self._busy[contact_id] = asyncio.create_task(self._deliver_all(contact_id, items))

    async def _deliver_all(self, contact_id: int, items: list[Any]) -> None:
        try:
            for item in items:
                if not await self._deliver(item):
                    break
        except Exception:
            _LOG.exception("a delivery could not be noted", extra={"contact": contact_id})
        finally:
            del self._busy[contact_id]
            self._pulse.wake()

    async def _deliver(self, item: Any) -> bool:
        """True if the contact's next row may follow."""
        contact: Contact = item.contact
        door = self._doors.get(contact.door)
        if door is None:
            return await self._again(item, "no such door")
        try:
            message = await self._speaker.render(item)
            if message is None:
                await self._queue.sent(item, "")
                return True
            pace = self._paces.get(contact.door)
            if pace is not None:
                await pace.wait(contact.address, contact.kind)
            outcome = await door.send(contact.address, contact.kind, message)
        except Exception as error:
            _LOG.exception("a message failed", extra={"item": item.id, "contact": contact.id, "attempts": item.attempts})
            return await self._again(item, type(error).__name__)
        return await self._note(item, outcome)

    async def _note(self, item: Any, outcome: Sent) -> bool:
        match outcome:
            case Delivered(message_id):
                await self._queue.sent(item, message_id)
                return True
            case RetryAfter(seconds):
                await self._queue.hold_contact(item.contact.id, self._clock.now() + timedelta(seconds=seconds))
                return False
            case Unreachable():
                await self._queue.dead(item, "unreachable")
                await self._keeper.unreachable(item)
                return False
            case Rejected(why):
                _LOG.error("a message was refused by its door", extra={"item": item.id, "door": item.contact.door})
                await self._queue.dead(item, why)
                return True
            case Unknown(why):
                return await self._again(item, why)
            case Moved(address):
                await self._keeper.moved(item, address)
                await self._queue.retry(item, self._clock.now(), "moved")
                return False
            case _ as never:
                assert_never(never)

    async def _again(self, item: Any, why: str) -> bool:
        if item.attempts + 1 >= MAX_ATTEMPTS:
            _LOG.error("a message is given up", extra={"item": item.id, "contact": item.contact.id})
            await self._queue.dead(item, why)
            return True
        await self._queue.retry(item, self._clock.now() + backoff(item.attempts, self._jitter), why)
        return False
