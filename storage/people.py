"""Contacts with their standing, posts, invites, sign-in codes, dialogs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, insert, select, update

from storage import rows, standings
from storage.connection import Connection
from storage.engine import Database, replacing
from storage.met import Nothing
from storage.prepared import Prepared
from storage.standing_tables import standings as standing_rows
from storage.tables import contacts, dialogs, invites, posts, sign_in_codes
from workflow.console import CONSOLE_DOOR, SignInCode
from workflow.errors import Conflict
from workflow.model import Contact, Dialog, Invite, Post, Role
from workflow.standing import Muting, Pace

_WITHOUT_A_CHAT = select(contacts.c.id).where(contacts.c.door == CONSOLE_DOOR)
_CONTACTS = select(contacts, *standings.COLUMNS).select_from(
    contacts.outerjoin(standing_rows, standing_rows.c.contact_id == contacts.c.id)
)
_BY_ID = Prepared(_CONTACTS.where(contacts.c.id == bindparam("wanted")))
_BY_ADDRESS = Prepared(_CONTACTS.where(contacts.c.door == bindparam("of_door"), contacts.c.address == bindparam("at")))
_ADD = Prepared(lambda insert: insert(contacts).on_conflict_do_nothing().returning(contacts.c.id))
_POSTS = select(posts).order_by(posts.c.id)
_POSTS_OF = Prepared(_POSTS.where(posts.c.contact_id == bindparam("wanted")))
_POSTS_AT = Prepared(_POSTS.where(
    posts.c.unit == bindparam("of_unit"), bindparam("inside", type_=String).like(posts.c.place.concat("%")),
    posts.c.contact_id.not_in(_WITHOUT_A_CHAT),
))  # fmt: skip
_LINKS = 10
"""Sign-in links of one contact that are good at a time: the newest."""
_DIALOG = Prepared(select(dialogs).where(dialogs.c.contact_id == bindparam("wanted")))
_KEEP_DIALOG = Prepared(lambda insert: replacing(insert(dialogs)), same=("contact_id",))


class SqlContacts:
    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._vault = database.vault
        self._db = connection
        self._read: dict[int, Contact] = {}
        self._met: dict[tuple[str, str], rows.Row | None] = {}

    def met(self, door: str, address: str, row: rows.Row | None) -> None:
        """The next who looks there need not ask."""
        self._met[door, address] = row

    async def get(self, contact_id: int) -> Contact | None:
        return self._found(await _BY_ID.row(self._db, {"wanted": contact_id}))

    async def by_address(self, door: str, address: str) -> Contact | None:
        if (door, address) in self._met:
            return self._found(self._met.pop((door, address)))
        return self._found(await _BY_ADDRESS.row(self._db, {"of_door": door, "at": address}))

    def _found(self, row: rows.Row | None) -> Contact | None:
        if row is None:
            return None
        values = dict(row)
        standing = standings.standing_in(row["id"], values.pop("muting"), values.pop("pace"), self._vault)
        found = replace(rows.contact_in(values, self._vault), standing=standing)
        self._read[found.id] = found
        return found

    async def mute(self, contact_id: int, muting: Muting | None) -> None:
        self._met.clear()
        await standings.mute(self._database, self._db, contact_id, muting)

    async def pace(self, contact_id: int, pace: Pace, until: datetime) -> None:
        self._met.clear()
        await standings.pace(self._database, self._db, contact_id, pace, until)

    async def add(self, contact: Contact) -> Contact:
        self._met.clear()
        made = await _ADD.value(self._db, rows.contact_out(contact, self._vault))
        if made is None:
            raise Conflict("this address is known already")
        return replace(contact, id=made)

    async def save(self, contact: Contact) -> None:
        """Writes what differs from what was read here: a door that found somebody gone takes nobody's consent back."""
        was, now = self._read.get(contact.id), rows.contact_out(contact, self._vault)
        changed = {name: value for name, value in now.items() if was is None or getattr(was, name) != getattr(contact, name)}
        self._met.clear()
        if changed:
            await self._db.execute(update(contacts).where(contacts.c.id == contact.id).values(changed))
            self._read[contact.id] = contact


