"""A whole city from one database into another, all or nothing, and the proof that nothing is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Table, func, insert, inspect, select, text, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from storage.connection import Connection
from storage.engine import Database
from storage.locks import alone
from storage.migrate import config
from storage.privacy_tables import sealed
from storage.rows import Row

_BATCH = 500
_TABLES = sealed.metadata.sorted_tables
"""Each after those it points to."""


class NotCopied(Exception):
    """Why nothing was copied; the target is as it was. Names tables, never what stands in them."""


@dataclass(frozen=True, slots=True)
class Content:
    """`sum`: the SHA-256 of every row, added up: it does not hang on the order in which two databases give their rows."""

    rows: int = 0
    sum: int = 0

    def __add__(self, other: Content) -> Content:
        return Content(self.rows + other.rows, (self.sum + other.sum) % 2**256)

    @property
    def hash(self) -> str:
        return f"{self.sum:064x}"


@dataclass(frozen=True, slots=True)
class Copied:
    table: str
    source: Content
    target: Content


async def copy(source: Database, target: Database, told: Callable[[Copied], None] = lambda _: None) -> tuple[Copied, ...]:
    """Both at the newest schema, the target without a row. `told` hears of each table. Raises NotCopied; then the target is empty."""
    async with source.moment() as old, target.writing() as new:
        await alone(new, "copy")
        for connection, whose in ((old, "the source"), (new, "the target")):
            await _at_the_newest(connection, whose)
        await _empty(new)
        for table in _TABLES:
            await _carry(table, old, new)
        # Looked at again as it stands there: what was read is compared with what is stored, not with what was sent.
        done = tuple([Copied(table.name, await _content(table, old), await _content(table, new)) for table in _TABLES])
        for one in done:
            told(one)
        wrong = [one.table for one in done if one.source != one.target]
        if wrong:
            raise NotCopied(f"not the same on both sides: {', '.join(wrong)}")
        await _set_sequences(new)
    return done


async def _at_the_newest(connection: Connection, whose: str) -> None:
    newest = ScriptDirectory.from_config(config()).get_current_head()
    if await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision()) != newest:
        raise NotCopied(f"{whose} is not at the newest schema: run migrate there first")


async def _empty(connection: Connection) -> None:
    there = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    for table in _TABLES:
        if table.name in there and (await connection.execute(select(func.count()).select_from(table))).scalar():
            raise NotCopied(f"the target is not empty: there are rows in {table.name}")


async def _carry(table: Table, old: Connection, new: Connection) -> None:
    """Rows that point to rows of their own table do so once all are there."""
    own = [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    pointing: list[dict[str, Any]] = []
    try:
        async for batch in _batches(table, old):
            pointing += [dict(row) for row in batch if any(row[column.name] is not None for column in own)]
            await new.execute(insert(table), [{**row, **{column.name: None for column in own}} for row in batch])
        for row in pointing:
            same = [column == row[column.name] for column in table.primary_key]
            await new.execute(update(table).where(*same).values({column.name: row[column.name] for column in own}))
    except (SQLAlchemyError, ValueError) as error:
        raise NotCopied(f"a row of {table.name} can't be stored in the target ({type(error).__name__})") from None


async def _batches(table: Table, connection: Connection) -> AsyncIterator[Sequence[Row]]:
    """In the order of the key, each batch behind the last: whatever the size, no batch costs more than the first."""
    key: Sequence[Column[Any]] = tuple(table.primary_key)
    wanted = select(table).order_by(*key).limit(_BATCH)
    batch = (await connection.execute(wanted)).mappings().all()
    while batch:
        yield batch
        last = [batch[-1][column.name] for column in key]
        batch = (await connection.execute(wanted.where(tuple_(*key) > tuple_(*last)))).mappings().all()


async def _content(table: Table, connection: Connection) -> Content:
    found = Content()
    async for batch in _batches(table, connection):
        for row in batch:
            found += Content(1, _digest(row))
    return found


def _digest(row: Row) -> int:
    plain = json.dumps(dict(row), sort_keys=True, default=_plain)
    return int.from_bytes(hashlib.sha256(plain.encode()).digest(), "big")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


async def _set_sequences(connection: Connection) -> None:
    """The next row of each table gets a number that no row has."""
    if connection.dialect.name == "sqlite":
        return
    for table in _TABLES:
        for column in table.primary_key:
            sequence = (await connection.execute(select(func.pg_get_serial_sequence(table.name, column.name)))).scalar()
            if sequence is not None:
                last = select(func.coalesce(func.max(column), 1), func.count() > 0).select_from(table)
                number, used = (await connection.execute(last)).one()
                await connection.execute(text("SELECT setval(:name, :number, :used)"), {"name": sequence, "number": number, "used": used})
