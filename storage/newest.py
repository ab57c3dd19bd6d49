"""The latest time that anything stored bears: what a clock that was set back would be behind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from storage.engine import Database
from storage.tables import events, inbox


async def newest(database: Database) -> datetime | None:
    """Aware UTC; None in an empty city. Ids grow with time, so the last row of each will do. Raises SQLAlchemyError."""
    found: list[datetime] = []
    async with database.reading() as connection:
        for table, at in ((events, events.c.at), (inbox, inbox.c.received_at)):
            last = select(func.max(table.c.id)).scalar_subquery()
            row = (await connection.execute(select(at).where(table.c.id == last))).scalar_one_or_none()
            found += [row] if row is not None else []
    return max(found, default=None)
