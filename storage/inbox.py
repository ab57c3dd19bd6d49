"""Updates, stored before they are confirmed to their sender, read chat by chat in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.engine import Database
from storage.rows import Row
from storage.tables import inbox
from workflow.ports import Clock

ALBUM_PAUSE = timedelta(seconds=1.5)
MAX_ATTEMPTS = 5
_SCAN = 1000


@dataclass(frozen=True, slots=True)
class InboxRow:
    """Fits `bot.doors.InboxRow` by shape."""

    id: int
    door: str
    update_id: str
    chat: str
    body: Mapping[str, Any]
    received_at: datetime
    album: str = ""
    attempts: int = 0


class SqlInbox:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def store(self, door: str, update_id: str, chat: str, body: Mapping[str, Any], album: str = "") -> bool:
        values = {
            "door": door, "update_id": update_id, "chat": chat, "album": album, "body": dict(body),
            "received_at": self._clock.now(), "status": "waiting", "attempts": 0, "why": "",
        }  # fmt: skip
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(inbox).values(values))
        except IntegrityError:
            return False
        return True

    async def next_rows(self, now: datetime, limit: int = 50) -> list[tuple[InboxRow, ...]]:
        """Per chat its first waiting row, or its first whole album; at most `limit` chats."""
        waiting = select(inbox).where(inbox.c.status == "waiting").order_by(inbox.c.id).limit(_SCAN)
        async with self._database.reading() as connection:
            found = (await connection.execute(waiting)).mappings().all()
        chats: dict[tuple[str, str], list[Row]] = {}
        for row in found:
            chats.setdefault((row["door"], row["chat"]), []).append(row)
        heads = (_head(queue, now) for queue in chats.values())
        return [head for head in heads if head][:limit]

    async def later(self, ids: Sequence[int], why: str, pause: timedelta) -> None:
        """Puts rows off without counting an attempt."""
        values = {"why": why[:80], "next_try_at": self._clock.now() + pause}
        async with self._database.writing() as connection:
            await connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(values))

    async def failed(self, ids: Sequence[int], why: str) -> bool:
        """Counts an attempt; waits 1, 2, 4 … seconds. True once the rows are set aside for staff."""
        now = self._clock.now()
        async with self._database.writing() as connection:
            found = await connection.execute(select(inbox.c.id, inbox.c.attempts).where(inbox.c.id.in_(ids)))
            aside = False
            for row_id, attempts in found.all():
                aside = attempts + 1 >= MAX_ATTEMPTS
                values = {
                    "attempts": attempts + 1, "why": why[:80], "status": "aside" if aside else "waiting",
                    "next_try_at": now + timedelta(seconds=2**attempts),
                }  # fmt: skip
                await connection.execute(update(inbox).where(inbox.c.id == row_id).values(values))
        return aside


def _head(queue: Sequence[Row], now: datetime) -> tuple[InboxRow, ...]:
    first = queue[0]
    if first["next_try_at"] is not None and first["next_try_at"] > now:
        return ()
    if not first["album"]:
        return (_row(first),)
    album: list[Row] = []
    for row in queue:
        if row["album"] != first["album"]:
            break
        album.append(row)
    return tuple(_row(row) for row in album) if now - album[-1]["received_at"] >= ALBUM_PAUSE else ()


def _row(row: Row) -> InboxRow:
    return InboxRow(**{name: row[name] for name in InboxRow.__dataclass_fields__})
