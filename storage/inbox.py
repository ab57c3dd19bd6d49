"""Updates, stored before they are confirmed to their sender, read chat by chat in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database
from storage.rows import Row
from storage.tables import inbox
from workflow.ports import Clock

ALBUM_PAUSE = timedelta(seconds=1.5)
MAX_ATTEMPTS = 5


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
            "door": door, "update_id": update_id, "chat": chat, "album": album,
            "body": self._database.vault.seal_json(dict(body), *_sent_by(door, update_id)),
            "received_at": self._clock.now(), "status": "waiting", "attempts": 0, "why": "",
        }  # fmt: skip
        async with self._database.writing() as connection:
            return (await connection.execute(self._database.insert(inbox).values(values).on_conflict_do_nothing())).rowcount == 1

    async def next_rows(self, now: datetime, limit: int = 50) -> list[tuple[InboxRow, ...]]:
        """Per chat its first waiting row, or its first whole album; at most `limit` chats, those that wait longest first. However much
        one chat has sent, every other has its turn."""
        async with self._database.reading() as connection:
            found = (await connection.execute(_heads(now, limit))).mappings().all()
            albums = {row["id"]: await _album(connection, row) for row in found if row["album"]}
        heads = ((row,) if not row["album"] else _whole(albums[row["id"]], now) for row in found)
        return [tuple(self._opened(row) for row in head) for head in heads if head]

    def _opened(self, row: Row) -> InboxRow:
        body = self._database.vault.open_json(row["body"], *_sent_by(row["door"], row["update_id"]))
        return InboxRow(**{name: row[name] for name in InboxRow.__dataclass_fields__} | {"body": body})

    async def later(self, ids: Sequence[int], why: str, pause: timedelta) -> None:
        """Puts rows off without counting an attempt."""
        values = {"why": why[:80], "next_try_at": self._clock.now() + pause}
        async with self._database.writing() as connection:
            await connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(values))

    async def failed(self, ids: Sequence[int], why: str) -> bool:
        """Counts an attempt of rows that still wait; the next comes after 1, 2, 4 … seconds. True once they are set aside for staff."""
        now = self._clock.now()
        waiting = (inbox.c.id.in_(ids)) & (inbox.c.status == "waiting")
        async with self._database.writing() as connection:
            found = await connection.execute(select(inbox.c.id, inbox.c.attempts).where(waiting))
            aside = False
            for row_id, attempts in found.all():
                aside = attempts + 1 >= MAX_ATTEMPTS
                values = {
                    "attempts": attempts + 1, "why": why[:80], "status": "aside" if aside else "waiting",
                    "next_try_at": now + timedelta(seconds=2**attempts),
                }  # fmt: skip
                await connection.execute(update(inbox).where(inbox.c.id == row_id).values(values))
        return aside


def _heads(now: datetime, limit: int) -> Select[Any]:
    first = (
        select(func.min(inbox.c.id).label("id")).where(inbox.c.status == "waiting").group_by(inbox.c.door, inbox.c.chat).subquery()
    )
    ready = or_(inbox.c.next_try_at.is_(None), inbox.c.next_try_at <= now)
    return select(inbox).join(first, first.c.id == inbox.c.id).where(ready).order_by(inbox.c.id).limit(limit)


async def _album(connection: AsyncConnection, head: Row) -> Sequence[Row]:
    """All parts that have come, also those with another message between them."""
    same = and_(*(inbox.c[name] == head[name] for name in ("door", "chat", "album")), inbox.c.status == "waiting")
    return (await connection.execute(select(inbox).where(same).order_by(inbox.c.id))).mappings().all()


def _whole(album: Sequence[Row], now: datetime) -> tuple[Row, ...]:
    return tuple(album) if album and now - album[-1]["received_at"] >= ALBUM_PAUSE else ()


def _sent_by(door: str, update_id: str) -> tuple[str, ...]:
    return ("inbox", "body", door, update_id)
