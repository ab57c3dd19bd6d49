"""PostgreSQL through asyncpg: connections, isolation, and what to do when two transactions are in each other's way.

Writers read committed rows and guard what they write by a version, a unique key or a lock: docs/adr/0016-postgresql.md. A look reads one
moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import CursorResult, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import json_text
from storage.connection import Quick
from workflow.errors import Collision

POOL = 20
"""Connections of one process, and one more for each lock it holds for long (`storage.election`)."""
_APART = 2
"""Connections of one process for the numbers of tickets. Those of the pool may all be in use by who waits for a number."""
ONE_MOMENT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_COLLISIONS = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
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
    """One transaction on a connection of the pool: fits `storage.connection.WriteConnection`."""

    def __init__(self, connection: AsyncConnection, *, look: bool) -> None:
        """`look`: what is asked past SQLAlchemy needs no transaction of its own."""
        self._core = connection
        self._begun = look
        self.dialect = connection.dialect
        self.execute = connection.execute
        self.exec_driver_sql = connection.exec_driver_sql
        self.begin_nested = connection.begin_nested
        self.run_sync = connection.run_sync
        self.commit = connection.commit

    async def _driver(self) -> asyncpg.Connection[Any]:
        found: asyncpg.Connection[Any] = (await self._core.get_raw_connection()).driver_connection
        return found

    async def ask(self, sql: str, arguments: Sequence[Any], /) -> Sequence[Sequence[Any]]:
        if not self._begun:
            return (await self._first(sql, arguments)).all()
        try:
            found: list[Any] = await (await self._driver()).fetch(sql, *arguments)
        except _ERRORS as error:
            raise _translated(error, sql) from error
        return found

    async def tell(self, sql: str, arguments: Sequence[Any], /) -> int:
        if not self._begun:
            return (await self._first(sql, arguments)).rowcount
        try:
            status = await (await self._driver()).execute(sql, *arguments)
        except _ERRORS as error:
            raise _translated(error, sql) from error
        return int(status.rpartition(" ")[2])

    async def tell_each(self, sql: str, arguments: Sequence[Sequence[Any]], /) -> None:
        if not self._begun:
            await self.exec_driver_sql("SELECT 1")
            self._begun = True
        try:
            await (await self._driver()).executemany(sql, arguments)
        except _ERRORS as error:
            raise _translated(error, sql) from error

    async def _first(self, sql: str, arguments: Sequence[Any]) -> CursorResult[*tuple[Any, ...]]:
        """SQLAlchemy begins the transaction with the first statement."""
        found = await self.exec_driver_sql(sql, tuple(arguments))
        self._begun = True
        return found


_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
_CLASSES: dict[str, type[DBAPIError]] = {"23": IntegrityError, "22": DataError, "42": ProgrammingError}


def _translated(error: Exception, sql: str) -> Exception:
    """As SQLAlchemy says it; without the values, which are people's words."""
    state = getattr(error, "sqlstate", None) or ""
    if state in _COLLISIONS:
        return Collision()
    return _CLASSES.get(state[:2], OperationalError)(sql, None, error, hide_parameters=True)


def _translate(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) in _COLLISIONS:
        raise Collision from context.original_exception
