"""The one writer of a SQLite file in this process: statements run at once, commits are made for many together.

SQLite writes one transaction at a time, and what a transaction costs is the disk that has to confirm it. So each unit of work is a
savepoint, and whoever waits for the turn while others write joins their transaction: one commit, in a thread, makes all of them lasting.
A unit that fails is undone by itself; nobody is told that theirs is kept before the disk has said so. Measured: docs/performance.md.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, Connection, CursorResult, Engine, Executable, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from storage import json_text
from storage.away import OneFile
from storage.connection import Quick, Statement
from workflow.errors import Away

_PATIENCE = 10.0  # seconds that another process may hold the file's lock
_LOOK = 0.01  # seconds between two looks whether it let go


@dataclass(slots=True)
class _Group:
    """Units that one commit makes lasting."""

    kept: int = 0
    error: Exception | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, error: Exception | None = None) -> None:
        self.error = error
        self.ended.set()


class Inline(Quick):
    """Fits `storage.connection.Connection`. Statements never leave the event loop's thread: what they cost is less than the way there."""

    def __init__(self, connection: Connection) -> None:
        self._sync = connection
        self._raw = _raw(connection)
        self.dialect = connection.dialect

    async def ask(self, statement: Statement, arguments: Sequence[Any], /) -> Sequence[Sequence[Any]]:
        try:
            return self._raw.execute(statement.sql, arguments).fetchall()
        except sqlite3.Error as error:
            raise _translated(error, statement.sql) from error

    async def tell(self, statement: Statement, arguments: Sequence[Any], /) -> int:
        try:
            return self._raw.execute(statement.sql, arguments).rowcount
        except sqlite3.Error as error:
            raise _translated(error, statement.sql) from error

    async def tell_each(self, statement: Statement, arguments: Sequence[Sequence[Any]], /) -> None:
        try:
            self._raw.executemany(statement.sql, arguments)
        except sqlite3.Error as error:
            raise _translated(error, statement.sql) from error

    async def execute(self, statement: Executable, parameters: Any = None, /) -> CursorResult[*tuple[Any, ...]]:
        return self._sync.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None, /) -> CursorResult[*tuple[Any, ...]]:
        return self._sync.exec_driver_sql(statement, parameters)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        with self._sync.begin_nested():
            yield

    async def run_sync(self, work: Callable[..., Any], /) -> Any:
        return work(self._sync)


class Unit(Inline):
    """One unit of work's connection: fits `storage.connection.WriteConnection`."""

    def __init__(self, connection: Connection, keep: Callable[[], Any]) -> None:
        super().__init__(connection)
        self._keep = keep

    async def commit(self) -> None:
        """Raises OperationalError where the disk refused: then nothing of the unit is left."""
        await self._keep()


