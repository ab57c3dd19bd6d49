"""PostgreSQL through asyncpg: connections, isolation, and what to do when two transactions are in each other's way.

Writers read committed rows and guard what they write by a version, a unique key or a lock: docs/adr/0016-postgresql.md. A look reads one
moment.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import CursorResult, Executable, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import json_text
from storage.connection import Quick, Statement
from storage.gathered import Gathered
from workflow.errors import Collision

POOL = 20
"""Connections of one process, and one more for each lock it holds for long (`storage.election`)."""
_APART = 2
"""Connections of one process for the numbers of tickets. Those of the pool may all be in use by who waits for a number."""
ONE_MOMENT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_COLLISIONS = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
_SECOND = frozenset({"pk_requests"})
"""Keys that somebody who came first has taken meanwhile: whoever looks again finds them."""
_SETTINGS = {"application_name": "petition", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "3", "tcp_keepalives_count": "3"}
"""A machine that died without a word holds its locks for twenty seconds, not for two hours."""


def opened(url: URL) -> AsyncEngine:
    """Connects when it is used. Raises sqlalchemy.exc.* then, OSError where nobody listens."""
    engine = create_async_engine(
        url, pool_size=POOL, max_overflow=0, hide_parameters=True, connect_args={"async_creator_fn": _connect}, **json_text.BOTH
    )
    event.listen(engine.sync_engine, "handle_error", _translate)
    event.listen(engine.sync_engine, "checkout", _alive)
    return engine


def of_numbers(url: URL) -> AsyncEngine:
    """Connections apart, on which each statement is kept by itself. It need not wait for the disk: what uses a number comes later in the
    server's journal, and whoever makes that lasting makes the number so."""
    engine = create_async_engine(
        url, pool_size=_APART, max_overflow=0, hide_parameters=True, **json_text.BOTH,
        connect_args={"async_creator_fn": partial(_connect, synchronous_commit="off")},
    )  # fmt: skip
    event.listen(engine.sync_engine, "checkout", _alive)
    return engine


async def _connect(*args: Any, synchronous_commit: str = "", **named: Any) -> asyncpg.Connection[Any]:
    settings = _SETTINGS | ({"synchronous_commit": synchronous_commit} if synchronous_commit else {})
    try:
        return await asyncpg.connect(*args, **named, server_settings=settings)
    except TypeError:
        # Its message names every argument it was called with, the trace shows their values: the password is one.
        raise ConnectionError("database.url has an option that the driver does not know") from None
    except asyncpg.PostgresError as error:
        # A wrong password, no such database: nobody above knows asyncpg's own errors.
        raise OperationalError("connect", None, error) from error


