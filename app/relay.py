"""The way out: outbox rows → sentences → doors. Contacts in parallel, each in order, urgent first.

Nothing is thrown away silently: what a door refuses, or what failed too often, becomes a dead letter that staff see.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, assert_never

from app.logs import CASE, REQUEST
from app.outage import Store, Unwatched, surely
from app.pulse import Pulse
from bot.doors import Delivered, Door, Failed, Moved, ReadyMessage, Rejected, RetryAfter, Sent, Unknown, Unreachable
from storage.outbox import LONGEST_WAIT
from workflow.errors import Away
from workflow.model import Contact, Priority, Speech
from workflow.ports import Clock

_LOG = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
MAX_UNKNOWNS = 10
"""Of a message that may have arrived each time: the most that anybody may hear it. Spread over hours, and a door that does not answer at
all counts none (`RetryAfter`), so no outage of the network gives up a message."""
MAX_FAILURES = 100
"""For a door whose server says that it fails: about half a day. Nothing is said twice by trying on."""
_AT_ONCE = 200
"""Messages on their way."""
_MANY = 50
_BREATH = 0.03
_REST = 1.0
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 600.0
_OTHERS_FIRST = 6.0
"""Seconds after an outage of the store until a lease that ran out meanwhile is believed to: its process may be alive, may know what
became of the message, and notes it as soon as it sees that the store is back."""


class Item(Protocol):
    """A claimed outbox row."""

    @property
    def id(self) -> int: ...
    @property
    def contact(self) -> Contact: ...
    @property
    def speech(self) -> Speech: ...
    @property
    def attempts(self) -> int: ...
    @property
    def unknowns(self) -> int:
        """Attempts of which nobody knows what became."""
        ...


class OutboxQueue(Protocol):
    """`claim` leases the first waiting row of each contact, so a row that waits holds its contact's later ones back. The leases of
    `held` are made longer; `overdue`: also rows whose lease ran out."""

    async def claim(self, now: datetime, limit: int, held: Collection[int], *, overdue: bool) -> Sequence[Any]: ...
    async def sent(self, item: Any, message_id: str, now: datetime) -> None: ...
    async def retry(self, item_id: int, at: datetime, why: str, *, unknown: bool = False, counted: bool = True) -> None: ...
    async def dead(self, item_id: int, why: str) -> None: ...


class Renders(Protocol):
    async def render(self, item: Item) -> ReadyMessage | None:
        """None: nothing to say any more (the card's ticket is gone)."""
        ...


class Pace(Protocol):
    async def wait(self, address: str, kind: str, *, urgent: bool = False) -> None:
        """Returns when one more message may be sent to the chat; an urgent one need not wait behind other chats'."""
        ...

    def hold(self, address: str, seconds: float) -> None:
        """Nothing to the chat for so long."""
        ...


class ContactKeeper(Protocol):
    """What delivery teaches about a contact; each in one transaction at the desk."""

    async def unreachable(self, item: Item) -> None: ...
    async def moved(self, item: Item, address: str) -> bool:
        """False: the new address is somebody's already; what was said to the old one has no way any more."""
        ...


def backoff(attempts: int, jitter: random.Random) -> timedelta:
    """1 s, 2 s, 4 s … at most 10 minutes, each spread by up to half: a crowd must not come back at once."""
    seconds = min(_FIRST_WAIT * 2.0**attempts, _LONGEST_WAIT)
    return timedelta(seconds=seconds * jitter.uniform(0.5, 1.0))


def patience(unknowns: int, jitter: random.Random) -> timedelta:
    """1 s, 4 s, 16 s … at most an hour, spread as `backoff`: ten tries take an hour and a half at the least."""
    return timedelta(seconds=min(_FIRST_WAIT * 4.0**unknowns, LONGEST_WAIT.total_seconds()) * jitter.uniform(0.5, 1.0))


class Relay:
    """`wake()` after each commit. `stop()` ends after what is being sent now; what waits for its pace goes back into the queue."""

    def __init__(
        self,
        queue: OutboxQueue,
        speaker: Renders,
        doors: Mapping[str, Door],
        keeper: ContactKeeper,
        clock: Clock,
        jitter: random.Random,
        paces: Mapping[str, Pace] | None = None,
        store: Store | None = None,
    ) -> None:
        """`paces`: by door's name; a door without one is sent to at once. `store`: nothing is begun while it is away, and what was sent
        is noted when it is back."""
        self._store = store or Unwatched()
        self._queue = queue
        self._speaker = speaker
        self._doors = doors
        self._keeper = keeper
        self._clock = clock
        self._jitter = jitter
        self._paces = paces or {}
        self._held: dict[str, tuple[datetime, float]] = {}
        self._busy: dict[int, asyncio.Task[None]] = {}
        self.pulse = self._pulse = Pulse()
        self._stopping = asyncio.Event()
        self._unsure_until = -math.inf  # in the loop's seconds

    def wake(self) -> None:
        self._pulse.wake()

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._busy

    async def run(self) -> None:
        """Until `stop()`. A failure of the queue itself is logged and tried again."""
        while not self._stopping.is_set():
            try:
                if self._store.away:
                    self._unsure_until = asyncio.get_running_loop().time() + _OTHERS_FIRST
                else:
                    await self.step()
            except Away as away:
                self._store.met(away.reason)
            except Exception:
                _LOG.exception("the outbox could not be read")
            await self._pulse.rest(_REST)
            if len(self._busy) > _MANY:
                # Each that is done wakes us: places are given out for several at a time, or the outbox is searched for each.
                await asyncio.sleep(_BREATH)
        await self.drain()

    async def stop(self) -> None:
        self._stopping.set()
        self._pulse.wake()
        await self.drain()

    async def drain(self) -> None:
        while self._busy:
            await asyncio.gather(*self._busy.values())

    async def step(self) -> None:
        """Claims what is due, the urgent first, and begins one task for each row; at most one per contact is out at a time."""
        if self._stopping.is_set():
            return
        room, sure = _AT_ONCE - len(self._busy), asyncio.get_running_loop().time() >= self._unsure_until
        for item in await self._queue.claim(self._clock.now(), room, tuple(self._busy), overdue=sure):
            # A lease may run out while the loop is held up: such a row is on its way already.
            if item.id not in self._busy:
                self._busy[item.id] = asyncio.create_task(self._attempt(item))

    async def _attempt(self, item: Item) -> None:
        REQUEST.set(f"outbox:{item.id}")
        CASE.set(item.speech.ticket_id or 0)
        try:
            await self._deliver(item)
        except Exception:
            # The lease runs out and the row is claimed again.
            _LOG.exception("a delivery could not be noted", extra={"item": item.id, "contact": item.contact.id})
        finally:
            del self._busy[item.id]
            self._pulse.wake()

    async def _deliver(self, item: Item) -> None:
        contact = item.contact
        door = self._doors.get(contact.door)
        if door is None:
            await self._surely(lambda: self._queue.dead(item.id, "no such door"))
            return
        try:
            message = await self._speaker.render(item)
            if message is None:
                await self._queue.sent(item, "", self._clock.now())
                return
            if not await self._paced(contact, urgent=item.speech.priority is Priority.URGENT) or self._held_for(contact.door) > 0:
                at = self._clock.now() + timedelta(seconds=max(self._held_for(contact.door), 0.0))
                await self._queue.retry(item.id, at, "put off", counted=False)
                return
            outcome = await door.send(contact.address, contact.kind, replace(message, once=str(item.id)))
        except Away as away:
            reason = away.reason
            self._store.met(reason)
            await self._surely(lambda: self._queue.retry(item.id, self._clock.now(), reason, counted=False))
            return
        except Exception as error:
            kind = type(error).__name__
            _LOG.exception("a message failed", extra={"item": item.id, "contact": contact.id, "attempts": item.attempts})
            await self._surely(lambda: self._again(item, kind))
            return
        await self._surely(lambda: self._note(item, outcome))

    async def _surely(self, note: Callable[[], Coroutine[Any, Any, object]]) -> None:
        await surely(self._store, note, self._stopping)

    async def _paced(self, contact: Contact, *, urgent: bool) -> bool:
        """Waits for the contact's turn. False: the end came first."""
        pace = self._paces.get(contact.door)
        if pace is None:
            return True
        waiting = asyncio.create_task(pace.wait(contact.address, contact.kind, urgent=urgent))
        ending = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({waiting, ending}, return_when=asyncio.FIRST_COMPLETED)
            return waiting.done()
        finally:
            for task in (waiting, ending):
                task.cancel()
            await asyncio.gather(waiting, ending, return_exceptions=True)

    def _held_for(self, door: str) -> float:
        """Seconds of silence left that a door asked for as a whole; a clock that was set back makes it no longer."""
        until, seconds = self._held.get(door, (self._clock.now(), 0.0))
        left = (until - self._clock.now()).total_seconds()
        return left if left <= seconds else 0.0

    async def _note(self, item: Item, outcome: Sent) -> None:
        now = self._clock.now()
        match outcome:
            case Delivered(message_id):
                await self._queue.sent(item, message_id, now)
            case RetryAfter(seconds, whole_door):
                self._hold(item.contact, seconds, now, whole_door=whole_door)
                wait = min(timedelta(seconds=seconds), LONGEST_WAIT)
                await self._queue.retry(item.id, now + wait, "retry_after", counted=False)
            case Unreachable():
                # In this order: a process that dies in between finds the row again, and the hub hears of it all the same.
                await self._keeper.unreachable(item)
                await self._queue.dead(item.id, "unreachable")
            case Rejected(why):
                _LOG.error("a message was refused by its door", extra={"item": item.id, "door": item.contact.door})
                await self._queue.dead(item.id, why)
            case Unknown(why):
                await self._perhaps(item, why)
            case Failed(why):
                await self._again(item, why, MAX_FAILURES)
            case Moved(address):
                if await self._keeper.moved(item, address):
                    await self._queue.retry(item.id, now, "moved")
                else:
                    await self._queue.dead(item.id, "moved")
            case _ as never:
                assert_never(never)

    def _hold(self, contact: Contact, seconds: float, now: datetime, *, whole_door: bool) -> None:
        pace = self._paces.get(contact.door)
        if whole_door:
            self._held[contact.door] = now + timedelta(seconds=seconds), seconds
        elif pace is not None:
            pace.hold(contact.address, seconds)

    async def _perhaps(self, item: Item, why: str) -> None:
        if item.unknowns + 1 >= MAX_UNKNOWNS:
            await self._given_up(item, why)
            return
        at = self._clock.now() + patience(item.unknowns, self._jitter)
        await self._queue.retry(item.id, at, why, unknown=True)

    async def _again(self, item: Item, why: str, most: int = MAX_ATTEMPTS) -> None:
        if item.attempts + 1 >= most:
            await self._given_up(item, why)
            return
        await self._queue.retry(item.id, self._clock.now() + backoff(item.attempts, self._jitter), why)

    async def _given_up(self, item: Item, why: str) -> None:
        _LOG.error("a message is given up", extra={"item": item.id, "contact": item.contact.id})
        await self._queue.dead(item.id, why)
