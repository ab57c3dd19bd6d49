"""The engine and its pragmas. Nothing outside this module is for one database only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import sqlite_connection


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. In one process writers of SQLite queue here, rather than by polling a lock on the disk."""

    engine: AsyncEngine
    writers: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that can say what to do where the row is there already; both databases speak the same words for it."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that commits at the end, for inbox and outbox, whose rows stand alone."""
        async with self.turn(), self.engine.connect() as connection:
            await self.begin_write(connection)
            yield connection
            await connection.commit()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        if self.is_sqlite:
            async with self.writers:
                yield
        else:
            yield

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection:
            yield connection

    async def begin_read(self, connection: AsyncConnection) -> None:
        """All that is read until the end is of one moment."""
        if self.is_sqlite:
            await connection.exec_driver_sql("BEGIN")

    async def begin_write(self, connection: AsyncConnection) -> None:
        """Takes SQLite's write lock at once: a read lock that grows into a write lock can fail half-way."""
        if self.is_sqlite:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")

    async def close(self) -> None:
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # The time to wait comes first: another process may be changing the journal's mode just now.
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def open_database(url: str) -> Database:
    """`url` as SQLAlchemy writes it: sqlite+aiosqlite:///path. Opens nothing until it is used."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Database(create_async_engine(parsed))
    engine = create_async_engine(parsed, async_creator=partial(sqlite_connection.connect, parsed))
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return Database(engine)
