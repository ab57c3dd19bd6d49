"""Tickets with their clocks, events and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, Table, and_, bindparam, false, func, insert, or_, select, update

from storage import counts, rows
from storage.chain import sealed
from storage.connection import Connection
from storage.engine import Database
from storage.met import Nothing
from storage.originals import Originals
from storage.prepared import Inserts, Prepared, fixed, listed, numbered, padded
from storage.tables import clocks, events, notes, serials, tickets
from storage.types import Id
from storage.veils import Veils
from workflow.copies import amended
from workflow.errors import Conflict
from workflow.letters import MOST
from workflow.model import Assignee, Event, Note, Procedure, Role, Ticket
from workflow.states import RESTING, State

_AT_REST = [state.value for state in RESTING]
_SECRET = Procedure.PETITION_REPORT.value
_SECRET_UNIT = "discipline"
# What every intake asks is built once: to build a statement costs as much as to carry it out.
_ADD = {table: Prepared(insert(table).returning(table.c.id)) for table in (tickets, events, notes)}
_KEEP = {table: Prepared(insert(table)) for table in (tickets, events)}
_SAVE = Prepared(update(tickets).where(tickets.c.id == bindparam("this"), tickets.c.version == bindparam("before")))
_ONE = {column: Prepared(select(tickets).where(tickets.c[column] == bindparam("wanted"))) for column in ("id", "number")}
_CLOCKS = Prepared(select(clocks).where(clocks.c.ticket_id == bindparam("this")).order_by(clocks.c.position))
_ADD_CLOCKS = Prepared(insert(clocks))
_NO_CLOCKS = Prepared(clocks.delete().where(clocks.c.ticket_id == bindparam("this")))


def _next_serial(insert_: Inserts, *more: ColumnElement[Any]) -> Executable:
    first = insert_(serials)
    following = first.on_conflict_do_update(index_elements=[serials.c.day], set_={"value": serials.c.value + first.excluded.value})
    return following.returning(serials.c.value, *more)


def _next_serial_and_id(insert_: Inserts) -> Executable:
    """On PostgreSQL the ticket's id can be taken with it: so its row need not be written before what belongs to it."""
    sequence = func.pg_get_serial_sequence(tickets.name, tickets.c.id.name)
    return _next_serial(insert_, func.nextval(sequence, type_=Id).label("ticket_id"))


_NEXT_SERIAL, _NEXT_BOTH = Prepared(_next_serial), Prepared(_next_serial_and_id)


@lru_cache(32)
def _of_reporter(faces: int, open_only: bool) -> Prepared:  # a key of the cache
    where: ColumnElement[bool] = tickets.c.reporter.in_(listed("face", faces, Id))
    if open_only:
        where = and_(where, tickets.c.state.not_in(fixed(_AT_REST)))
    return Prepared(select(tickets).where(where).order_by(tickets.c.id.desc()).limit(bindparam("most", type_=Integer)))


@lru_cache(32)
def _open_of(faces: int) -> Prepared:
    mine = tickets.c.reporter.in_(listed("face", faces, Id))
    return Prepared(select(func.count().label("open")).select_from(tickets).where(mine, tickets.c.state.not_in(fixed(_AT_REST))))


@lru_cache(32)
def _clocks_of(count: int) -> Prepared:
    mine = clocks.c.ticket_id.in_(listed("ticket", count, Id))
    return Prepared(select(clocks).where(mine).order_by(clocks.c.ticket_id, clocks.c.position))


