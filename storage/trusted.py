"""The last time that the clock was found to be right: one row among the served requests, written anew each minute by whoever looks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from storage.engine import Database, replacing
from storage.tables import requests

_ID = "clock:trusted"


class TrustedTime:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> datetime | None:
        """Aware UTC; None where nobody ever looked."""
        async with self._database.reading() as connection:
            return (await connection.execute(select(requests.c.at).where(requests.c.id == _ID))).scalar_one_or_none()

    async def write(self, at: datetime) -> None:
        async with self._database.writing() as connection:
            await connection.execute(replacing(self._database.insert(requests).values(id=_ID, at=at)))
