"""The outbox as the relay sees it: claim under a lease, then mark. FIFO per contact within a priority.

Several processes may claim at once on PostgreSQL: a row that one of them is about to lease is none to the others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, literal_column, or_, select, update

from storage import rows
from storage.connection import Connection
from storage.digests import folded
from storage.engine import Database
from storage.messages import remember
from storage.prepared import Prepared, listed, numbered, padded
from storage.tables import contacts, outbox
from storage.types import Id, UtcDateTime
from storage.veils import VEIL
from workflow.digests import DIGEST
from workflow.letters import LETTER
from workflow.model import About, Contact, Speech
from workflow.region import Digest

LEASE = timedelta(seconds=15)
"""Made longer as long as its process lives: so long at most waits what a dead one had in hand."""
_LONGEST_LEASE = timedelta(minutes=1)
"""A later end was written by a clock that has been set back since, and is none. Clocks of several machines differ by less."""
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
LONGEST_WAIT = timedelta(hours=1)
"""No message is put off for longer: a later time was written by a clock that has been set back since, and is none."""


_SENT = Prepared(update(outbox).where(outbox.c.id == bindparam("this")))


@dataclass(frozen=True, slots=True)
class OutboxItem:
    id: int
    contact: Contact
    speech: Speech
    attempts: int
    owner: int = 0  # the row's contact: a veil of the one it is for
    unknowns: int = 0  # attempts of which nobody knows what became


class OutboxQueue:
    def __init__(self, database: Database, digest: Digest | None = None) -> None:
        """`digest`: when what waits is told in one message; None: never."""
        self._database = database
        self._digest = digest
        self._lent_until: datetime | None = None

    async def claim(self, now: datetime, limit: int = 100, held: Collection[int] = (), *, overdue: bool = True) -> list[OutboxItem]:
        """The first waiting speech of each contact, urgent contacts first. A row that waits, or is leased, holds its contact's
        later ones of the same priority back. `held`: rows in hand, whose lease is made longer; `overdue`: also rows whose lease
        ran out."""
        longer = self._longer(now, held)
        if limit <= 0 and not longer:
            return []
        async with self._database.writing() as connection:
            if longer:
                await _held(len(longer)).write(connection, {"until": now + LEASE, **numbered("row", longer)})
            wanted = {
                "now": now, "ran_out": now if overdue else _NEVER, "longest_wait": now + LONGEST_WAIT,
                "longest_lease": now + _LONGEST_LEASE, "most": limit,
            }  # fmt: skip
            found = await _HEADS.rows(connection, wanted)
            if found and self._digest is not None:
                chats = {row["contact_id"] for row in found}
                if await folded(connection, self._database.vault, chats, now, self._digest):
                    found = await _HEADS.rows(connection, wanted)
            ids = padded([row["id"] for row in found])
            if ids:
                await _lent(len(ids)).write(connection, {"until": now + LEASE, **numbered("row", ids)})
            people = await self._people(connection, {row["contact_id"] for row in found})
            lost = [row["id"] for row in found if row["contact_id"] not in people]
            if lost:
                nobody = {"status": "dead", "why": "nobody stands behind the veil any more", "leased_until": None}
                await connection.execute(update(outbox).where(outbox.c.id.in_(lost)).values(nobody))
        return [
            OutboxItem(row["id"], people[row["contact_id"]], self._said(row), row["attempts"], row["contact_id"], row["unknowns"])
            for row in found
            if row["contact_id"] in people
        ]

    def _longer(self, now: datetime, held: Collection[int]) -> Sequence[int]:
        """Whose lease is to be made longer now: of nobody or of all in hand."""
        if not held or (self._lent_until is not None and now < self._lent_until - 2 * LEASE / 3 <= now + LEASE / 3):
            return ()
        self._lent_until = now + LEASE
        return padded(sorted(held))

    def _said(self, row: rows.Row) -> Speech:
        return rows.speech_in(row["speech"], row["contact_id"], self._database.vault)

    async def _people(self, connection: Connection, ids: set[int]) -> dict[int, Contact]:
        """By the row's contact; for a veil the chat behind it."""
        found = await self._contacts(connection, ids)
        behind = {veil.id: int(veil.name) for veil in found.values() if veil.door == VEIL and veil.name}
        real = await self._contacts(connection, set(behind.values())) if behind else {}
        unveiled = {alias: real[who] for alias, who in behind.items() if who in real}
        return {who: contact for who, contact in found.items() if contact.door != VEIL} | unveiled

    async def _contacts(self, connection: Connection, ids: set[int]) -> dict[int, Contact]:
        wanted = padded(sorted(ids))
        found = await _known(len(wanted)).rows(connection, numbered("who", wanted)) if wanted else []
        return {row["id"]: rows.contact_in(row, self._database.vault) for row in found}

    async def take_over(self) -> None:
        """At the start of the only process of a database: what the last one had in hand when it died is nobody's, and need not wait
        until its lease runs out."""
        async with self._database.writing() as connection:
            await connection.execute(update(outbox).where(outbox.c.leased_until.is_not(None)).values(leased_until=None))

    async def sent(self, item: OutboxItem, message_id: str, now: datetime) -> None:
        async with self._database.writing() as connection:
            left = rows.spoken({"key": item.speech.key, "card": item.speech.card, "edits": item.speech.edits})
            done = {"status": "sent", "sent_at": now, "said_at": None, "message_id": message_id, "leased_until": None, "speech": left}
            await _SENT.later(connection, done | {"this": item.id})
            if item.speech.ticket_id is not None and message_id:
                letter_id = item.speech.params["letter"] if item.speech.card == LETTER else None
                about = About(item.speech.ticket_id, item.speech.key, bool(item.speech.card) and item.speech.card != DIGEST, letter_id)
                await remember(connection, item.owner or item.contact.id, message_id, about, item.id)

    async def retry(self, item_id: int, at: datetime, why: str, *, unknown: bool = False, counted: bool = True) -> None:
        """`counted`: an attempt that failed, as against one that was only put off."""
        values = {
            "next_try_at": at, "attempts": outbox.c.attempts + int(counted), "why": why[:200], "leased_until": None,
            "unknowns": outbox.c.unknowns + int(unknown),
        }  # fmt: skip
        async with self._database.writing() as connection:
            await connection.execute(update(outbox).where(outbox.c.id == item_id).values(values))

    async def dead(self, item_id: int, why: str) -> None:
        async with self._database.writing() as connection:
            values = {"status": "dead", "why": why[:200], "leased_until": None}
            await connection.execute(update(outbox).where(outbox.c.id == item_id).values(values))

    async def depth(self) -> Mapping[str, int]:
        """Rows by status."""
        async with self._database.reading() as connection:
            counts = await connection.execute(select(outbox.c.status, func.count()).group_by(outbox.c.status))
            return {row.status: row[1] for row in counts}


