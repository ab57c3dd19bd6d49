"""Read queries for boards and lists."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from storage.engine import Database
from storage.tables import tickets
from workflow.model import Procedure

OPEN_TO_LISTS = tickets.c.procedure != Procedure.PETITION_REPORT.value
"""检举控告 is in nobody's list or count but its own counter's, and that one works in chat."""


async def counts_by_state(database: Database) -> Mapping[str, int]:
    """Tickets by state, states without tickets and 检举控告 left out."""
    async with database.moment() as connection:
        found = await connection.execute(select(tickets.c.state, func.count()).where(OPEN_TO_LISTS).group_by(tickets.c.state))
        return {row[0]: row[1] for row in found}