class SqliteWriter:
    def __init__(self, url: URL, prepare: Callable[[Any, object], None], file: OneFile) -> None:
        """`prepare`: sets a new connection's pragmas. `file`: that it must be."""
        self._file = file
        self._engine = _engine(url, prepare)
        self._connection: Connection | None = None
        self._reading: Connection | None = None
        self._idle: list[Connection] = []
        self._turn = asyncio.Lock()
        self._group: _Group | None = None
        self._commits: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A unit of work, undone unless it is committed. Raises OperationalError where another process holds the file too long."""
        await self._turn.acquire()
        open_ = True  # the turn is this unit's, and nothing of it is kept yet
        why: BaseException | None = None

        async def keep() -> None:
            nonlocal open_
            _say(connection, "RELEASE unit")
            group.kept += 1
            open_ = False
            self._turn.release()
            await group.ended.wait()
            if isinstance(group.error, Away):
                raise Away(group.error.reason)
            if group.error is not None:
                raise OperationalError("COMMIT", None, group.error)

        try:
            connection, group = await self._begin()
            _say(connection, "SAVEPOINT unit")
            yield Unit(connection, keep)
        except BaseException as error:
            why = error
            raise
        finally:
            if open_:
                try:
                    self._undo(why)
                finally:
                    self._turn.release()

    async def glance(self) -> Inline:
        """A connection for short looks at what is committed: no writer is waited for, each statement sees its own moment."""
        self._file.check()
        if self._reading is None:
            self._reading = await asyncio.to_thread(self._connected)
        return Inline(self._reading)

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Unit]:
        """A short look: all statements see one moment. As many connections are kept as there ever were looks at once."""
        connection = self._idle.pop() if self._idle else await asyncio.to_thread(self._engine.connect)
        try:
            _say(connection, "BEGIN")
            yield Unit(connection, _refused)
            _say(connection, "ROLLBACK")
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        self._idle.append(connection)

    async def _begin(self) -> tuple[Connection, _Group]:
        if self._group is None:
            self._file.check()
        if self._connection is None:
            self._connection = await asyncio.to_thread(self._connected)
            self._connection.begin()  # says nothing to SQLite: what SQLAlchemy is asked to do is always inside a transaction of ours
        if self._group is None:
            await self._locked(_raw(self._connection))
            self._group = _Group()
            # Asks for the turn behind all who ask for it now: they are the group.
            commit = asyncio.create_task(self._commit(self._group))
            self._commits.add(commit)
            commit.add_done_callback(self._commits.discard)
        return self._connection, self._group

    def _connected(self) -> Connection:
        connection = self._engine.connect()
        self._file.opened()
        return connection

    async def _locked(self, raw: sqlite3.Connection) -> None:
        """Takes the write lock at once: a read lock that grows into a write lock can fail half-way. Waits without holding the loop."""
        until = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or asyncio.get_running_loop().time() > until:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
                await asyncio.sleep(_LOOK)
            else:
                return

    async def _commit(self, group: _Group) -> None:
        async with self._turn:
            if self._group is not group or self._connection is None:
                return
            self._group = None
            raw = _raw(self._connection)
            try:
                if group.kept:
                    await asyncio.to_thread(raw.execute, "COMMIT")
                    self._file.check()  # nobody is told that theirs is kept in a file that is gone
                else:
                    raw.execute("ROLLBACK")
            except (sqlite3.Error, Away) as error:
                self._drop()
                group.end(error)
            else:
                group.end()

    def _undo(self, why: BaseException | None) -> None:
        """Takes one unit back; where SQLite itself has given up the transaction (a full disk), all of its group are lost and hear why."""
        if self._connection is None or self._group is None:
            return
        try:
            _raw(self._connection).execute("ROLLBACK TO unit")
            _raw(self._connection).execute("RELEASE unit")
        except sqlite3.Error as error:
            group, self._group = self._group, None
            self._drop()
            first = why.orig if isinstance(why, DBAPIError) else None
            group.end(first if isinstance(first, sqlite3.Error) else error)

    def _drop(self) -> None:
        """The next unit starts on a new connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None

    async def close(self) -> None:
        """After the last unit: what is being committed is waited for."""
        await asyncio.gather(*self._commits)
        for connection in filter(None, (self._connection, self._reading, *self._idle)):
            connection.close()
        self._connection = self._reading = None
        self._idle.clear()


def _engine(url: URL, prepare: Callable[[Any, object], None]) -> Engine:
    def connect() -> sqlite3.Connection:
        # Commits are made in a thread while the event loop keeps its hands off: never two at once.
        return sqlite3.connect(url.database or ":memory:", timeout=0, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True, **json_text.BOTH)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "connect", _never_wait)
    return engine


async def _refused() -> None:
    raise RuntimeError("a look has nothing to commit")


def _never_wait(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=0")  # whoever waits for another process does so without holding the loop


def _say(connection: Connection, sql: str) -> None:
    try:
        _raw(connection).execute(sql)
    except sqlite3.Error as error:
        raise _translated(error, sql) from error


def _translated(error: sqlite3.Error, sql: str) -> BaseException:
    """As SQLAlchemy says it; without the values, which are people's words."""
    return DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)


def _raw(connection: Connection) -> sqlite3.Connection:
    raw: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]  # SQLAlchemy types what all drivers share
    return raw
