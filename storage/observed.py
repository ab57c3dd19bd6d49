"""A unit of work that tells somebody which ticket it looks at and how long its commit took; what it does is the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self

from storage.cases import SqlTickets
from storage.connection import Connection
from storage.engine import Database
from storage.met import Nothing
from storage.unit_of_work import SqlUnitOfWork
from storage.veils import Veils
from workflow.model import Ticket


class _ObservedTickets(SqlTickets):
    def __init__(
        self, database: Database, connection: Connection, veils: Veils, nothing: Nothing, seen: Callable[[int], object]
    ) -> None:
        super().__init__(database, connection, veils, nothing)
        self._seen = seen

    async def get(self, ticket_id: int) -> Ticket | None:
        self._seen(ticket_id)
        return await super().get(ticket_id)

    async def add(self, ticket: Ticket) -> Ticket:
        stored = await super().add(ticket)
        self._seen(stored.id)
        return stored


class ObservedUnitOfWork(SqlUnitOfWork):
    """Fits `workflow.ports.UnitOfWork`. `seen` is told a ticket's id, `committed` the seconds a commit took."""

    def __init__(self, database: Database, seen: Callable[[int], object], committed: Callable[[float], object]) -> None:
        super().__init__(database)
        self._seen = seen
        self._committed = committed

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.tickets = _ObservedTickets(self._database, self._db, self._veils, self._nothing, self._seen)
        return self

    async def commit(self) -> None:
        time = asyncio.get_running_loop().time
        begun = time()
        await super().commit()
        self._committed(time() - begun)
