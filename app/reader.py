"""The way in: stored updates → conversation. Chats in parallel, each chat in order, one transaction per update.

A row is done in the same transaction as its effects (`inbox_done`), so a crash between two lines repeats the whole, never a half.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.logs import REQUEST
from app.outage import Store, Unwatched, surely
from app.pulse import Pulse
from bot.doors import Door, Incoming, Unavailable
from workflow.errors import Away, Refused
from workflow.model import Contact, Priority, Speech
from workflow.ports import Clock

_LOG = logging.getLogger(__name__)

_REST = 0.5
"""Seconds between two looks when nobody wakes the reader: backed-off rows and albums wait at most this long."""
_UNAVAILABLE = timedelta(seconds=10)
SET_ASIDE = "system.failed"


class Row(Protocol):
    """A stored update: `bot.doors.InboxRow` by shape."""

    @property
    def id(self) -> int: ...
    @property
    def door(self) -> str: ...
    @property
    def update_id(self) -> str: ...
    @property
    def chat(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...


class InboxQueue(Protocol):
    async def claim(self, now: datetime, room: Mapping[str, int], held: Collection[int]) -> Sequence[tuple[Row, ...]]:
        """Per chat its first waiting row, or its first whole album, for nobody else to hear; nothing of a chat whose first row backs off
        or is heard by another process. `room`: how many chats of each door may be begun; `held`: rows in hand."""
        ...

    async def later(self, ids: Sequence[int], why: str, pause: timedelta) -> None:
        """Puts rows off without counting an attempt."""
        ...

    async def failed(self, ids: Sequence[int], why: str) -> bool:
        """Counts an attempt and backs off. True once the rows are set aside for staff."""
        ...


class ReaderDesk(Protocol):
    async def serve(self, request_id: str, work: Callable[[Any], Awaitable[Any]], speaker: tuple[str, str] | None = None) -> Any: ...


class Hears(Protocol):
    async def hear(self, session: Any, incoming: Incoming) -> str: ...


class Reader:
    """`wake()` after a store; `stop()` drains: nothing new is begun, what is begun ends."""

    def __init__(
        self,
        inbox: InboxQueue,
        doors: Mapping[str, Door],
        desk: ReaderDesk,
        conversation: Hears,
        clock: Clock,
        spoken: Callable[[], None] = lambda: None,
        parallel: int = 64,
        store: Store | None = None,
    ) -> None:
        """`spoken` is called after each commit (the relay's `wake`); `parallel`: chats of one door heard at once: a door
        whose files come slowly holds no other one up. `store`: nothing is begun while it is away."""
        self._store = store or Unwatched()
        self._inbox = inbox
        self._doors = doors
        self._desk = desk
        self._conversation = conversation
        self._clock = clock
        self._spoken = spoken
        self._parallel = parallel
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._hands: dict[tuple[str, str], tuple[Row, ...]] = {}
        self.pulse = self._pulse = Pulse()
        self._ending = asyncio.Event()

    def wake(self) -> None:
        self._pulse.wake()

    @property
    def idle(self) -> bool:
        """Whether nothing is being heard."""
        return not self._busy

    async def run(self) -> None:
        """Until `stop()`. A failure of the inbox itself is logged and tried again."""
        while not self._stopping:
            try:
                if not self._store.away:
                    await self.step()
            except Away as away:
                self._store.met(away.reason)
            except Exception:
                _LOG.exception("the inbox could not be read")
            await self._pulse.rest(_REST)
        await self.drain()

    @property
    def _stopping(self) -> bool:
        return self._ending.is_set()

    async def stop(self) -> None:
        self._ending.set()
        self._pulse.wake()
        await self.drain()

    async def drain(self) -> None:
        """Waits for the chats being heard."""
        while self._busy:
            await asyncio.gather(*self._busy.values())

    async def step(self) -> None:
        """Begins one task for every idle chat that has something waiting."""
        if self._stopping:
            return
        heard = Counter(door for door, _ in self._busy)
        room = {door: self._parallel - heard[door] for door in self._doors}
        held = [row.id for batch in self._hands.values() for row in batch]
        for batch in await self._inbox.claim(self._clock.now(), room, held):
            chat = (batch[0].door, batch[0].chat)
            if self._stopping:
                await self._inbox.later([row.id for row in batch], "", timedelta())  # for another process, or the next start
            elif chat not in self._busy and heard[chat[0]] < self._parallel:
                heard[chat[0]] += 1
                self._hands[chat] = batch
                self._busy[chat] = asyncio.create_task(self._attempt(chat, batch))

    async def _attempt(self, chat: tuple[str, str], batch: tuple[Row, ...]) -> None:
        ids = tuple(row.id for row in batch)
        REQUEST.set(f"inbox:{ids[0]}")
        try:
            await self._tried(batch, ids)
        except Away as away:
            await self._given_back(ids, away.reason)
        except Exception:
            # Only the bookkeeping itself can get here; the rows stay and are read again.
            _LOG.exception("a failure could not be noted", extra={"door": chat[0], "row": ids[0]})
        finally:
            del self._busy[chat], self._hands[chat]
            self._pulse.wake()

    async def _tried(self, batch: tuple[Row, ...], ids: tuple[int, ...]) -> None:
        try:
            await self._hear(batch, ids)
        except Away:
            raise
        except Refused as refused:
            await self._refuse(batch[0], ids, refused)
        except Unavailable as error:
            _LOG.warning("an update waits for its door", extra={"door": batch[0].door, "row": ids[0]})
            await self._inbox.later(ids, str(error), _UNAVAILABLE)
        except Exception as error:
            _LOG.exception("an update failed", extra={"door": batch[0].door, "row": ids[0]})
            if await self._inbox.failed(ids, type(error).__name__):
                await self._apologise(batch[0])

    async def _given_back(self, ids: tuple[int, ...], reason: str) -> None:
        """The store's fault is not counted against an update: it waits as it did, for whoever comes first when the store is back."""
        self._store.met(reason)
        if await self._store.back(self._ending):
            with suppress(Away):
                await surely(self._store, lambda: self._inbox.later(ids, reason, timedelta()), self._ending)

    async def _hear(self, batch: tuple[Row, ...], ids: tuple[int, ...]) -> None:
        first = batch[0]
        door = self._doors[first.door]
        incoming = await door.parse(tuple(row.body for row in batch))

        async def work(session: Any) -> str:
            toast = "" if incoming is None else await self._conversation.hear(session, incoming)
            await session.uow.inbox_done(ids)
            return toast

        async def only_done(session: Any) -> None:
            await session.uow.inbox_done(ids)

        request = incoming.request_id if incoming is not None else f"{first.door}:{first.update_id}"
        toast = await self._desk.serve(request, work, (first.door, first.chat))
        if toast is None:
            # Served before, with the row still open: the row alone is left to close.
            await self._desk.serve(f"{request}:done:{first.id}", only_done)
        self._spoken()
        if incoming is not None:
            await door.acknowledge(incoming, toast or "")

    async def _refuse(self, row: Row, ids: tuple[int, ...], refused: Refused) -> None:
        """The rules said no and everything was rolled back: the person hears why, and the row is done."""

        async def work(session: Any) -> None:
            contact: Contact | None = await session.uow.contacts.by_address(row.door, row.chat)
            if contact is not None:
                key = f"refused.{refused.code.value}"
                await session.say(Speech(contact.id, key, dict(refused.params), priority=Priority.ANSWER))
            await session.uow.inbox_done(ids)

        await self._desk.serve(f"refused:{row.door}:{row.id}", work)
        self._spoken()

    async def _apologise(self, row: Row) -> None:
        async def work(session: Any) -> None:
            contact: Contact | None = await session.uow.contacts.by_address(row.door, row.chat)
            if contact is not None:
                await session.say(Speech(contact.id, SET_ASIDE, priority=Priority.ANSWER))

        await self._desk.serve(f"set_aside:{row.door}:{row.id}", work)
        self._spoken()
