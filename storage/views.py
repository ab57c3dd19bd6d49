"""Read queries for boards and lists."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from storage.engine import Database
from storage.tables import tickets


async def counts_by_state(database: Database) -> Mapping[str, int]:
    """Tickets by state, states without tickets left out."""
    async with database.reading() as connection:
        found = await connection.execute(select(tickets.c.state, func.count()).group_by(tickets.c.state))
        return {row[0]: row[1] for row in found}
