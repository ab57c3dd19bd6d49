"""A city's own grids, and one line for every import: who, when, which file, how much. Each change is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, inspect, select

from storage.connection import Connection
from storage.engine import Database
from storage.locks import alone
from storage.people import SqlInvites
from storage.tables import grids, imports, posts, tickets
from workflow.errors import Conflict
from workflow.model import Invite, Procedure
from workflow.region import VILLAGE_DIGITS, Level, Place
from workflow.states import RESTING

_AT_REST = [state.value for state in RESTING]


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """`kind`: grids, reset or staff. `who`: the operator's account on this machine. `file_hash`: SHA-256, "" for a reset."""

    at: datetime
    who: str
    kind: str
    file_hash: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Affected:
    """What hangs on grids that go: (grid, ticket number) of open tickets, (grid, role) of posts. In order of grids."""

    tickets: tuple[tuple[str, str], ...] = ()
    posts: tuple[tuple[str, str], ...] = ()


class ImportStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def grids(self) -> tuple[Place, ...]:
        """The imported grids in order of code; none where nothing was imported or the database is not migrated yet."""
        async with self._database.moment() as connection:
            return await _grids(connection) if await _has(connection, "grids") else ()

    async def affected(self, gone: Collection[str]) -> Affected:
        async with self._database.moment() as connection:
            return await _affected(connection, gone) if await _has(connection, "tickets") else Affected()

    async def replace_grids(self, before: Sequence[Place], after: Sequence[Place], gone: Collection[str], entry: ImportEntry) -> Affected:
        """Puts `after` in the place of `before`, all or nothing. Writes nothing where an open ticket lies in a grid that goes: the
        answer names it. Raises Conflict where somebody imported in between."""
        async with self._database.writing() as connection:
            await alone(connection, "grids")
            if await _grids(connection) != tuple(before):
                raise Conflict("the grids were imported by somebody else")
            found = await _affected(connection, gone)
            if found.tickets:
                return found
            await connection.execute(delete(grids))
            if after:
                rows = [{"code": g.code, "name": g.name, "kind": g.kind, "synthetic": g.synthetic, "imported_at": entry.at} for g in after]
                await connection.execute(insert(grids), rows)
            await _note(connection, entry)
        return found

    async def add_invites(self, made: Sequence[Invite], entry: ImportEntry) -> None:
        async with self._database.writing() as connection:
            invites = SqlInvites(connection)
            for invite in made:
                await invites.add(invite)
            await _note(connection, entry)

    async def entries(self, limit: int = 50) -> tuple[ImportEntry, ...]:
        """Newest first."""
        columns = (imports.c.at, imports.c.who, imports.c.kind, imports.c.file_hash, imports.c.counts)
        async with self._database.moment() as connection:
            if not await _has(connection, "imports"):
                return ()
            found = await connection.execute(select(*columns).order_by(imports.c.id.desc()).limit(limit))
            return tuple(ImportEntry(**row) for row in found.mappings())


async def _has(connection: Connection, table: str) -> bool:
    return bool(await connection.run_sync(lambda sync: inspect(sync).has_table(table)))


async def _grids(connection: Connection) -> tuple[Place, ...]:
    found = await connection.execute(select(grids).order_by(grids.c.code))
    return tuple(
        Place(row["code"], row["name"], Level.GRID, row["code"][:VILLAGE_DIGITS], row["kind"], row["synthetic"]) for row in found.mappings()
    )


async def _affected(connection: Connection, gone: Collection[str]) -> Affected:
    """A ticket lies in a grid that handles it or, as long as nobody handles it, that it was reported from. Compared here: a whole city's
    grids are more than some databases take as parameters."""
    codes = frozenset(gone)
    columns = (tickets.c.number, tickets.c.lead_unit, tickets.c.lead_place, tickets.c.place)
    open_ones = tickets.c.state.not_in(_AT_REST) & (tickets.c.procedure != Procedure.PETITION_REPORT.value)
    lying = [
        (row.place if row.lead_unit is None else row.lead_place, row.number)
        for row in await connection.execute(select(*columns).where(open_ones))
        if row.lead_unit in {None, "grid"}
    ]
    bound = [(row.place, row.role) for row in await connection.execute(select(posts.c.place, posts.c.role))]
    return Affected(tuple(sorted(pair for pair in lying if pair[0] in codes)), tuple(sorted(pair for pair in bound if pair[0] in codes)))


async def _note(connection: Connection, entry: ImportEntry) -> None:
    values = {"at": entry.at, "who": entry.who, "kind": entry.kind, "file_hash": entry.file_hash, "counts": dict(entry.counts)}
    await connection.execute(insert(imports).values(values))
