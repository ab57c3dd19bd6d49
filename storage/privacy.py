"""Originals, who looked at them, and what is taken away when its time is over: fits `workflow.ports.Privacy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, case, cast, func, insert, null, or_, select, update

from storage.connection import Connection
from storage.engine import Database
from storage.joining_tables import followers, gists
from storage.originals import Originals
from storage.people import SqlDialogs
from storage.privacy_tables import doomed_files, unmaskings
from storage.tables import contacts, events, messages, notes, outbox, tickets, web_messages
from storage.veils import Veils
from workflow.model import Procedure, Role
from workflow.privacy import Held, Unmasking
from workflow.states import RESTING, State

_REST = [state.value for state in RESTING if state is not State.ARCHIVED]
_OPEN = tickets.c.state.not_in([state.value for state in RESTING])


class SqlPrivacy:
    def __init__(self, database: Database, connection: Connection, veils: Veils, talk: SqlDialogs) -> None:
        self._database = database
        self._veils = veils
        self._dialogs = talk
        self._db = connection
        self._originals = Originals(database, connection)

    async def originals(self, ticket_id: int) -> Mapping[tuple[str, int, str], str]:
        return await self._originals.of_ticket(ticket_id)

    async def log(self, unmasking: Unmasking) -> None:
        values = {
            "at": unmasking.at, "ticket_id": unmasking.ticket_id, "contact_id": unmasking.contact_id, "role": unmasking.role.value,
            "fields": ",".join(unmasking.fields)[:200], "reason": self._database.vault.masked(unmasking.reason),
        }  # fmt: skip
        await self._db.execute(insert(unmaskings).values(values))

    async def unmaskings(self, ticket_id: int) -> tuple[Unmasking, ...]:
        found = await self._db.execute(select(unmaskings).where(unmaskings.c.ticket_id == ticket_id).order_by(unmaskings.c.id))
        return tuple(
            Unmasking(row["at"], row["ticket_id"], row["contact_id"], Role(row["role"]), tuple(row["fields"].split(",")), row["reason"])
            for row in found.mappings()
        )

    async def kept_too_long(self, before: Mapping[Procedure, datetime], limit: int) -> tuple[int, ...]:
        rested = func.coalesce(tickets.c.closed_at, tickets.c.created_at)
        over = or_(*(and_(tickets.c.procedure == procedure.value, rested < moment) for procedure, moment in before.items()))
        goes_on = select(tickets.c.id).where(_OPEN)
        held = and_(tickets.c.parent_id.is_not(None), tickets.c.parent_id.in_(goes_on))
        some = select(tickets.c.id).where(tickets.c.state.in_(_REST), over, ~held).order_by(tickets.c.id).limit(limit)
        return tuple((await self._db.execute(some)).scalars())

    async def minimise(self, ticket_id: int, at: datetime) -> None:
        of, empty = tickets.c.id == ticket_id, dict[str, Any]()
        for sha256 in sorted(await self._files(ticket_id)):
            await self.doom(sha256, at)
        reporter = (await self._db.execute(select(tickets.c.reporter).where(of))).scalar_one()
        bare: dict[str, Any] = {
            "text": "", "place_detail": "", "result": "", "files": [], "result_files": [], "lat": None, "lon": None, "reporter": None,
            "query_code": "", "understanding": empty, "extension_ask": empty,
        }  # fmt: skip
        await self._db.execute(update(tickets).where(of).values(bare))
        resident = Role.RESIDENT.value
        for table, who, role in ((notes, "author_id", notes.c.author_role), (events, "actor_id", events.c.actor_role)):
            bare = {who: case((role == resident, 0), else_=table.c[who])}
            bare |= {"text": "", "files": []} if table is notes else {"reason": "", "data": empty, "words_salt": None}
            if table is events:  # with the salts the chain still holds, and nobody can try out who or what it was
                bare["actor_salt"] = case((role == resident, null()), else_=events.c.actor_salt)
            await self._db.execute(update(table).where(table.c.ticket_id == ticket_id).values(bare))
        await self._veils.lift(reporter or 0)
        await self._originals.forget(ticket_id)
        for table in (messages, followers, gists):
            await self._db.execute(table.delete().where(table.c.ticket_id == ticket_id))
        await self._db.execute(outbox.delete().where(outbox.c.ticket_id == ticket_id, outbox.c.status != "waiting"))

    async def _files(self, ticket_id: int) -> set[str]:
        one = select(tickets.c.files, tickets.c.result_files).where(tickets.c.id == ticket_id)
        columns = [column for row in (await self._db.execute(one)).all() for column in row]
        columns += (await self._db.execute(select(notes.c.files).where(notes.c.ticket_id == ticket_id))).scalars()
        return {file["sha256"] for files in columns for file in files}

    async def doom(self, sha256: str, at: datetime) -> None:
        fresh = self._database.insert(doomed_files).values(sha256=sha256, at=at)
        await self._db.execute(fresh.on_conflict_do_update(index_elements=[doomed_files.c.sha256], set_={"at": at}))

    async def held(self, contact_id: int) -> Held:
        async def count(query: Any) -> int:
            return int((await self._db.execute(select(func.count()).select_from(query.subquery()))).scalar_one())

        faces = await self._veils.faces(contact_id)
        return Held(
            await count(select(tickets.c.id).where(tickets.c.reporter.in_(faces))),
            await count(select(notes.c.id).where(notes.c.author_id.in_(faces))),
            await count(select(followers.c.ticket_id).where(followers.c.contact_id == contact_id)),
            await count(select(outbox.c.id).where(outbox.c.contact_id.in_(faces), outbox.c.status == "waiting")),
        )

    async def reported(self, contact_id: int) -> tuple[tuple[int, bool], ...]:
        """Every ticket of the contact, oldest first, and whether it is at rest."""
        faces = await self._veils.faces(contact_id)
        found = select(tickets.c.id, tickets.c.state).where(tickets.c.reporter.in_(faces)).order_by(tickets.c.id)
        return tuple((row.id, row.state in _REST) for row in await self._db.execute(found))

    async def forget_talk(self, contact_id: int) -> None:
        """Drafts, and what was said to the contact already."""
        await self._dialogs.remove(contact_id)
        faces = await self._veils.faces(contact_id)
        await self._db.execute(outbox.delete().where(outbox.c.contact_id.in_(faces), outbox.c.status != "waiting"))
        chat = select(contacts.c.address).where(contacts.c.id == contact_id, contacts.c.door == "webchat").scalar_subquery()
        # The newest row stays: later ones must have larger numbers, by which the page asks for news.
        newest = select(func.max(web_messages.c.seq)).where(web_messages.c.address == chat).scalar_subquery()
        await self._db.execute(web_messages.delete().where(web_messages.c.address == chat, web_messages.c.seq < newest))


async def doomed(database: Database, now: datetime, limit: int = 100) -> Sequence[str]:
    """Hashes of files whose time is over, still to be taken from the store."""
    due = select(doomed_files.c.sha256).where(doomed_files.c.at <= now)
    async with database.reading() as connection:
        return tuple((await connection.execute(due.order_by(doomed_files.c.at).limit(limit))).scalars())


async def still_used(database: Database, sha256: str) -> bool:
    """Whether another ticket has the same file."""
    has = [(tickets, (tickets.c.files, tickets.c.result_files)), (notes, (notes.c.files,))]
    async with database.moment() as connection:
        for table, columns in has:
            found = or_(*(cast(column, String).contains(sha256) for column in columns))
            if (await connection.execute(select(table.c.id).where(found).limit(1))).first() is not None:
                return True
    return False


async def undoomed(database: Database, sha256: str) -> None:
    async with database.writing() as connection:
        await connection.execute(doomed_files.delete().where(doomed_files.c.sha256 == sha256))
