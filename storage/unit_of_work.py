"""One transaction over everything. Leaving it without `commit()` rolls back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from functools import lru_cache
from types import TracebackType
from typing import Self

from sqlalchemy import JSON, bindparam, insert, select, update

from storage import messages, rows
from storage.alike import SqlAlike
from storage.anchors import SqlAnchors
from storage.cases import SqlTickets
from storage.connection import Connection, WriteConnection
from storage.engine import Database
from storage.followers import SqlFollowers
from storage.letters import SqlLetters
from storage.met import Nothing, met
from storage.people import SqlContacts, SqlDialogs, SqlInvites, SqlPosts, SqlSignIns
from storage.praises import SqlPraises
from storage.prepared import Prepared, listed, numbered, padded
from storage.privacy import SqlPrivacy
from storage.tables import inbox, outbox, requests
from storage.types import Id
from storage.veils import Veils
from workflow.model import SAID, About, Speech

_PUT = Prepared(insert(outbox))
_SERVED = Prepared(select(requests.c.id).where(requests.c.id == bindparam("wanted")))
_NOTED = Prepared(insert(requests))
_DONE = {"done": "done", "empty": {}, "nobody": ""}


@lru_cache(32)
def _done(count: int) -> Prepared:
    empty = {"status": bindparam("done"), "body": bindparam("empty", type_=JSON), "chat": bindparam("nobody")}
    return Prepared(update(inbox).where(inbox.c.id.in_(listed("row", count, Id))).values(empty))


class SqlOutbox:
    def __init__(self, database: Database, connection: Connection, veils: Veils) -> None:
        self._vault = database.vault
        self._veils = veils
        self._db = connection

    async def put(self, speech: Speech, at: datetime | None = None) -> None:
        owner = await self._veils.worn(speech.ticket_id, speech.contact_id)
        values = {
            "contact_id": owner, "ticket_id": speech.ticket_id, "priority": speech.priority.value,
            "speech": rows.speech_out(speech, self._vault, owner), "status": "waiting", "attempts": 0, "unknowns": 0, "why": "",
            "said_at": at,
        }  # fmt: skip
        await _PUT.later(self._db, values)


class SqlUnitOfWork:
    """Fits `workflow.ports.UnitOfWork`. Use as `async with`; not reusable."""

    contacts: SqlContacts
    posts: SqlPosts
    invites: SqlInvites
    sign_ins: SqlSignIns
    dialogs: SqlDialogs
    tickets: SqlTickets
    letters: SqlLetters
    alike: SqlAlike
    followers: SqlFollowers
    praises: SqlPraises
    anchors: SqlAnchors
    privacy: SqlPrivacy
    outbox: SqlOutbox

    def __init__(self, database: Database, *, reading: bool = False, brief: bool = False) -> None:
        """`reading`: a look at one moment that waits for no writer and must not write; `brief`: such a look at a few rows."""
        self._database = database
        self._reading = reading
        self._brief = brief
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._begin()
        except BaseException:
            # A writer's turn that is not given back would stop every other writer of this process.
            await self._stack.aclose()
            raise
        self._veils = veils = Veils(self._database, self._db)
        self._nothing = nothing = Nothing()
        self.contacts, self.posts = SqlContacts(self._database, self._db), SqlPosts(self._db, nothing)
        self.invites, self.dialogs = SqlInvites(self._db), SqlDialogs(self._database, self._db)
        self.sign_ins, self.letters = SqlSignIns(self._db), SqlLetters(self._db)
        self.tickets, self.outbox = SqlTickets(self._database, self._db, veils, nothing), SqlOutbox(self._database, self._db, veils)
        self.alike, self.followers = SqlAlike(self._db, veils), SqlFollowers(self._database, self._db, nothing)
        self.praises, self.anchors = SqlPraises(self._database, self._db), SqlAnchors(self._db)
        self.privacy = SqlPrivacy(self._database, self._db, veils, self.dialogs)
        return self

    async def _begin(self) -> None:
        self._db: WriteConnection
        if self._brief:
            self._db = await self._stack.enter_async_context(self._database.brief())
        elif self._reading:
            self._db = await self._stack.enter_async_context(self._database.moment())
        else:
            self._db = await self._stack.enter_async_context(self._database.unit())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)  # the database hears what went wrong: it may be away

    async def commit(self) -> None:
        await self._db.commit()

    async def first_time(self, request_id: str, at: datetime, speaker: tuple[str, str] | None = None) -> bool:
        """Of two who serve one request at the same time the second is begun again, and finds the first's."""
        if speaker is None:
            served = await _SERVED.value(self._db, {"wanted": request_id}) is not None
        else:
            served = await self._met(request_id, *speaker)
        if not served:
            await _NOTED.later(self._db, {"id": request_id, "at": at})
        return not served

    async def _met(self, request_id: str, door: str, address: str) -> bool:
        """Whether the request was served. What is known of the speaker is handed out."""
        found = await met(self._db, request_id, door, address)
        self.contacts.met(door, address, found.contact)
        if found.contact is not None:
            who = found.contact["id"]
            self.dialogs.met(who, found.dialog)
            self._veils.met(who, found.aliases)
            owned = ((found.posts, self._nothing.posts), (found.followed, self._nothing.followed))
            for there, without in (*owned, (found.filed or found.aliases is not None, self._nothing.filed)):
                if not there:
                    without.add(who)
        return found.served

    async def card(self, contact_id: int, ticket_id: int) -> str | None:
        return await messages.live_card(self._db, await self._veils.worn(ticket_id, contact_id), ticket_id)

    async def letter_card(self, contact_id: int, letter_id: int) -> str | None:
        return await messages.live_letter(self._db, await self._veils.faces(contact_id), letter_id)

    async def about(self, contact_id: int, message_id: str) -> About | None:
        return await messages.about(self._db, await self._veils.faces(contact_id), message_id)

    async def remember(self, contact_id: int, message_id: str, ticket_id: int, letter_id: int | None = None) -> None:
        owner = await self._veils.worn(ticket_id, contact_id)
        await messages.remember(self._db, owner, message_id, About(ticket_id, SAID, card=False, letter_id=letter_id), 0)

    async def inbox_done(self, ids: Sequence[int]) -> None:
        """In this transaction: an update's effects and its mark stand or fall together. Its words have done their
        work, and whose they were."""
        rows_ = padded(ids)
        await _done(len(rows_)).later(self._db, {**_DONE, **numbered("row", rows_)})