def _alive(connection: Any, _record: object, _proxy: object) -> None:
    """A connection that died with its server is noticed before it is used: asyncpg hears the end of it. To ask the server each time would
    be one more way there and back for each transaction."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


class Pooled(Quick):
    """One transaction on a connection of the pool: fits `storage.connection.WriteConnection`.

    What is looked at before the first write needs no transaction: each statement sees its own moment anyhow. Writes asked for later are
    gathered (`storage.gathered`)."""

    def __init__(self, connection: AsyncConnection, *, look: bool) -> None:
        """`look`: what is asked past SQLAlchemy needs no transaction of its own."""
        self._core = connection
        self._look = look
        self._begun = False
        self._gathered = Gathered()
        self._raw: asyncpg.Connection[Any] | None = None
        self.dialect = connection.dialect

    async def _driver(self) -> asyncpg.Connection[Any]:
        if self._raw is None:
            self._raw = (await self._core.get_raw_connection()).driver_connection
        return self._raw

    async def ask(self, statement: Statement, arguments: Sequence[Any], /) -> Sequence[Sequence[Any]]:
        if await self._begins(statement):
            return (await self._first(statement.sql, arguments)).all()
        try:
            found: list[Any] = await (await self._driver()).fetch(statement.sql, *arguments)
        except _ERRORS as error:
            raise _translated(error, statement.sql) from error
        return found

    async def tell(self, statement: Statement, arguments: Sequence[Any], /) -> int:
        if await self._begins(statement):
            return (await self._first(statement.sql, arguments)).rowcount
        return await self._told(statement.sql, arguments)

    async def tell_each(self, statement: Statement, arguments: Sequence[Sequence[Any]], /) -> None:
        if await self._begins(statement):
            await self._first("SELECT 1", ())
        try:
            await (await self._driver()).executemany(statement.sql, arguments)
        except _ERRORS as error:
            raise _translated(error, statement.sql) from error

    async def later(self, statement: Statement, arguments: Sequence[Any], same: Hashable = None, /) -> None:
        if not self._gathered.fits(statement):
            await self._flush()
        self._gathered.keep(statement, arguments, same)

    async def execute(self, statement: Executable, parameters: Any = None, /) -> CursorResult[*tuple[Any, ...]]:
        await self._handed_over()
        return await self._core.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None, /) -> CursorResult[*tuple[Any, ...]]:
        await self._handed_over()
        return await self._core.exec_driver_sql(statement, parameters)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """What is asked for later inside is written before its end, or goes with the rest of it."""
        await self._handed_over()
        try:
            async with self._core.begin_nested():
                yield
                await self._flush()
        except BaseException:
            self._gathered = Gathered()
            raise

    async def run_sync(self, work: Callable[..., Any], /) -> Any:
        await self._handed_over()
        return await self._core.run_sync(work)

    async def commit(self) -> None:
        """One statement alone is a transaction by itself."""
        last = [*self._gathered.taken()]
        if len(last) > 1 and not self._begun:
            await self._first("SELECT 1", ())
        for sql, arguments in last:
            await self._told(sql, arguments)
        if self._begun:
            await self._core.commit()

    async def _begins(self, statement: Statement) -> bool:
        """Whether the transaction begins with this statement. What is kept is written before anything that could see it, or stand on it."""
        if self._gathered and (statement.changes or self._gathered.seen_by(statement.words)):
            await self._flush()
        return statement.changes and not self._begun and not self._look

    async def _handed_over(self) -> None:
        """What SQLAlchemy is asked is not looked into; it begins a transaction, where there is none."""
        await self._flush()
        self._begun = not self._look

    async def _flush(self) -> None:
        for sql, arguments in self._gathered.taken():
            if self._begun:
                await self._told(sql, arguments)
            else:
                await self._first(sql, arguments)

    async def _told(self, sql: str, arguments: Sequence[Any]) -> int:
        try:
            status = await (await self._driver()).execute(sql, *arguments)
        except _ERRORS as error:
            raise _translated(error, sql) from error
        return int(status.rpartition(" ")[2])

    async def _first(self, sql: str, arguments: Sequence[Any]) -> CursorResult[*tuple[Any, ...]]:
        """SQLAlchemy begins the transaction with the first statement."""
        found = await self._core.exec_driver_sql(sql, tuple(arguments))
        self._begun = True
        return found


_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
_CLASSES: dict[str, type[DBAPIError]] = {"23": IntegrityError, "22": DataError, "42": ProgrammingError}


def _translated(error: Exception, sql: str) -> Exception:
    """As SQLAlchemy says it; without the values, which are people's words."""
    if _collides(error):
        return Collision()
    state = getattr(error, "sqlstate", None) or ""
    return _CLASSES.get(state[:2], OperationalError)(sql, None, error, hide_parameters=True)


def _translate(context: ExceptionContext) -> None:
    error = context.original_exception  # SQLAlchemy's, about asyncpg's
    if _collides(error) or _collides(error.__cause__):
        raise Collision from error


def _collides(error: BaseException | None) -> bool:
    return getattr(error, "sqlstate", None) in _COLLISIONS or getattr(error, "constraint_name", None) in _SECOND
