"""Locks of PostgreSQL that are no row's. SQLite's writers come one at a time anyhow."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select

from storage.connection import Connection


async def alone(connection: Connection, what: str) -> None:
    """Until this transaction ends nobody else does the same; waits for whoever does it now."""
    if connection.dialect.name != "sqlite":
        await connection.execute(select(func.pg_advisory_xact_lock(key_of(what))))


def key_of(what: str) -> int:
    """64 bits with a sign, as PostgreSQL numbers its advisory locks."""
    return int.from_bytes(hashlib.sha256(f"petition:{what}".encode()).digest()[:8], "big", signed=True)
