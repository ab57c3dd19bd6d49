"""The engine and its pragmas. Nothing outside this module is for one database only."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, event, insert, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import json_text, postgresql_engine, sqlite_connection
from storage.away import OneFile, Presence, reason_of
from storage.connection import Connection, WriteConnection
from storage.sqlite_writer import SqliteWriter
from storage.tables import requests
from storage.vault import CLEAR, Vault
from workflow.errors import Away

_PATIENCE = 5.0  # seconds to find out whether a database lives
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_ROOM = 16 * 1024**2  # bytes without which a disk that was full is full still: else one would go on for a moment, again and again


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. `engine`: for readers, on PostgreSQL for writers, too. `writer`: SQLite's only one in this process.
    `numbers`: PostgreSQL's, for what must not be locked until a transaction ends. All ways in raise `workflow.errors.Away` where the
    store is away, and say so to `presence`."""

    engine: AsyncEngine
    writer: SqliteWriter | None = None
    vault: Vault = CLEAR
    file: OneFile = field(default_factory=lambda: OneFile(None))
    presence: Presence = field(default_factory=Presence)
    numbers: AsyncEngine | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that can say what to do where the row is there already; both databases speak the same words for it."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteConnection]:
        """One transaction that commits at the end, for inbox and outbox, whose rows stand alone."""
        async with self.unit() as connection:
            yield connection
            await connection.commit()

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[WriteConnection]:
        """One transaction, undone unless it is committed."""
        if self.writer is None:
            async with self._pooled(look=False) as connection:
                yield connection
            return
        with self.presence.watched():
            async with self.writer.unit() as unit:
                yield unit

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Connection]:
        """For one prepared statement, which is a transaction by itself."""
        if self.writer is None:
            async with self._pooled(look=True) as connection:
                yield connection
            return
        async with self.writing() as unit:
            yield unit

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """For short looks, found by an index: on SQLite they are made at once. What may take long has `moment`."""
        if self.writer is None:
            async with self._pooled(look=True) as connection:
                yield connection
            return
        with self.presence.watched():
            yield await self.writer.glance()

    @asynccontextmanager
    async def brief(self) -> AsyncIterator[WriteConnection]:
        """As `moment`, for what is found by an index: on SQLite it never leaves the loop."""
        if self.writer is None:
            async with self.moment() as connection:
                yield connection
            return
        with self.presence.watched():
            async with self.writer.look() as look:
                yield look

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[AsyncConnection]:
        """All that is read until the end is of one moment."""
        async with self._connected(self.engine) as connection:
            if self.is_sqlite:
                await connection.exec_driver_sql("BEGIN")
            else:
                await connection.execution_options(**postgresql_engine.ONE_MOMENT)
            yield connection

    @asynccontextmanager
    async def _pooled(self, *, look: bool) -> AsyncIterator[postgresql_engine.Pooled]:
        async with self._connected(self.engine) as connection:
            yield postgresql_engine.Pooled(connection, look=look)

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        with self.presence.watched():
            self.file.check()
            with self.presence.reached():
                connection = await engine.connect()
            try:
                yield connection
            except DBAPIError as error:
                if reason_of(error):
                    await _left(connection)
                raise
            finally:
                await connection.close()

    @asynccontextmanager
    async def counting(self, own: Connection) -> AsyncIterator[Connection]:
        """Where the next number is taken from. On SQLite, where one writes at a time, in the transaction of who takes it (`own`);
        on PostgreSQL beside it, or everybody would wait for whoever took the last one to commit: a number that is not used is left out."""
        if self.numbers is None:
            yield own
        else:
            async with self._connected(self.numbers) as connection:
                yield postgresql_engine.Pooled(connection, look=True)

    async def alive(self) -> bool:
        """Whether somebody who comes now finds our tables. A connection of old goes on in a file that was deleted; a new one does not."""
        path = self.engine.url.database
        try:
            self.file.check()
            async with asyncio.timeout(_PATIENCE):
                if self.is_sqlite and path and path != ":memory:":
                    await asyncio.to_thread(_look, Path(path))
                else:
                    async with self.reading() as connection:
                        await connection.execute(select(requests).limit(1))
        except (Away, sqlite3.Error, SQLAlchemyError, OSError):
            return False
        return True

    async def takes(self) -> bool:
        """Whether it lives, has room, and keeps what is written: something is, and taken away in the same transaction."""
        if not await self.alive() or not self._room():
            return False
        mark = f"probe:{secrets.token_hex(8)}"
        try:
            async with asyncio.timeout(_PATIENCE), self.writing() as connection:
                await connection.execute(insert(requests), {"id": mark, "at": _LONG_AGO})
                await connection.execute(delete(requests).where(requests.c.id == mark))
        except (Away, SQLAlchemyError, OSError):  # TimeoutError is one
            return False
        return True

    def _room(self) -> bool:
        path = self.engine.url.database
        if not self.is_sqlite or not path or path == ":memory:":
            return True
        return shutil.disk_usage(Path(path).absolute().parent).free >= _ROOM

    async def close(self) -> None:
        if self.writer is not None:
            await self.writer.close()
        await self.engine.dispose()
        if self.numbers is not None:
            await self.numbers.dispose()


def replacing(fresh: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    """An INSERT whose values take the place of those of a row with the same primary key."""
    table: Any = fresh.table
    values = {column.name: fresh.excluded[column.name] for column in table.c if not column.primary_key}
    return fresh.on_conflict_do_update(index_elements=table.primary_key.columns, set_=values)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # The time to wait comes first: another process may be changing the journal's mode just now.
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def open_database(url: str, vault: Vault = CLEAR) -> Database:
    """`url` as SQLAlchemy writes it: sqlite+aiosqlite:///path, postgresql+asyncpg://user@host/name. Opens nothing until it is used.
    `vault` seals what people say."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Database(postgresql_engine.opened(parsed), vault=vault, numbers=postgresql_engine.of_numbers(parsed))
    file = OneFile(parsed.database)
    creator = partial(sqlite_connection.connect, parsed)
    engine = create_async_engine(parsed, hide_parameters=True, async_creator=creator, **json_text.BOTH)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "connect", lambda *_: file.opened())
    return Database(engine, SqliteWriter(parsed, _prepare_sqlite, file), vault, file)


async def _left(connection: AsyncConnection) -> None:
    """One that broke is closed for good: nothing is asked of it when it goes back to the pool."""
    raw = connection.sync_connection
    if raw is not None and not raw.closed and not raw.invalidated:
        await connection.invalidate()


def _look(path: Path) -> None:
    """Reads on a connection of its own, and makes no file. Raises sqlite3.Error."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        connection.execute(f"SELECT 1 FROM {requests.name} LIMIT 1").fetchone()  # noqa: S608  # the name is our table's