class SqlPosts:
    def __init__(self, connection: Connection, nothing: Nothing) -> None:
        self._db = connection
        self._nothing = nothing

    async def of_contact(self, contact_id: int) -> tuple[Post, ...]:
        if contact_id in self._nothing.posts:
            return ()
        return await self._found(_POSTS_OF, wanted=contact_id)

    async def of_unit(self, unit: str) -> tuple[Post, ...]:
        return await self._reachable(posts.c.unit == unit)

    async def at(self, unit: str, place: str) -> tuple[Post, ...]:
        return await self._found(_POSTS_AT, of_unit=unit, inside=place)

    async def of_role(self, role: Role) -> tuple[Post, ...]:
        return await self._reachable(posts.c.role == role.value)

    async def _reachable(self, where: Any) -> tuple[Post, ...]:
        found = await self._db.execute(_POSTS.where(where, posts.c.contact_id.not_in(_WITHOUT_A_CHAT)))
        return tuple(rows.post_in(row) for row in found.mappings())

    async def _found(self, query: Prepared, **wanted: object) -> tuple[Post, ...]:
        return tuple([rows.post_in(row) for row in await query.rows(self._db, wanted)])

    async def add(self, post: Post) -> Post:
        values = {"contact_id": post.contact_id, "role": post.role.value, "unit": post.unit, "place": post.place}
        self._nothing.posts.clear()
        made = await self._db.execute(insert(posts).values(values).returning(posts.c.id))
        return replace(post, id=made.scalar_one())

    async def remove(self, post_id: int) -> None:
        await self._db.execute(posts.delete().where(posts.c.id == post_id))


class SqlInvites:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, invite: Invite) -> None:
        values = {
            "code_hash": invite.code_hash, "role": invite.role.value, "unit": invite.unit, "place": invite.place,
            "expires_at": invite.expires_at, "used_by": invite.used_by,
        }  # fmt: skip
        await self._db.execute(insert(invites).values(values))

    async def get(self, code_hash: str) -> Invite | None:
        row = (await self._db.execute(select(invites).where(invites.c.code_hash == code_hash))).mappings().one_or_none()
        return Invite(**{**row, "role": Role(row["role"])}) if row else None

    async def use(self, code_hash: str, contact_id: int) -> bool:
        free = (invites.c.code_hash == code_hash) & invites.c.used_by.is_(None)
        return (await self._db.execute(update(invites).where(free).values(used_by=contact_id))).rowcount == 1


class SqlSignIns:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, code: SignInCode) -> None:
        values = {"code_hash": code.code_hash, "contact_id": code.contact_id, "expires_at": code.expires_at}
        await self._db.execute(insert(sign_in_codes).values(values))
        mine = sign_in_codes.c.contact_id == code.contact_id
        newest = select(sign_in_codes.c.code_hash).where(mine).order_by(sign_in_codes.c.expires_at.desc()).limit(_LINKS)
        await self._db.execute(sign_in_codes.delete().where(mine, sign_in_codes.c.code_hash.not_in(newest)))


class SqlDialogs:
    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._db = connection
        self._read: dict[int, Dialog | None] = {}
        self._met: dict[int, rows.Row | None] = {}

    def met(self, contact_id: int, row: rows.Row | None) -> None:
        """The next who looks need not ask."""
        self._met[contact_id] = row

    async def get(self, contact_id: int) -> Dialog | None:
        """Asked once, until it is written: a dialog is changed by what its own chat says alone, and that comes in order."""
        if contact_id not in self._read:
            self._read[contact_id] = await self._stored(contact_id)
        return self._read[contact_id]

    async def _stored(self, contact_id: int) -> Dialog | None:
        known = contact_id in self._met
        row = self._met.pop(contact_id) if known else await _DIALOG.row(self._db, {"wanted": contact_id})
        if row is None:
            return None
        opened = self._database.vault.open_json
        aside = opened(row["aside"], *_kept(contact_id, "aside"))
        data = opened(row["data"], *_kept(contact_id, "data"))
        return Dialog(**{**row, "data": data, "aside": tuple((step, data) for step, data in aside)})

    async def save(self, dialog: Dialog) -> None:
        aside = [list(entry) for entry in dialog.aside]
        sealed = {
            name: self._database.vault.seal_json(value, *_kept(dialog.contact_id, name)) if value else value
            for name, value in (("data", dialog.data), ("aside", aside))
        }
        # An anonymous ticket is made in the same microsecond: of a dialog that nobody else waits for the time is not kept.
        at = dialog.updated_at if dialog.data.get("by") is not None else None
        values = {"contact_id": dialog.contact_id, "step": dialog.step, "updated_at": at, **sealed}
        await _KEEP_DIALOG.later(self._db, values)
        self._written(dialog.contact_id)

    async def remove(self, contact_id: int) -> None:
        await self._db.execute(dialogs.delete().where(dialogs.c.contact_id == contact_id))
        self._written(contact_id)

    def _written(self, contact_id: int) -> None:
        self._read.pop(contact_id, None)
        self._met.pop(contact_id, None)


def _kept(contact_id: int, column: str) -> tuple[str, ...]:
    return ("dialogs", column, str(contact_id))
