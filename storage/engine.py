"""The engine and its pragmas. Nothing outside this module is for one database only."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import sqlite_connection
from storage.tables import requests
from storage.vault import CLEAR, Vault

_PATIENCE = 5.0  # seconds to find out whether a database lives


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. In one process writers of SQLite queue here, rather than by polling a lock on the disk."""

    engine: AsyncEngine
    writers: asyncio.Lock = field(default_factory=asyncio.Lock)
    vault: Vault = CLEAR

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

    async def alive(self) -> bool:
        """Whether somebody who comes now finds our tables. A connection of old goes on in a file that was deleted; a new one does not."""
        path = self.engine.url.database
        try:
            async with asyncio.timeout(_PATIENCE):
                if self.is_sqlite and path and path != ":memory:":
                    await asyncio.to_thread(_look, Path(path))
                else:
                    async with self.reading() as connection:
                        await connection.execute(select(requests).limit(1))
        except (sqlite3.Error, SQLAlchemyError, OSError):
            return False
        return True

    async def close(self) -> None:
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # The time to wait comes first: another process may be changing the journal's mode just now.
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def open_database(url: str, vault: Vault = CLEAR) -> Database:
    """`url` as SQLAlchemy writes it: sqlite+aiosqlite:///path. Opens nothing until it is used. `vault` seals what people say."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Database(create_async_engine(parsed), vault=vault)
    engine = create_async_engine(parsed, async_creator=partial(sqlite_connection.connect, parsed))
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return Database(engine, vault=vault)


def _look(path: Path) -> None:
    """Reads on a connection of its own, and makes no file. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        connection.execute(f"SELECT 1 FROM {requests.name} LIMIT 1").fetchone()  # noqa: S608  # the name is our table's
