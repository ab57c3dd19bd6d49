"""Tickets by what they are about, and bursts of them: fits `workflow.ports.Alike`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Integer, String, and_, bindparam, func, insert, or_, select, union_all, update

from storage.connection import Connection
from storage.joining_tables import followers, gists, incidents
from storage.prepared import Prepared, fixed, listed, numbered, padded
from storage.rows import Row
from storage.tables import tickets
from storage.types import Id
from storage.veils import Veils
from storage.views import OPEN_TO_LISTS
from workflow.alike import Area, Gist, Neighbour, gist_from, joinable
from workflow.bursts import Incident, Told
from workflow.model import Procedure
from workflow.states import RESTING, State

_AT_REST = [state.value for state in RESTING]
_JOINABLE = [procedure.value for procedure in Procedure if joinable(procedure)]


class SqlAlike:
    def __init__(self, connection: Connection, veils: Veils) -> None:
        self._veils = veils
        self._db = connection

    async def keep(self, ticket_id: int, gist: Gist) -> None:
        await _KEEP.later(self._db, {"ticket_id": ticket_id, "whole": gist.whole, "words": gist.words, "spots": gist.spots})

    async def near(self, area: Area, contact_id: int, limit: int = 50) -> tuple[Neighbour, ...]:
        question, values = nearby(area, contact_id, limit, await self._veils.faces(contact_id))
        found = await question.rows(self._db, values)
        return tuple(_neighbour(row) for row in found if row["own"] or not row["understanding"].get("sensitive"))

    async def told(self, since: datetime) -> tuple[Told, ...]:
        filed = select(tickets.c.id, tickets.c.topic, tickets.c.place, tickets.c.reporter, tickets.c.created_at.label("at"))
        filed = filed.where(tickets.c.created_at >= since, OPEN_TO_LISTS)
        joined = select(tickets.c.id, tickets.c.topic, tickets.c.place, followers.c.contact_id, followers.c.joined_at.label("at"))
        joined = joined.join(tickets, tickets.c.id == followers.c.ticket_id).where(followers.c.joined_at >= since, OPEN_TO_LISTS)
        rows = union_all(filed, joined).order_by("at", "id")
        return tuple(Told(*row) for row in await self._db.execute(rows))

    async def usual(self, topics: Sequence[str], place: str, since: datetime, until: datetime) -> int:
        lately = and_(tickets.c.topic.in_(topics), tickets.c.created_at >= since, tickets.c.created_at < until)
        count = select(func.count()).select_from(tickets).where(lately, tickets.c.place.startswith(place, autoescape=True))
        return int((await self._db.execute(count)).scalar_one())

    async def incident(self, item: str, place: str) -> Incident | None:
        latest = select(incidents).where(incidents.c.item == item, incidents.c.place == place)
        row = (await self._db.execute(latest.order_by(incidents.c.raised_at.desc()).limit(1))).mappings().one_or_none()
        return Incident(**row) if row else None

    async def raise_incident(self, incident: Incident) -> Incident:
        values = {name: value for name, value in asdict(incident).items() if name != "id"}
        if incident.id:
            await self._db.execute(update(incidents).where(incidents.c.id == incident.id).values(values))
            return incident
        made = await self._db.execute(insert(incidents).values(values).returning(incidents.c.id))
        return replace(incident, id=made.scalar_one())


def nearby(area: Area, contact_id: int, limit: int, faces: Sequence[int] = ()) -> tuple[Prepared, dict[str, object]]:
    """What `SqlAlike.near` asks, and with what. `faces`: under which ids the contact may have asked for something."""
    lists = {"face": padded(list(faces) or [contact_id]), "topic": padded(area.topics or ("",)), "around": padded(area.around or ("",))}
    values = {name: value for kind, found in lists.items() for name, value in numbered(kind, found).items()}
    values |= {"person": contact_id, "since": area.since, "inside": area.inside, "most": limit}
    return _nearby(*map(len, lists.values())), values


@lru_cache(64)
def _nearby(faces: int, topics: int, around: int) -> Prepared:
    """By topic and time through an index, whatever the number of tickets."""
    follows = select(followers.c.ticket_id).where(followers.c.contact_id == bindparam("person", type_=Integer))
    person = tickets.c.reporter.in_(listed("face", faces, Id))
    own = or_(and_(tickets.c.reporter.is_not(None), person), tickets.c.id.in_(follows))
    shown: ColumnElement[bool] = or_(~tickets.c.anonymous, tickets.c.reporter.is_(None), own)
    joined = select(func.count()).where(followers.c.ticket_id == tickets.c.id).scalar_subquery()
    return Prepared(
        select(
            tickets.c.id, tickets.c.number, tickets.c.topic, tickets.c.place, tickets.c.state, tickets.c.created_at, tickets.c.reporter,
            tickets.c.understanding, own.label("own"), joined.label("joined"), gists.c.whole, gists.c.words, gists.c.spots,
        )
        .join(gists, gists.c.ticket_id == tickets.c.id)
        .where(
            tickets.c.topic.in_(listed("topic", topics, String)),
            tickets.c.created_at >= bindparam("since"),
            or_(tickets.c.place.startswith(bindparam("inside", type_=String)), tickets.c.place.in_(listed("around", around, String))),
            tickets.c.state.not_in(fixed(_AT_REST)),
            tickets.c.procedure.in_(fixed(_JOINABLE)),
            shown,
        )
        .order_by(tickets.c.created_at.desc(), tickets.c.id.desc())
        .limit(bindparam("most", type_=Integer))
    )  # fmt: skip


_KEEP = Prepared(insert(gists))


def _neighbour(row: Row) -> Neighbour:
    people = row["joined"] + (row["reporter"] is not None)
    gist = gist_from({name: row[name] for name in ("whole", "words", "spots")})
    return Neighbour(
        row["id"], row["number"], row["topic"], row["place"], State(row["state"]), row["created_at"], bool(row["own"]), people, gist
    )