@lru_cache(32)
def _lent(count: int) -> Prepared:
    return Prepared(update(outbox).where(outbox.c.id.in_(listed("row", count, Id))).values(leased_until=bindparam("until")))


@lru_cache(32)
def _held(count: int) -> Prepared:
    mine = (outbox.c.id.in_(listed("row", count, Id)), outbox.c.status == "waiting", outbox.c.leased_until.is_not(None))
    return Prepared(update(outbox).where(*mine).values(leased_until=bindparam("until")))


@lru_cache(32)
def _known(count: int) -> Prepared:
    return Prepared(select(contacts).where(contacts.c.id.in_(listed("who", count, Id))))


def _heads() -> Select[Any]:
    names = ("now", "ran_out", "longest_wait", "longest_lease")
    now, ran_out, wait, lease = (bindparam(name, type_=UtcDateTime) for name in names)
    other = outbox.alias("other")
    theirs = select(other.c.id).where(other.c.status == "waiting", other.c.contact_id == outbox.c.contact_id)
    # Asked of each row, by an index: a join with all firsts is quadratic where the planner takes the queue to be short.
    first = theirs.order_by(other.c.priority, other.c.id).limit(literal_column("1")).correlate(outbox).scalar_subquery()
    ready = or_(outbox.c.next_try_at.is_(None), outbox.c.next_try_at <= now, outbox.c.next_try_at > wait)
    free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= ran_out, outbox.c.leased_until > lease)
    heads = select(outbox).where(outbox.c.status == "waiting", ready, free, outbox.c.id == first)
    # What is said of a row again (it waits, it is free) PostgreSQL asks of its newest version once it has the lock.
    first_come = heads.order_by(outbox.c.priority, outbox.c.id).limit(bindparam("most", type_=Integer))
    return first_come.with_for_update(skip_locked=True, of=outbox)


_HEADS = Prepared(_heads())
