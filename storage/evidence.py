"""Reads all chains and anchors to be verified, a batch at a time: each batch is of one moment, and memory does not grow with the city."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from storage.chain import link_in
from storage.chain_tables import anchor_leaves, anchors
from storage.connection import Connection
from storage.engine import Database
from storage.rows import Row
from storage.tables import clocks, events, tickets
from workflow import chain
from workflow.anchors import Anchor, Leaf
from workflow.proof import Held, Stored, Story

_TICKETS = 500
_PLAIN = (
    "number", "version", "created_at", "procedure", "state", "hub_unit", "hub_place", "lead_unit", "lead_place", "outcome", "verdict",
    "satisfaction", "reworks", "extension", "closed_at",
)  # fmt: skip
"""In the order of `workflow.chain.facts`."""


class Evidence:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def stories(self, number: str = "") -> AsyncIterator[Story]:
        """Every ticket with its events, and events without a ticket as `#id`; or only the ticket of a number."""
        last, more = -1, True
        while more:
            async with self._database.moment() as connection:
                found, last, more = await _batch(connection, last, number)
            for story in found:
                yield story

    async def anchors(self) -> AsyncIterator[tuple[Anchor, list[Held]]]:
        """Oldest first; those made after the first was read may be missing."""
        async with self._database.reading() as connection:
            made = [Anchor(**row) for row in (await connection.execute(select(anchors).order_by(anchors.c.seq))).mappings()]
        for anchor in made:
            async with self._database.moment() as connection:
                held = await _held(connection, anchor.seq)
            yield anchor, held


async def _batch(connection: Connection, last: int, number: str) -> tuple[list[Story], int, bool]:
    where = and_(tickets.c.id > last, tickets.c.number == number) if number else tickets.c.id > last
    columns = (tickets.c.id, *(tickets.c[name] for name in _PLAIN))
    found = (await connection.execute(select(*columns).where(where).order_by(tickets.c.id).limit(_TICKETS))).mappings().all()
    more = len(found) == _TICKETS
    ids = [row["id"] for row in found]
    running = await _by_ticket(connection, select(clocks).where(clocks.c.ticket_id.in_(ids)).order_by(clocks.c.position))
    # All up to the next batch, and at the end all that are left: events whose ticket is gone are found between and behind the others.
    mine: ColumnElement[bool] = events.c.ticket_id > last
    if number:
        mine = events.c.ticket_id.in_(ids)
    elif more:
        mine = and_(mine, events.c.ticket_id <= ids[-1])
    told = await _by_ticket(connection, select(events).where(mine).order_by(events.c.ticket_id, events.c.seq, events.c.id))
    facts = {row["id"]: (row["number"], facts_of(row, running.get(row["id"], ()))) for row in found}
    stories = []
    for ticket_id in sorted({*facts, *told}):
        name, digest = facts.get(ticket_id, (f"#{ticket_id}", None))
        stored = sorted((_stored(row) for row in told.get(ticket_id, ())), key=lambda one: one.link.seq)
        stories.append(Story(name, digest, stored))
    return stories, ids[-1] if ids else last, more


async def _by_ticket(connection: Connection, query: Select[Any]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in (await connection.execute(query)).mappings():
        found[row["ticket_id"]].append(row)
    return found


def facts_of(ticket: Row, running: Sequence[Row]) -> str:
    plain = [chain.micros(value) if isinstance(value := ticket[name], datetime) else value for name in _PLAIN]
    return chain.digest(*chain.facts_of(plain, [(row["name"], row["started_at"], row["due_at"], row["stopped_at"]) for row in running]))


def _stored(row: Row) -> Stored:
    return Stored(link_in(row), row["actor_id"], row["actor_salt"], row["reason"], row["data"], row["words_salt"])


async def _held(connection: Connection, anchor: int) -> list[Held]:
    """All leaves of one day at once."""
    mine = (events.c.ticket_id == tickets.c.id) & (events.c.seq == anchor_leaves.c.seq)
    joined = anchor_leaves.outerjoin(tickets, tickets.c.number == anchor_leaves.c.number).outerjoin(events, mine)
    columns = (anchor_leaves.c.number, anchor_leaves.c.before, anchor_leaves.c.seq, anchor_leaves.c.hash)
    query = select(*columns, tickets.c.id, events.c.hash).select_from(joined).where(anchor_leaves.c.anchor == anchor)
    return [
        Held(Leaf(number, before, seq, kept), None if ticket_id is None else now or "")
        for number, before, seq, kept, ticket_id, now in await connection.execute(query.order_by(anchor_leaves.c.position))
    ]