class SqlTickets:
    def __init__(self, database: Database, connection: Connection, veils: Veils, nothing: Nothing) -> None:
        self._database = database
        self._nothing = nothing
        self._veils = veils
        self._db = connection
        self._originals = Originals(database, connection)
        self._written: dict[int, Ticket] = {}  # as this transaction left them
        self._ids: list[int] = []  # taken for tickets that are still to be added
        self._counted: dict[tuple[int, int], counts.Kept | None] = {}  # by id and version

    async def next_serial(self, day: str) -> int:
        async with self._database.counting(self._db) as connection:
            if self._database.is_sqlite:
                return int(await _NEXT_SERIAL.value(connection, {"day": day, "value": 1}))
            found = await _NEXT_BOTH.row(connection, {"day": day, "value": 1})
            if found is None:
                raise LookupError("there is no next number")
            self._ids.append(found["ticket_id"])
            return int(found["value"])

    async def add(self, ticket: Ticket) -> Ticket:
        """What is stored is the answer: masked where it held personal data, which is sealed."""
        shown, hidden = self._originals.ticket(ticket)
        values = rows.ticket_out(shown) | {"version": 1}
        alias = await self._veils.cast(ticket.reporter) if ticket.anonymous and ticket.reporter is not None and self._veils.on else None
        if alias is not None:
            values["reporter"] = alias
        stored = amended(shown, id=await self._added(values), version=1)
        self._nothing.filed.clear()
        self._nothing.followers.add(stored.id)
        self._veils.known(stored.id, (alias, ticket.reporter) if alias is not None and ticket.reporter is not None else None)
        await self._originals.keep("ticket", stored.id, stored.id, hidden)
        await self._save_clocks(stored)
        await self._count(stored, None)
        self._written[stored.id] = stored
        return stored

    async def _added(self, values: dict[str, Any]) -> int:
        if not self._ids:
            return await self._insert(tickets, values)
        await _KEEP[tickets].later(self._db, values | {"id": self._ids[0]})
        return self._ids.pop(0)

    async def save(self, ticket: Ticket) -> Ticket:
        self._nothing.filed.clear()
        shown, hidden = self._originals.ticket(ticket)
        before = await self._counted_as(ticket)
        values = rows.ticket_out(shown) | {"version": ticket.version + 1, "this": ticket.id, "before": ticket.version}
        if ticket.reporter is not None:
            values["reporter"] = await self._veils.worn(ticket.id, ticket.reporter)
        if await _SAVE.write(self._db, values) != 1:
            raise Conflict("the ticket was changed by somebody else")
        await _NO_CLOCKS.write(self._db, {"this": ticket.id})
        await self._save_clocks(shown)
        await self._originals.keep("ticket", ticket.id, ticket.id, hidden)
        if _nobody(ticket):
            await self._without_reporter(ticket.id)
        self._written[ticket.id] = amended(shown, version=ticket.version + 1)
        await self._count(self._written[ticket.id], before)
        return self._written[ticket.id]

    async def _counted_as(self, ticket: Ticket) -> counts.Kept | None:
        """As what the ticket was counted at the version that is to be replaced."""
        seen = (ticket.id, ticket.version)
        if seen not in self._counted:
            await self.get(ticket.id)
        return self._counted.get(seen)  # another version: the save is refused

    async def _count(self, ticket: Ticket, before: counts.Kept | None) -> None:
        after = self._counted[ticket.id, ticket.version] = counts.kept(ticket)
        await counts.changed(self._db, before, after)

    async def _without_reporter(self, ticket_id: int) -> None:
        """Whoever left a ticket to others is not named by its trail either."""
        for table, who, role in ((events, "actor_id", events.c.actor_role), (notes, "author_id", notes.c.author_role)):
            theirs = and_(table.c.ticket_id == ticket_id, role == Role.RESIDENT.value)
            bare = {who: 0} if table is notes else {who: 0, "actor_salt": None}
            await self._db.execute(update(table).where(theirs).values(bare))

    async def _save_clocks(self, ticket: Ticket) -> None:
        values = [rows.clock_out(ticket.id, position, clock) for position, clock in enumerate(ticket.clocks)]
        await _ADD_CLOCKS.later_each(self._db, values)

    async def get(self, ticket_id: int) -> Ticket | None:
        return await self._one("id", ticket_id)

    async def by_number(self, number: str) -> Ticket | None:
        return await self._one("number", number)

    async def _one(self, column: str, wanted: int | str) -> Ticket | None:
        row = await _ONE[column].row(self._db, {"wanted": wanted})
        if row is None:
            return None
        (whole,) = await self._unveiled([row])
        return rows.ticket_in(whole, await _CLOCKS.rows(self._db, {"this": row["id"]}))

    async def held(self, number: str) -> Ticket | None:
        """Two who merge two tickets into each other must not both succeed: one of them waits, or is begun again."""
        await self._db.execute(select(tickets.c.id).where(tickets.c.number == number).with_for_update(read=True))
        return await self.by_number(number)

    async def of_reporter(self, contact_id: int, *, open_only: bool, limit: int = 20) -> tuple[Ticket, ...]:
        if contact_id in self._nothing.filed:
            return ()
        faces = padded(await self._veils.faces(contact_id))
        wanted = numbered("face", faces) | {"most": limit}
        return await self._whole(await _of_reporter(len(faces), open_only).rows(self._db, wanted))

    async def count_open(self, contact_id: int) -> int:
        if contact_id in self._nothing.filed:
            return 0
        faces = padded(await self._veils.faces(contact_id))
        return int(await _open_of(len(faces)).value(self._db, numbered("face", faces)))

    async def of_letter(self, letter_id: int) -> tuple[Ticket, ...]:
        return await self._find(tickets.c.letter_id == letter_id, tickets.c.id, limit=MOST)

    async def at_desks(self, desks: Sequence[Assignee], states: Sequence[State], limit: int = 50) -> tuple[Ticket, ...]:
        hubs = (and_(tickets.c.hub_unit == desk.unit, tickets.c.hub_place == desk.place) for desk in desks)
        leads = (and_(tickets.c.lead_unit == desk.unit, tickets.c.lead_place == desk.place) for desk in desks)
        return await self._queue(or_(false(), *hubs, *leads), states, limit)

    async def in_places(
        self, unit: str, places: Sequence[str], states: Sequence[State], limit: int = 50
    ) -> tuple[Ticket, ...]:
        where: ColumnElement[bool] = or_(false(), *(tickets.c.place.startswith(place, autoescape=True) for place in places))
        if unit:
            where = and_(where, tickets.c.lead_unit == unit)
        if unit != _SECRET_UNIT:
            where = and_(where, tickets.c.procedure != _SECRET)
        return await self._queue(where, states, limit)

    async def due(self, before: datetime, limit: int = 100) -> tuple[Ticket, ...]:
        late = select(clocks.c.ticket_id).where(
            clocks.c.due_at < before, clocks.c.stopped_at.is_(None), clocks.c.warned_at.is_(None)
        )
        return await self._find(tickets.c.id.in_(late), tickets.c.next_due_at, tickets.c.id, limit=limit)

    async def _queue(self, where: ColumnElement[bool], states: Sequence[State], limit: int) -> tuple[Ticket, ...]:
        wanted = and_(where, tickets.c.state.in_([state.value for state in states]))
        return await self._find(wanted, tickets.c.urgent.desc(), tickets.c.next_due_at.nulls_last(), tickets.c.id, limit=limit)

    async def _find(self, where: ColumnElement[bool], *order: Any, limit: int = 1) -> tuple[Ticket, ...]:
        return await self._whole((await self._db.execute(select(tickets).where(where).order_by(*order).limit(limit))).mappings().all())

    async def _whole(self, found: Sequence[rows.Row]) -> tuple[Ticket, ...]:
        if not found:
            return ()
        ids = [row["id"] for row in found]
        of_ticket: dict[int, list[rows.Row]] = {ticket_id: [] for ticket_id in ids}
        wanted = padded(ids)
        for row in await _clocks_of(len(wanted)).rows(self._db, numbered("ticket", wanted)):
            of_ticket[row["ticket_id"]].append(row)
        return tuple([rows.ticket_in(row, of_ticket[row["id"]]) for row in await self._unveiled(found)])

    async def _unveiled(self, found: Sequence[rows.Row]) -> Sequence[rows.Row]:
        real = await self._veils.behind(row["reporter"] for row in found if row["anonymous"] and row["reporter"] is not None)
        for row in found:
            self._counted[row["id"], row["version"]] = counts.kept_of(row)
            self._veils.known(row["id"], (row["reporter"], real[row["reporter"]]) if row["reporter"] in real else None)
        return [{**row, "reporter": real.get(row["reporter"], row["reporter"])} for row in found] if real else found

    async def append(self, event: Event) -> None:
        """What is stored is hashed: masked words, and the veil of whoever acted."""
        ticket = self._written.get(event.ticket_id) or await self.get(event.ticket_id)
        if ticket is None:
            raise LookupError("an event of no ticket")
        shown, hidden = self._originals.event(event)
        unnamed = _nobody(ticket) and event.actor_role is Role.RESIDENT
        actor = 0 if unnamed else await self._veils.worn(event.ticket_id, event.actor_id)
        veiled = replace(shown, actor_id=actor)
        values = rows.event_out(veiled) | await sealed(self._db, veiled, ticket)
        if hidden:
            await self._originals.keep("event", await self._insert(events, values), event.ticket_id, hidden)
        else:
            await _KEEP[events].later(self._db, values)

    async def events(self, ticket_id: int) -> tuple[Event, ...]:
        return tuple(rows.event_in(row) for row in await self._of(events, ticket_id))

    async def add_note(self, note: Note) -> Note:
        shown, hidden = self._originals.note(note)
        ticket = self._written.get(note.ticket_id)
        unnamed = ticket is not None and _nobody(ticket) and note.author_role is Role.RESIDENT
        author = 0 if unnamed else await self._veils.worn(note.ticket_id, note.author_id)
        stored = replace(shown, id=await self._insert(notes, rows.note_out(shown) | {"author_id": author}))
        await self._originals.keep("note", stored.id, stored.ticket_id, hidden)
        return stored

    async def notes(self, ticket_id: int) -> tuple[Note, ...]:
        return tuple(rows.note_in(row) for row in await self._of(notes, ticket_id))

    async def _insert(self, table: Table, values: dict[str, Any]) -> int:
        return int(await _ADD[table].value(self._db, values))

    async def _of(self, table: Table, ticket_id: int) -> Sequence[rows.Row]:
        return (await self._db.execute(select(table).where(table.c.ticket_id == ticket_id).order_by(table.c.id))).mappings().all()


def _nobody(ticket: Ticket) -> bool:
    """A hazard that outlived its reporter, who had asked not to be named."""
    return ticket.anonymous and ticket.reporter is None
