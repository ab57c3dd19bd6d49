"""What a database holds, to be held against what was done to it: whole counts, for a simulation's end, not for a city that serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from storage.engine import Database
from storage.tables import clocks, contacts, events, inbox, outbox, tickets
from workflow.states import RESTING


@dataclass(frozen=True, slots=True)
class Held:
    """`tickets`: id → number. `facts`: events by kind. `without_clock`: (number, state, procedure) of open tickets on which no clock runs.
    `silent`: open tickets to which nothing happened for long, by procedure and state. `inbox` and `outbox`: rows by status."""

    tickets: Mapping[int, str]
    states: Mapping[str, int]
    facts: Mapping[str, int]
    without_clock: tuple[tuple[str, str, str], ...]
    silent: Mapping[tuple[str, str], int]
    inbox: Mapping[str, int]
    outbox: Mapping[str, int]


async def held(database: Database, since: datetime) -> Held:
    """All of one moment. `since`: what happened before, aware, is long ago."""
    running = select(clocks.c.ticket_id).where(clocks.c.ticket_id == tickets.c.id, clocks.c.stopped_at.is_(None)).exists()
    lately = select(events.c.id).where(events.c.ticket_id == tickets.c.id, events.c.at >= since).exists()
    still_open = tickets.c.state.not_in([state.value for state in RESTING])
    bare = select(tickets.c.number, tickets.c.state, tickets.c.procedure).where(still_open, ~running)
    kinds = (tickets.c.procedure, tickets.c.state)
    quiet = select(*kinds, func.count()).where(still_open, ~lately).group_by(*kinds).order_by(*kinds)
    async with database.moment() as connection:
        numbers = await connection.execute(select(tickets.c.id, tickets.c.number))
        found = {int(row[0]): str(row[1]) for row in numbers}
        counted = [
            {str(row[0]): int(row[1]) for row in await connection.execute(select(column, func.count()).group_by(column))}
            for column in (tickets.c.state, events.c.kind, inbox.c.status, outbox.c.status)
        ]
        without = tuple((str(row[0]), str(row[1]), str(row[2])) for row in await connection.execute(bare.order_by(tickets.c.id)))
        silent = {(str(row[0]), str(row[1])): int(row[2]) for row in await connection.execute(quiet)}
    return Held(found, counted[0], counted[1], without, silent, counted[2], counted[3])


async def states(database: Database) -> Mapping[str, int]:
    """Tickets by state, all of them."""
    async with database.moment() as connection:
        found = await connection.execute(select(tickets.c.state, func.count()).group_by(tickets.c.state))
        return {str(row[0]): int(row[1]) for row in found}


async def is_new(database: Database) -> bool:
    """Whether nobody ever spoke to this city."""
    async with database.moment() as connection:
        return (await connection.execute(select(contacts.c.id).limit(1))).first() is None


async def size(database: Database) -> int:
    """Bytes of the database as it lies on the disk, indexes and free pages included."""
    asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    if not database.is_sqlite:
        asked = "SELECT pg_database_size(current_database())"
    async with database.moment() as connection:
        return int((await connection.execute(text(asked))).scalar_one())
