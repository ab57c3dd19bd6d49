"""One of several processes at a time: a lock of PostgreSQL on a connection of its own, which goes with the process, however it dies."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, literal, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database
from storage.locks import key_of

_PATIENCE = 3.0  # seconds until a database that says nothing is none


class Election:
    """A post that one process holds. On SQLite there is one process, and it holds every post (`storage.one_process`)."""

    def __init__(self, database: Database, post: str) -> None:
        self._database = database
        self._key = key_of(f"post:{post}")
        self._connection: AsyncConnection | None = None

    async def won(self) -> bool:
        """Whether the post is ours now, as far as the database says so."""
        if self._database.is_sqlite:
            return True
        try:
            async with asyncio.timeout(_PATIENCE):
                return await (self._still() if self._connection is not None else self._tried())
        except (SQLAlchemyError, OSError):  # TimeoutError is one
            await self.give_back()
            return False

    async def _still(self) -> bool:
        assert self._connection is not None  # noqa: S101  # for the type checker; asked by `won`
        await self._connection.execute(select(literal(1)))
        return True

    async def _tried(self) -> bool:
        connection = await self._database.engine.connect()
        self._connection = connection
        # Held by the session, not by a transaction: one that stays open would keep the database from cleaning up.
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if (await connection.execute(select(func.pg_try_advisory_lock(self._key)))).scalar():
            return True
        await self.give_back()
        return False

    async def give_back(self) -> None:
        """The connection is closed for good: a lock must not go on in the pool."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                async with asyncio.timeout(_PATIENCE):
                    await connection.invalidate()
                    await connection.close()
            except (SQLAlchemyError, OSError):
                return
