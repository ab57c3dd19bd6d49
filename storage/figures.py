"""Numbers for alarms: counts and ages, nobody's words, and nothing of 检举控告. Each query walks an index over what is still to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from storage.connection import Connection
from storage.engine import Database
from storage.tables import inbox, outbox, tickets
from storage.views import OPEN_TO_LISTS
from workflow.states import RESTING, State

_OPEN = [state.value for state in State if state not in RESTING]
"""Named one by one, so that the index of states is walked and nothing that ended is read."""


@dataclass(frozen=True, slots=True)
class Queues:
    """`outbox_waiting`: by priority. `oldest_waiting` and `newest`: ids in the outbox, 0 for none; ids grow with time."""

    inbox_waiting: int
    inbox_aside: int
    inbox_oldest: datetime | None
    outbox_waiting: Mapping[str, int]
    outbox_dead: int
    oldest_waiting: int
    newest: int


@dataclass(frozen=True, slots=True)
class Work:
    """Open tickets by (state, procedure), and those with a clock that ran out by procedure."""

    open: Mapping[tuple[str, str], int]
    late: Mapping[str, int]


class Figures:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def queues(self) -> Queues:
        """Raises SQLAlchemyError."""
        waiting, aside = inbox.c.status == "waiting", inbox.c.status == "aside"
        unsent, dead = outbox.c.status == "waiting", outbox.c.status == "dead"
        async with self._database.moment() as connection:
            first = await _one(connection, select(func.min(inbox.c.id)).where(waiting))
            by_priority = await connection.execute(select(outbox.c.priority, func.count()).where(unsent).group_by(outbox.c.priority))
            return Queues(
                await _one(connection, select(func.count()).where(waiting)),
                await _one(connection, select(func.count()).where(aside)),
                None if first is None else await _one(connection, select(inbox.c.received_at).where(inbox.c.id == first)),
                {str(row[0]): int(row[1]) for row in by_priority},
                await _one(connection, select(func.count()).where(dead)),
                await _one(connection, select(func.min(outbox.c.id)).where(unsent)) or 0,
                await _one(connection, select(func.max(outbox.c.id))) or 0,
            )

    async def work(self, now: datetime) -> Work:
        """Raises SQLAlchemyError."""
        open_ones = tickets.c.state.in_(_OPEN) & OPEN_TO_LISTS
        kinds = (tickets.c.state, tickets.c.procedure)
        by_state = select(*kinds, func.count()).where(open_ones).group_by(*kinds)
        overdue = (tickets.c.next_due_at <= now) & open_ones
        late = select(tickets.c.procedure, func.count()).where(overdue).group_by(tickets.c.procedure)
        async with self._database.moment() as connection:
            states = {(str(row[0]), str(row[1])): int(row[2]) for row in await connection.execute(by_state)}
            return Work(states, {str(row[0]): int(row[1]) for row in await connection.execute(late)})


async def _one(connection: Connection, wanted: Select[Any]) -> Any:
    return (await connection.execute(wanted)).scalar_one_or_none()
