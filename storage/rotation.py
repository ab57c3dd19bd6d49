"""Seals with the current key what is sealed with another one, or not at all: in small transactions, beside a city that runs. Each row
stands by itself, so this may be broken off and begun again at any time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, and_, select, tuple_, update

from storage import rows
from storage.connection import Connection
from storage.engine import Database
from storage.originals import place
from storage.privacy_tables import sealed, veils
from storage.rows import Row
from storage.standing_tables import standings
from storage.standings import place as standing_place
from storage.tables import contacts, dialogs, inbox, outbox, web_messages
from storage.vault import SEALED, Unsealable, Vault, key_of
from storage.veils import place as veil_place

_BATCH = 200
_SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Holder:
    """A column that holds sealed words. `bound`: what is bound into them; `kept`: what stands beside them in JSON."""

    table: Table
    column: str
    bound: Callable[[Row], tuple[str, ...]]
    kept: Callable[[Row], dict[str, Any]] = lambda _: {}

    @property
    def key(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)


HOLDERS = (
    Holder(contacts, "name", rows.name_of),
    Holder(sealed, "words", lambda row: place(row["kind"], row["ref"], row["field"])),
    Holder(veils, "aliases", lambda row: veil_place(row["contact_id"])),
    Holder(dialogs, "data", lambda row: ("dialogs", "data", str(row["contact_id"]))),
    Holder(standings, "muting", lambda row: standing_place(row["contact_id"], "muting")),
    Holder(standings, "pace", lambda row: standing_place(row["contact_id"], "pace")),
    Holder(dialogs, "aside", lambda row: ("dialogs", "aside", str(row["contact_id"]))),
    Holder(inbox, "body", lambda row: ("inbox", "body", row["door"], row["update_id"])),
    Holder(outbox, "speech", lambda row: rows.speech_to(row["contact_id"]), lambda row: rows.spoken(row["speech"])),
    Holder(web_messages, "body", lambda row: ("web_messages", "body", row["address"])),
)


async def resealed(database: Database) -> int:
    """How many. Raises Unsealable for what can't be opened, and KeyFault."""
    return sum([await _through(database, holder) for holder in HOLDERS])


async def counted(database: Database) -> dict[str, int]:
    """Key's name ("" for what is not sealed) → how many words it seals."""
    found = Counter[str]()
    for holder in HOLDERS:
        async with database.moment() as connection:
            column = holder.table.c[holder.column]
            async for value in await connection.stream_scalars(select(column)):
                if _holds_words(value):
                    found[_key(value)] += 1
    return dict(found)


@dataclass(frozen=True, slots=True)
class Fit:
    """`opened`: how many of a few sealed words open with the keys there are; `closed`: the names of the keys that sealed the others."""

    opened: int
    closed: tuple[str, ...]


async def fit(database: Database) -> Fit:
    """Looks at the first and the last rows of every holder: a city that was given another's keys, or an old copy of its own, is to find
    that out before residents do."""
    opened, closed = 0, set[str]()
    for holder in HOLDERS:
        for value, bound in await _samples(database, holder):
            try:
                database.vault.open(value, *bound)
            except Unsealable:
                closed.add(key_of(value))
            else:
                opened += 1
    return Fit(opened, tuple(sorted(closed)))


async def _samples(database: Database, holder: Holder) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for order in (holder.key, [column.desc() for column in holder.key]):
        async with database.reading() as connection:
            some = (await connection.execute(select(holder.table).order_by(*order).limit(_SAMPLE))).mappings().all()
        for row in some:
            value = row[holder.column]
            words = value.get(SEALED) if isinstance(value, dict) else value
            if key_of(words):
                found.append((str(words), holder.bound(row)))
    return found


async def _through(database: Database, holder: Holder) -> int:
    done, after = 0, None
    while True:
        async with database.writing() as connection:
            batch = await _batch(connection, holder, after)
            done += sum([await _again(connection, database.vault, holder, row) for row in batch])
        if len(batch) < _BATCH:
            return done
        after = tuple(batch[-1][column.name] for column in holder.key)


async def _batch(connection: Connection, holder: Holder, after: tuple[Any, ...] | None) -> list[Row]:
    some = select(holder.table).order_by(*holder.key).limit(_BATCH).with_for_update()
    if after is not None:
        some = some.where(tuple_(*holder.key) > tuple_(*after) if len(after) > 1 else holder.key[0] > after[0])
    return list((await connection.execute(some)).mappings())


async def _again(connection: Connection, vault: Vault, holder: Holder, row: Row) -> int:
    value = row[holder.column]
    if vault.keys is None or not _holds_words(value) or _key(value) == vault.keys.current.name:
        return 0
    bound = holder.bound(row)
    fresh: Any
    if isinstance(value, str):
        fresh = vault.seal(vault.open(value, *bound), *bound)
    else:
        said = value if SEALED not in value else vault.open_json({SEALED: value[SEALED]}, *bound)
        fresh = {**vault.seal_json(said, *bound), **holder.kept(row)}
    one = and_(*(column == row[column.name] for column in holder.key))
    await connection.execute(update(holder.table).where(one).values({holder.column: fresh}))
    return 1


def _holds_words(value: Any) -> bool:
    """Not what is empty, nor what is left of a message that was delivered."""
    return bool(value) and not (isinstance(value, dict) and set(value) <= set(rows.SPOKEN))


def _key(value: Any) -> str:
    return key_of(value.get(SEALED)) if isinstance(value, dict) else key_of(value)
