"""What the console reads. Each query is narrowed by what the viewer's posts reach; without a post it finds nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, update

from storage import counts, listing
from storage.anchors import SqlAnchors
from storage.connection import Connection
from storage.engine import Database
from storage.joining_tables import incidents
from storage.rows import Row
from storage.tables import clocks, contacts, inbox, outbox, posts, praises, tickets
from storage.unit_of_work import SqlUnitOfWork
from storage.views import OPEN_TO_LISTS
from workflow.anchors import Anchor
from workflow.bursts import Incident
from workflow.console import CONSOLE_DOOR
from workflow.cursors import Cursor
from workflow.model import Assignee, Procedure
from workflow.policy import Reach
from workflow.praise import Praised
from workflow.states import State
from workflow.views import AsideRow, DeadLetter, Filter, Line, Overview, Page, Queues, Whole

PER_PAGE = 25
_ROWS = 100
_LINE = (
    "id", "number", "state", "procedure", "topic", "place", "hub_unit", "hub_place", "lead_unit", "lead_place", "urgent", "created_at",
    "next_due_at",
)  # fmt: skip
_SHOWN = [tickets.c[name] for name in _LINE]


class ConsoleViews:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def overview(self, reach: Sequence[Reach], now: datetime, midnight: datetime) -> Overview:
        """`midnight`: when today began in the city, aware."""
        mine, late = within(reach), listing.overdue(reach, now)
        of_clocks = select(clocks.c.name, func.count()).join(tickets, tickets.c.id == clocks.c.ticket_id)
        of_clocks = of_clocks.where(late, clocks.c.stopped_at.is_(None), clocks.c.due_at < now)
        async with self._database.moment() as connection:
            states = await counts.states(connection, reach)
            return Overview(
                {State(name): number for name, number in states.items()},
                await _number(connection, and_(mine, tickets.c.created_at >= midnight)),
                await _number(connection, and_(mine, tickets.c.closed_at >= midnight)),
                await _counts(connection, of_clocks.group_by(clocks.c.name)),
                await _number(connection, late),
            )

    async def page(self, reach: Sequence[Reach], wanted: Filter, now: datetime, cursor: Cursor | None = None) -> Page:
        """Earliest deadline first, then what has none, newest first. Where the cursor leads nowhere any more, the first page."""
        ways = listing.walks(reach, wanted, now)
        async with self._database.moment() as connection:
            found = [row for way in ways for row in await _walked(connection, way, cursor)]
            ids, before, after = listing.of_page(cursor, found, PER_PAGE)
            if listing.is_first(cursor, ids, PER_PAGE):
                cursor = None
                found = [row for way in ways for row in await _walked(connection, way, cursor)]
                ids, before, after = listing.of_page(cursor, found, PER_PAGE)
            rows = (await connection.execute(select(*_SHOWN).where(tickets.c.id.in_(ids)))).mappings()
            lines = {row["id"]: _line(row) for row in rows}
            states = await counts.states(connection, reach)
        number = cursor.page if cursor is not None else 1
        matching = len(ids) if before is None and after is None else _kept(wanted, states)
        return Page(tuple([lines[one] for one in ids]), matching, states.total(), number, before, after)

    async def whole(self, number: str) -> Whole | None:
        """A ticket with all that belongs to it. Whether the viewer may see it is for `policy` to say."""
        if not number.isprintable():  # PostgreSQL refuses to be asked for a NUL
            return None
        async with SqlUnitOfWork(self._database, reading=True) as uow:
            ticket = await uow.tickets.by_number(number)
            if ticket is None:
                return None
            return Whole(ticket, await uow.tickets.events(ticket.id), await uow.tickets.notes(ticket.id))

    async def incidents(self, reach: Sequence[Reach]) -> tuple[Incident, ...]:
        """Bursts raised at or inside the places the posts reach, the latest first, at most 100."""
        mine = or_(false(), *(incidents.c.place.startswith(part.place, autoescape=True) for part in reach))
        latest = select(incidents).where(mine).order_by(incidents.c.raised_at.desc(), incidents.c.id.desc()).limit(_ROWS)
        async with self._database.moment() as connection:
            return tuple(Incident(**row) for row in (await connection.execute(latest)).mappings())

    async def praised(self, reach: Sequence[Reach], since: datetime) -> Praised:
        """Thanks for what was done at or inside the places the posts reach, at most 100 kinds."""
        inside = or_(false(), *(praises.c.place.startswith(part.place, autoescape=True) for part in reach))
        mine, often = and_(inside, praises.c.at >= since), func.count().label("often")
        kinds = select(praises.c.place, praises.c.topic, often).where(mine).group_by(praises.c.place, praises.c.topic)
        kinds = kinds.order_by(often.desc(), praises.c.place, praises.c.topic).limit(_ROWS)
        async with self._database.moment() as connection:
            total = (await connection.execute(select(func.count()).select_from(praises).where(mine))).scalar_one()
            rows = await connection.execute(kinds)
            return Praised(int(total), {(place, topic): number for place, topic, number in rows})

    async def anchor(self) -> Anchor | None:
        """The latest."""
        async with self._database.reading() as connection:
            return next(iter(await SqlAnchors(connection).latest()), None)

    async def queues(self) -> Queues:
        """For those who may look at the whole city; at most 100 rows of each kind, newest first."""
        told = or_(outbox.c.ticket_id.is_(None), OPEN_TO_LISTS)
        both = outbox.outerjoin(tickets, tickets.c.id == outbox.c.ticket_id)
        waiting = select(outbox.c.status, func.count()).select_from(both).where(told, outbox.c.status.not_in(("sent", "folded")))
        received = select(inbox.c.status, func.count()).where(inbox.c.status != "done").group_by(inbox.c.status)
        given_up = select(outbox.c.why, func.count()).select_from(both).where(told, outbox.c.status == "dead").group_by(outbox.c.why)
        letters = select(outbox.c.speech, outbox.c.why, outbox.c.attempts, tickets.c.number).select_from(both)
        letters = letters.where(told, outbox.c.status == "dead").order_by(outbox.c.id.desc()).limit(_ROWS)
        aside = select(inbox).where(inbox.c.status == "aside").order_by(inbox.c.id.desc()).limit(_ROWS)
        people = select(posts.c.unit).join(contacts, contacts.c.id == posts.c.contact_id).where(contacts.c.door != CONSOLE_DOOR).distinct()
        async with self._database.moment() as connection:
            return Queues(
                await _counts(connection, received),
                await _counts(connection, waiting.group_by(outbox.c.status)),
                tuple(_aside(row) for row in (await connection.execute(aside)).mappings()),
                tuple(_letter(row) for row in (await connection.execute(letters)).mappings()),
                await _counts(connection, given_up),
                frozenset((await connection.execute(people)).scalars()),
            )

    async def send_again(self) -> int:
        """Every message that was given up and is shown in `queues` is tried anew, from the first attempt. Answers how many."""
        told = or_(outbox.c.ticket_id.is_(None), outbox.c.ticket_id.in_(select(tickets.c.id).where(OPEN_TO_LISTS)))
        anew = {"status": "waiting", "attempts": 0, "next_try_at": None}
        async with self._database.writing() as connection:
            return (await connection.execute(update(outbox).where(told, outbox.c.status == "dead").values(anew))).rowcount


def within(reach: Sequence[Reach]) -> ColumnElement[bool]:
    """`policy.Reach.covers`, said in SQL."""
    parts = (
        and_(tickets.c.hub_place.startswith(part.place, autoescape=True), tickets.c.hub_unit == part.unit if part.unit else true())
        for part in reach
    )
    return and_(or_(false(), *parts), OPEN_TO_LISTS)


def _kept(wanted: Filter, states: Counter[str]) -> int | None:
    """How many match, where no more than the state narrows."""
    if wanted != Filter(wanted.state):
        return None
    return states.total() if wanted.state is None else states[wanted.state.value]


async def _walked(connection: Connection, way: listing.Walk, cursor: Cursor | None) -> Sequence[tuple[int, int]]:
    return [(row[0], row[1]) for row in await connection.execute(way.ids(cursor, PER_PAGE + 1))]


async def _counts(connection: Connection, query: Select[Any]) -> Mapping[str, int]:
    return Counter({str(name): number for name, number in (await connection.execute(query)).all()})


async def _number(connection: Connection, where: ColumnElement[bool]) -> int:
    return int((await connection.execute(select(func.count()).select_from(tickets).where(where))).scalar_one())


def _line(row: Row) -> Line:
    lead = Assignee(row["lead_unit"], row["lead_place"]) if row["lead_unit"] else None
    return Line(
        row["number"], State(row["state"]), Procedure(row["procedure"]), row["topic"], row["place"],
        Assignee(row["hub_unit"], row["hub_place"]), lead, row["urgent"], row["created_at"], row["next_due_at"],
    )  # fmt: skip


def _aside(row: Row) -> AsideRow:
    return AsideRow(row["door"], row["received_at"], row["why"], row["attempts"])


def _letter(row: Row) -> DeadLetter:
    speech = row["speech"]
    return DeadLetter(str(speech.get("key") or speech.get("card") or ""), row["number"] or "", row["why"], row["attempts"])
