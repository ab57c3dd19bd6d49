"""Who joined which ticket: fits `workflow.ports.Followers`."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Integer, bindparam, func, select, union, update

from storage.connection import Connection
from storage.engine import Database
from storage.joining_tables import followers, gists
from storage.met import Nothing
from storage.prepared import Prepared
from storage.tables import tickets
from workflow.alike import Follower, Voices
from workflow.model import Ticket

_OF_TICKET = Prepared(
    select(followers.c.contact_id)
    .where(followers.c.ticket_id == bindparam("wanted"))
    .order_by(followers.c.joined_at, followers.c.contact_id)
)
_OF_CONTACT = Prepared(
    select(followers.c.ticket_id)
    .where(followers.c.contact_id == bindparam("wanted"))
    .order_by(followers.c.joined_at.desc(), followers.c.ticket_id.desc())
    .limit(bindparam("most", type_=Integer))
)


class SqlFollowers:
    def __init__(self, database: Database, connection: Connection, nothing: Nothing) -> None:
        self._database = database
        self._db = connection
        self._nothing = nothing

    async def add(self, follower: Follower) -> bool:
        self._nothing.followed.clear()
        self._nothing.followers.clear()
        fresh = self._database.insert(followers).values(asdict(follower)).on_conflict_do_nothing()
        return (await self._db.execute(fresh)).rowcount == 1

    async def get(self, ticket_id: int, contact_id: int) -> Follower | None:
        found = select(followers).where(followers.c.ticket_id == ticket_id, followers.c.contact_id == contact_id)
        row = (await self._db.execute(found)).mappings().one_or_none()
        return Follower(**row) if row else None

    async def remove(self, ticket_id: int, contact_id: int) -> None:
        one = (followers.c.ticket_id == ticket_id) & (followers.c.contact_id == contact_id)
        await self._db.execute(followers.delete().where(one))

    async def doubt(self, ticket_id: int, contact_id: int) -> None:
        one = (followers.c.ticket_id == ticket_id) & (followers.c.contact_id == contact_id)
        await self._db.execute(update(followers).where(one).values(unsolved=True))

    async def ask_again(self, ticket_id: int) -> None:
        await self._db.execute(update(followers).where(followers.c.ticket_id == ticket_id).values(unsolved=False))

    async def of_ticket(self, ticket_id: int) -> tuple[int, ...]:
        if ticket_id in self._nothing.followers:
            return ()
        return tuple(await _OF_TICKET.column(self._db, {"wanted": ticket_id}))

    async def of_contact(self, contact_id: int, limit: int = 20) -> tuple[int, ...]:
        if contact_id in self._nothing.followed:
            return ()
        return tuple(await _OF_CONTACT.column(self._db, {"wanted": contact_id, "most": limit}))

    async def voices(self, ticket: Ticket) -> Voices:
        joined = select(func.count(), func.count().filter(followers.c.unsolved))
        people, unsolved = (await self._db.execute(joined.where(followers.c.ticket_id == ticket.id))).one()
        return Voices(people + (ticket.reporter is not None), await self._same_words(ticket.id), unsolved)

    async def _same_words(self, ticket_id: int) -> int:
        """Distinct people whose words are those of this ticket, wherever they used them."""
        whole = select(gists.c.whole).where(gists.c.ticket_id == ticket_id, gists.c.whole != "").scalar_subquery()
        filed = select(tickets.c.reporter.label("contact")).join(gists, gists.c.ticket_id == tickets.c.id)
        filed = filed.where(gists.c.whole == whole, tickets.c.reporter.is_not(None))
        both = union(filed, select(followers.c.contact_id).where(followers.c.whole == whole)).subquery()
        return int((await self._db.execute(select(func.count()).select_from(both))).scalar_one())
