"""SQLite over aiosqlite with one trip to its thread for each statement instead of four.

aiosqlite hands every call to a thread of its own. What may wait for a lock or the disk (connect, execute, commit, rollback, close) must go
there; making a cursor, taking rows that are found already and closing the cursor wait for nothing, and the trip costs a hundred times
what they do. Measured: docs/performance.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy.engine import URL

_WAITS_FOR_NOTHING = frozenset({"cursor", "fetchone", "fetchmany", "fetchall"})


class QuickConnection(aiosqlite.Connection):
    """Its SQLite connection is used from two threads, but never by both at once: each call is awaited before the next."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        of_cursor = isinstance(getattr(fn, "__self__", None), sqlite3.Cursor)
        if fn.__name__ in _WAITS_FOR_NOTHING or (of_cursor and fn.__name__ == "close"):
            return fn(*args, **named)
        return await super()._execute(fn, *args, **named)  # type: ignore[no-untyped-call]  # aiosqlite types its public names only


async def connect(url: URL) -> QuickConnection:
    """`url`: as SQLAlchemy writes it; without a database it is one in memory."""

    def opened() -> sqlite3.Connection:
        return sqlite3.connect(url.database or ":memory:", check_same_thread=False)

    connection = QuickConnection(opened, iter_chunk_size=64)
    # As SQLAlchemy's own: a forgotten connection keeps no process alive.
    connection._thread.daemon = True  # noqa: SLF001  # there is no public way
    await connection
    return connection
