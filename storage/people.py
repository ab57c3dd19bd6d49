"""Contacts, posts, invites, sign-in codes, dialogs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import rows
from storage.engine import Database
from storage.tables import contacts, dialogs, invites, posts, sign_in_codes
from workflow.console import CONSOLE_DOOR, SignInCode
from workflow.errors import Conflict
from workflow.model import Contact, Dialog, Invite, Post, Role

_WITHOUT_A_CHAT = select(contacts.c.id).where(contacts.c.door == CONSOLE_DOOR)


class SqlContacts:
    def __init__(self, database: Database, connection: AsyncConnection) -> None:
        self._vault = database.vault
        self._db = connection

    async def get(self, contact_id: int) -> Contact | None:
        return await self._one(contacts.c.id == contact_id)

    async def by_address(self, door: str, address: str) -> Contact | None:
        return await self._one((contacts.c.door == door) & (contacts.c.address == address))

    async def _one(self, where: Any) -> Contact | None:
        row = (await self._db.execute(select(contacts).where(where))).mappings().one_or_none()
        return rows.contact_in(row, self._vault) if row else None

    async def add(self, contact: Contact) -> Contact:
        try:
            async with self._db.begin_nested():
                made = await self._db.execute(insert(contacts).values(rows.contact_out(contact, self._vault)).returning(contacts.c.id))
                return replace(contact, id=made.scalar_one())
        except IntegrityError as error:
            raise Conflict("this address is known already") from error

    async def save(self, contact: Contact) -> None:
        await self._db.execute(update(contacts).where(contacts.c.id == contact.id).values(rows.contact_out(contact, self._vault)))


class SqlPosts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def of_contact(self, contact_id: int) -> tuple[Post, ...]:
        return await self._where(posts.c.contact_id == contact_id)

    async def of_unit(self, unit: str) -> tuple[Post, ...]:
        return await self._reachable(posts.c.unit == unit)

    async def at(self, unit: str, place: str) -> tuple[Post, ...]:
        return await self._reachable((posts.c.unit == unit) & literal(place).like(posts.c.place.concat("%")))

    async def of_role(self, role: Role) -> tuple[Post, ...]:
        return await self._reachable(posts.c.role == role.value)

    async def _reachable(self, where: Any) -> tuple[Post, ...]:
        return await self._where(where & posts.c.contact_id.not_in(_WITHOUT_A_CHAT))

    async def _where(self, where: Any) -> tuple[Post, ...]:
        found = await self._db.execute(select(posts).where(where).order_by(posts.c.id))
        return tuple(rows.post_in(row) for row in found.mappings())

    async def add(self, post: Post) -> Post:
        values = {"contact_id": post.contact_id, "role": post.role.value, "unit": post.unit, "place": post.place}
        made = await self._db.execute(insert(posts).values(values).returning(posts.c.id))
        return replace(post, id=made.scalar_one())

    async def remove(self, post_id: int) -> None:
        await self._db.execute(posts.delete().where(posts.c.id == post_id))


class SqlInvites:
    def __init__(self, connection: AsyncConnection) -> None:
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
    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def add(self, code: SignInCode) -> None:
        values = {"code_hash": code.code_hash, "contact_id": code.contact_id, "expires_at": code.expires_at}
        await self._db.execute(insert(sign_in_codes).values(values))


class SqlDialogs:
    def __init__(self, database: Database, connection: AsyncConnection) -> None:
        self._database = database
        self._db = connection

    async def get(self, contact_id: int) -> Dialog | None:
        row = (await self._db.execute(select(dialogs).where(dialogs.c.contact_id == contact_id))).mappings().one_or_none()
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
        values = {"step": dialog.step, "updated_at": dialog.updated_at, **sealed}
        fresh = self._database.insert(dialogs).values(contact_id=dialog.contact_id, **values)
        await self._db.execute(fresh.on_conflict_do_update(index_elements=[dialogs.c.contact_id], set_=values))


def _kept(contact_id: int, column: str) -> tuple[str, ...]:
    return ("dialogs", column, str(contact_id))
