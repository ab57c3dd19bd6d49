"""Updates, stored before they are confirmed to their sender, read chat by chat in order.

On PostgreSQL several processes share the work: the first row of a chat is lent to one of them, by `next_try_at`, so the chat is nobody
else's until the row is done, put off, or its lender is dead and the loan runs out. SQLite's only process needs no loans.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)  # fmt: skip

from storage.connection import Connection
from storage.engine import Database
from storage.locks import key_of
from storage.prepared import Inserts, Prepared
from storage.rows import Row
from storage.tables import inbox
from workflow.ports import Clock

LEASE = timedelta(seconds=15)
"""Made longer as long as its process lives: so long at most waits a chat that a dead one had in hand."""
ALBUM_PAUSE = timedelta(seconds=1.5)
LONGEST_WAIT = timedelta(minutes=1)
"""No update is lent or put off for longer: a later time was written by a clock that has been set back since, and is none."""
MAX_ATTEMPTS = 5
_MOST = 200
"""Chats of one look."""
_WAITING: ColumnElement[str] = literal_column("'waiting'", String)
"""Word for word as the index says it, or no database sees that it fits."""


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
        self._lent_until: datetime | None = None

    async def store(self, door: str, update_id: str, chat: str, body: Mapping[str, Any], album: str = "") -> bool:
        values = {
            "door": door, "update_id": update_id, "chat": chat, "album": album,
            "body": self._database.vault.seal_json(dict(body), *_sent_by(door, update_id)),
            "received_at": self._clock.now(), "status": "waiting", "attempts": 0, "why": "",
        }  # fmt: skip
        if self._database.is_sqlite:
            async with self._database.writing() as connection:
                return await _STORE.write(connection, values) == 1
        async with self._database.single() as connection:
            return await _STORE_IN_TURN.write(connection, values | {"turn": key_of(f"inbox:{door}:{chat}")}) == 1

    async def next_rows(
        self, now: datetime, limit: int = 50, held: Collection[int] = (), room: Mapping[str, int] | None = None
    ) -> list[tuple[InboxRow, ...]]:
        """Per chat its first waiting row, or its first whole album; at most `limit` chats, those that wait longest first. However much
        one chat has sent, every other has its turn. `held`: rows that are known already, and left out; `room`: chats
        of each door that can be heard."""
        known = frozenset(held)
        async with self._database.reading() as connection:
            values = {"now": now, "far": now + LONGEST_WAIT, "most": limit}
            found = [row for row in await _HEADS.rows(connection, values) if row["id"] not in known]
            albums = {row["id"]: await _album(connection, row) for row in found if row["album"]}
        heads = [head for row in found if (head := _whole(albums[row["id"]], now) if row["album"] else (row,))]
        # To open a row costs more than to find it: those that nobody has a hand for stay closed.
        return [tuple(self._opened(row) for row in head) for head in (heads if room is None else _fitting(heads, room))]

    def _opened(self, row: Row) -> InboxRow:
        body = self._database.vault.open_json(row["body"], *_sent_by(row["door"], row["update_id"]))
        return InboxRow(
            row["id"], row["door"], row["update_id"], row["chat"], body, row["received_at"], row["album"], row["attempts"]
        )  # fmt: skip

    async def claim(self, now: datetime, room: Mapping[str, int], held: Collection[int] = ()) -> list[tuple[InboxRow, ...]]:
        """As `next_rows`, and the rows are this process's own. `room`: how many chats of each door it can hear; `held`: rows it has in
        hand, whose loan is made longer."""
        if self._database.is_sqlite:
            return await self.next_rows(now, _MOST, held, room)
        await self._hold(now, held)
        heads = [head for door, chats in room.items() if chats > 0 for head in await self._lent(now, door, chats)]
        return [tuple(self._opened(row) for row in head) for head in heads]

    async def _lent(self, now: datetime, door: str, chats: int) -> list[Sequence[Row]]:
        """Lent by one statement, which is a transaction by itself. Of an album its first row alone is: nobody else may take the others
        before it, and they are fetched and lent by a second one."""
        fresh = {"fresh_from": now - ALBUM_PAUSE, "fresh_to": now + ALBUM_PAUSE}
        values = {"now": now, "far": now + LONGEST_WAIT, "most": chats, "of_door": door, "until": now + LEASE, **fresh}
        async with self._database.single() as connection:
            found = sorted(await _LEND.rows(connection, values), key=lambda row: int(row["id"]))
        if not any(row["album"] for row in found):
            return [[row] for row in found]
        async with self._database.writing() as connection:
            heads = [await _album(connection, row) if row["album"] else [row] for row in found]
            ids = [row["id"] for head in heads for row in head]
            await connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(next_try_at=now + LEASE))
        return heads

    async def _hold(self, now: datetime, held: Collection[int]) -> None:
        if held and (self._lent_until is None or not now < self._lent_until - 2 * LEASE / 3 <= now + LEASE / 3):
            mine = (inbox.c.id.in_(held)) & (inbox.c.status == "waiting")
            async with self._database.writing() as connection:
                await connection.execute(update(inbox).where(mine).values(next_try_at=now + LEASE))
            self._lent_until = now + LEASE

    async def later(self, ids: Sequence[int], why: str, pause: timedelta) -> None:
        """Puts rows off without counting an attempt."""
        values = {"why": why[:80], "next_try_at": self._clock.now() + pause}
        async with self._database.writing() as connection:
            await connection.execute(update(inbox).where(inbox.c.id.in_(ids), inbox.c.status == "waiting").values(values))

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


def _heads() -> Select[Any]:
    """Each row that waits is asked whether it is its chat's first, by an index made for that: to group all that wait and join the result is
    quadratic where the planner takes a queue to be as short as it was when it last counted."""
    other = inbox.alias("other")
    same = (other.c.door == inbox.c.door, other.c.chat == inbox.c.chat, other.c.status == _WAITING)
    first = select(func.min(other.c.id)).where(*same).correlate(inbox).scalar_subquery()
    ready = or_(inbox.c.next_try_at.is_(None), inbox.c.next_try_at <= bindparam("now"), inbox.c.next_try_at > bindparam("far"))
    heads = select(inbox).where(inbox.c.status == _WAITING, ready, inbox.c.id == first)
    return heads.order_by(inbox.c.id).limit(bindparam("most", type_=Integer))


_HEADS = Prepared(_heads())
_STORE = Prepared(lambda insert: insert(inbox).on_conflict_do_nothing())


def _in_turn(insert: Inserts) -> Executable:
    """Of one chat a later number must not be seen before an earlier one: the row gets its own once the lock of its chat is held, and
    the lock is held until the row is there for all."""
    held = select(func.pg_advisory_xact_lock(bindparam("turn", type_=BigInteger)).label("held")).cte("turn")
    given = [bindparam(name, type_=inbox.c[name].type) for name in _GIVEN]
    return insert(inbox).from_select(_GIVEN, select(*given).select_from(held)).on_conflict_do_nothing()


_GIVEN = ["door", "update_id", "chat", "album", "body", "received_at", "status", "attempts", "why"]
_STORE_IN_TURN = Prepared(_in_turn)


def _lend() -> Executable:
    free = _heads().where(inbox.c.door == bindparam("of_door", type_=String), ~_growing())
    locked = free.with_only_columns(inbox.c.id).with_for_update(skip_locked=True, of=inbox).cte("free")
    until = bindparam("until", type_=inbox.c.next_try_at.type)
    return update(inbox).where(inbox.c.id == locked.c.id).values(next_try_at=until).returning(*inbox.c)


def _growing() -> ColumnElement[bool]:
    """An album whose parts may still be coming."""
    part = inbox.alias("part")
    same = and_(*(part.c[name] == inbox.c[name] for name in ("door", "chat", "album")), part.c.status == "waiting")
    # What is later was noted before the clock was set back.
    fresh = part.c.received_at.between(bindparam("fresh_from"), bindparam("fresh_to"))
    return and_(inbox.c.album != "", exists().where(same, fresh))


_LEND = Prepared(_lend())


async def _album(connection: Connection, head: Row) -> Sequence[Row]:
    """All parts that have come, also those with another message between them."""
    same = and_(*(inbox.c[name] == head[name] for name in ("door", "chat", "album")), inbox.c.status == "waiting")
    return (await connection.execute(select(inbox).where(same).order_by(inbox.c.id))).mappings().all()


def _whole(album: Sequence[Row], now: datetime) -> tuple[Row, ...]:
    return tuple(album) if album and abs(now - album[-1]["received_at"]) >= ALBUM_PAUSE else ()


def _fitting(heads: Sequence[tuple[Row, ...]], room: Mapping[str, int]) -> Iterator[tuple[Row, ...]]:
    left = dict(room)
    for head in heads:
        door = head[0]["door"]
        if left.get(door, 0) > 0:
            left[door] -= 1
            yield head


def _sent_by(door: str, update_id: str) -> tuple[str, ...]:
    return ("inbox", "body", door, update_id)
