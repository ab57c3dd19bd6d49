"""Thanks that were counted: fits `workflow.ports.Praises`."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete

from storage.connection import Connection
from storage.engine import Database
from storage.tables import praises
from workflow.praise import Praise


class SqlPraises:
    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._db = connection

    async def count(self, praise: Praise) -> bool:
        fresh = self._database.insert(praises).values(asdict(praise)).on_conflict_do_nothing()
        return (await self._db.execute(fresh)).rowcount == 1

    async def take_back(self, praise_id: str) -> None:
        await self._db.execute(delete(praises).where(praises.c.id == praise_id))
