"""PostgreSQL through asyncpg: connections, isolation, and what to do when two transactions are in each other's way.

Writers read committed rows and guard what they write by a version, a unique key or a lock: docs/adr/0016-postgresql.md. A look reads one
moment.
"""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from workflow.errors import Collision

POOL = 20
"""Connections of one process, and one more for each lock it holds for long (`storage.election`)."""
ONE_MOMENT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_COLLISIONS = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
_SETTINGS = {"application_name": "petition", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "3", "tcp_keepalives_count": "3"}
"""A machine that died without a word holds its locks for twenty seconds, not for two hours."""


def opened(url: URL) -> AsyncEngine:
    """Connects when it is used. Raises sqlalchemy.exc.* then, OSError where nobody listens."""
    # A connection that died with its server is noticed before it is used.
    engine = create_async_engine(
        url, pool_size=POOL, max_overflow=0, pool_pre_ping=True, hide_parameters=True, connect_args={"async_creator_fn": _connect}
    )
    event.listen(engine.sync_engine, "handle_error", _translate)
    return engine


async def _connect(*args: Any, **named: Any) -> asyncpg.Connection[Any]:
    try:
        return await asyncpg.connect(*args, **named, server_settings=_SETTINGS)
    except asyncpg.PostgresError as error:
        # A wrong password, no such database: nobody above knows asyncpg's own errors.
        raise OperationalError("connect", None, error) from error


def _translate(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) in _COLLISIONS:
        raise Collision from context.original_exception
