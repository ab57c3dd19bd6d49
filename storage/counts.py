"""Tickets by state and desk, kept and not counted.

Whoever changes a ticket writes down one less here and one more there, in the same transaction: new rows, so that no writer waits for
another. Now and then the rows are folded into the counts. What there is at a moment is both together. 检举控告 is in neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, and_, delete, false, func, insert, or_, select, text, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.connection import Connection, WriteConnection
from storage.engine import Database
from storage.list_tables import changes, counts
from storage.prepared import Prepared
from storage.rows import Row
from storage.tables import tickets
from storage.views import OPEN_TO_LISTS
from workflow.model import Procedure, Ticket
from workflow.policy import Reach

_SECRET = Procedure.PETITION_REPORT.value
_BATCH = 2000
"""Rows folded in one transaction: other writers wait no longer than that takes."""
_KEY = ("state", "hub_unit", "hub_place", "lead_unit")
_CHANGED = Prepared(insert(changes))


class Kept(NamedTuple):
    """What tickets are counted by. `lead_unit`: "" while there is none."""

    state: str
    hub_unit: str
    hub_place: str
    lead_unit: str


def kept(ticket: Ticket) -> Kept | None:
    """None for what is in nobody's count."""
    if ticket.procedure.value == _SECRET:
        return None
    return Kept(ticket.state.value, ticket.hub.unit, ticket.hub.place, ticket.lead.unit if ticket.lead else "")


def kept_of(row: Row) -> Kept | None:
    """The same of a row of `tickets`."""
    if row["procedure"] == _SECRET:
        return None
    return Kept(row["state"], row["hub_unit"], row["hub_place"], row["lead_unit"] or "")


async def changed(connection: Connection, before: Kept | None, after: Kept | None) -> None:
    """In the transaction that changes the ticket."""
    if before == after:
        return
    moved = ((before, -1), (after, 1))
    await _CHANGED.later_each(connection, [{**key._asdict(), "tickets": more} for key, more in moved if key is not None])


async def fold(database: Database) -> int:
    """Safe in several processes at once: each takes rows that nobody else has. Answers how many rows were folded."""
    folded, batch = 0, _BATCH
    while batch == _BATCH:
        async with database.writing() as connection:
            batch = await _fold(database, connection)
        folded += batch
    return folded


async def _fold(database: Database, connection: WriteConnection) -> int:
    some = select(changes.c.id).order_by(changes.c.id).limit(_BATCH).with_for_update(skip_locked=True)
    gone = delete(changes).where(changes.c.id.in_(some)).returning(*(changes.c[name] for name in (*_KEY, "tickets")))
    rows = (await connection.execute(gone)).all()
    sums: Counter[Kept] = Counter()
    for *key, more in rows:
        sums[Kept(*key)] += more
    # In one order, so that two who fold at once wait for each other and never in a ring.
    found = [{**key._asdict(), "tickets": more} for key, more in sorted(sums.items()) if more]
    if found:
        fresh = database.insert(counts)
        total = counts.c.tickets + fresh.excluded.tickets
        await connection.execute(fresh.on_conflict_do_update(index_elements=_KEY, set_={"tickets": total}).values(found))
    return len(rows)


def now_kept(reach: Sequence[Reach] | None = None) -> Select[str, str, str, str, int]:
    """Rows of `Kept` and how many tickets, none of them 0; narrowed to a reach where one is given."""
    every = union_all(*(_rows_of(table, reach) for table in (counts, changes))).subquery()
    total = func.sum(every.c.tickets)
    key = [every.c[name] for name in _KEY]
    return select(*key, total).group_by(*key).having(total != 0)


def _rows_of(table: Table, reach: Sequence[Reach] | None) -> Select[Any]:
    rows = select(*(table.c[name] for name in (*_KEY, "tickets")))
    if reach is None:
        return rows
    parts = [
        and_(table.c.hub_place.startswith(part.place, autoescape=True), table.c.hub_unit == part.unit if part.unit else true())
        for part in reach
    ]
    return rows.where(or_(false(), *parts))


async def states(connection: Connection | AsyncConnection, reach: Sequence[Reach] | None = None) -> Counter[str]:
    """Tickets by state."""
    found: Counter[str] = Counter()
    for key, number in await _read(connection, reach):
        found[key.state] += number
    return found


async def by_state(database: Database) -> Mapping[str, int]:
    """Tickets by state in the whole city, states without tickets left out."""
    async with database.moment() as connection:
        return await states(connection)


async def _read(connection: Connection | AsyncConnection, reach: Sequence[Reach] | None) -> list[tuple[Kept, int]]:
    return [(Kept(*row[:4]), int(row[4])) for row in await connection.execute(now_kept(reach))]


async def differing(connection: Connection | AsyncConnection) -> dict[Kept, tuple[int, int]]:
    """What is kept and what there is, where the two differ. On a connection that sees one moment."""
    said = dict(await _read(connection, None))
    there = {Kept(*row[:4]): int(row[4]) for row in await connection.execute(_truth())}
    return {key: (said.get(key, 0), there.get(key, 0)) for key in said.keys() | there.keys() if said.get(key, 0) != there.get(key, 0)}


def _truth() -> Select[str, str, str, str, int]:
    lead = func.coalesce(tickets.c.lead_unit, "")
    key = (tickets.c.state, tickets.c.hub_unit, tickets.c.hub_place, lead)
    return select(*key, func.count()).where(OPEN_TO_LISTS).group_by(*key)


async def repair(database: Database) -> int:
    """Counts anew. Answers how many counts were wrong. Who changes tickets waits meanwhile."""
    async with database.writing() as connection:
        if not database.is_sqlite:  # there, one writes at a time anyhow
            names = ", ".join(table.name for table in (tickets, changes, counts))
            await connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
        wrong = await differing(connection)
        if wrong:
            await connection.execute(delete(changes))
            await connection.execute(delete(counts))
            rows = [{**Kept(*row[:4])._asdict(), "tickets": int(row[4])} for row in await connection.execute(_truth())]
            if rows:
                await connection.execute(insert(counts), rows)
    return len(wrong)


@dataclass(frozen=True, slots=True)
class Folding:
    """For the watch."""

    database: Database

    async def look(self) -> int:
        return await fold(self.database)
