"""The way in: stored updates → conversation. Chats in parallel, each chat in order, one transaction per update.

A row is done in the same transaction as its effects (`inbox_done`), so a crash between two lines repeats the whole, never a half.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.pulse import Pulse
from bot.doors import Door, Incoming, InboxRow
from workflow.model import Contact, Priority, Speech
from workflow.ports import Clock

_LOG = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
ALBUM_QUIET = timedelta(seconds=1.5)
"""An album is read once this long passed since its last part."""
_BATCH = 500
_REST = 0.5
"""Seconds between two looks when nobody wakes the reader: backed-off rows and albums wait at most this long."""
SET_ASIDE = "system.set_aside"


class InboxQueue(Protocol):
    async def next_rows(self, now: datetime, limit: int) -> Sequence[InboxRow]:
        """Waiting rows in order; nothing of a chat whose first row is backing off."""
        ...

    async def failed(self, ids: Sequence[int], code: str) -> object:
        """Counts an attempt and backs off; after the last attempt the rows are set aside for staff."""
        ...


class ReaderDesk(Protocol):
    async def serve(self, request_id: str, work: Callable[[Any], Awaitable[Any]]) -> Any: ...


class Hears(Protocol):
    async def hear(self, session: Any, incoming: Incoming) -> str: ...


def batches(rows: Sequence[InboxRow], now: datetime) -> list[tuple[InboxRow, ...]]:
    """One chat's rows as things to be heard: an album is one. Stops before an album that may still grow."""
    found: list[tuple[InboxRow, ...]] = []
    rest = list(rows)
    while rest:
        first = rest[0]
        if not first.album:
            found.append((rest.pop(0),))
            continue
        # An album's parts may be interleaved with nothing else, but a late gap must not tear it apart.
        album = tuple(row for row in rest if row.album == first.album)
        if now - max(row.received_at for row in album) < ALBUM_QUIET:
            break
        found.append(album)
        rest = [row for row in rest if row.album != first.album]
    return found


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
        parallel: int = 32,
    ) -> None:
        """`spoken` is called after each commit (the relay's `wake`); `parallel`: chats heard at once."""
        self._inbox = inbox
        self._doors = doors
        self._desk = desk
        self._conversation = conversation
        self._clock = clock
        self._spoken = spoken
        self._parallel = parallel
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._pulse = Pulse()
        self._stopping = False

    def wake(self) -> None:
        self._pulse.wake()

    async def run(self) -> None:
        """Until `stop()`. A failure of the inbox itself is logged and tried again."""
        while not self._stopping:
            try:
                await self.step()
            except Exception:
                _LOG.exception("the inbox could not be read")
            await self._pulse.rest(_REST)
        await self.drain()

    async def stop(self) -> None:
        self._stopping = True
        self._pulse.wake()
        await self.drain()

    async def drain(self) -> None:
        """Waits for the chats being heard."""
        while self._busy:
            await asyncio.gather(*self._busy.values())

    async def step(self) -> None:
        """Begins one task for every idle chat that has something waiting."""
        now = self._clock.now()
        chats: dict[tuple[str, str], list[InboxRow]] = {}
        for row in await self._inbox.next_rows(now, _BATCH):
            chats.setdefault((row.door, row.chat), []).append(row)
        for chat, rows in chats.items():
            if chat in self._busy or len(self._busy) >= self._parallel or self._stopping:
                continue
            ready = batches(rows, now)
            if ready:
                self._busy[chat] = asyncio.create_task(self._hear_chat(chat, ready))

    async def _hear_chat(self, chat: tuple[str, str], ready: list[tuple[InboxRow, ...]]) -> None:
        try:
            for batch in ready:
                if not await self._attempt(batch):
                    break
        except Exception:
            # Only the bookkeeping itself can get here; the rows stay and are read again.
            _LOG.exception("a failure could not be noted", extra={"door": chat[0]})
        finally:
            del self._busy[chat]
            self._pulse.wake()

    async def _attempt(self, batch: tuple[InboxRow, ...]) -> bool:
        """True if the chat may go on with its next row."""
        ids = tuple(row.id for row in batch)
        attempts = max(row.attempts for row in batch) + 1
        try:
            await self._hear(batch, ids)
        except Exception as error:
            _LOG.exception("an update failed", extra={"door": batch[0].door, "row": ids[0], "attempts": attempts})
            await self._inbox.failed(ids, type(error).__name__)
            if attempts < MAX_ATTEMPTS:
                return False
            await self._apologise(batch[0])
        return True

    async def _hear(self, batch: tuple[InboxRow, ...], ids: tuple[int, ...]) -> None:
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
        toast = await self._desk.serve(request, work)
        if toast is None:
            # Served before, with the row still open: the row alone is left to close.
            await self._desk.serve(f"{request}:done:{first.id}", only_done)
        self._spoken()
        if incoming is not None:
            await door.acknowledge(incoming, toast or "")

    async def _apologise(self, row: InboxRow) -> None:
        async def work(session: Any) -> None:
            contact: Contact | None = await session.uow.contacts.by_address(row.door, row.chat)
            if contact is not None:
                await session.say(Speech(contact.id, SET_ASIDE, priority=Priority.ANSWER))

        await self._desk.serve(f"set_aside:{row.door}:{row.id}", work)
        self._spoken()
