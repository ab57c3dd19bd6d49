"""Who speaks, in one look at the beginning of a transaction: the contact with what keeps it from going on, its open step and its veils; and
whether it holds a post, filed or follows a ticket. Most people do none of these, so nothing need be asked of it again.

What the repositories would ask one by one is handed to each of them; they forget it as soon as they write.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, exists, literal_column, select

from storage import standings
from storage.connection import Connection
from storage.joining_tables import followers
from storage.prepared import Prepared
from storage.privacy_tables import veils
from storage.standing_tables import standings as standing_rows
from storage.tables import contacts, dialogs, posts, requests, tickets


@dataclass(slots=True)
class Nothing:
    """Where a look would find nothing in this transaction, by the contact's or the ticket's id."""

    posts: set[int] = field(default_factory=set)
    filed: set[int] = field(default_factory=set)
    followed: set[int] = field(default_factory=set)
    followers: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Met:
    """`contact`: as `SqlContacts` reads it, None for somebody new; `dialog`: its row, None where there is none; `aliases`: sealed."""

    served: bool
    contact: dict[str, Any] | None
    dialog: dict[str, Any] | None
    aliases: str | None
    posts: bool
    filed: bool
    followed: bool


_CONTACT = {f"contact {column.name}": column for column in (*contacts.c, *standings.COLUMNS)}
_DIALOG = {f"dialog {column.name}": column for column in dialogs.c}


def _question() -> Select[Any]:
    one = select(literal_column("1").label("one")).subquery("one")
    who = and_(contacts.c.door == bindparam("of_door", type_=String), contacts.c.address == bindparam("at", type_=String))
    joined = one.outerjoin(contacts, who)
    for table in (standing_rows, dialogs, veils):
        joined = joined.outerjoin(table, table.c.contact_id == contacts.c.id)
    served = exists().where(requests.c.id == bindparam("request", type_=String))
    owned = {"posts": posts.c.contact_id, "filed": tickets.c.reporter, "followed": followers.c.contact_id}
    return select(
        served.label("served"),
        *(column.label(name) for name, column in (_CONTACT | _DIALOG).items()),
        veils.c.aliases,
        *(exists().where(column == contacts.c.id).label(name) for name, column in owned.items()),
    ).select_from(joined)


_MET = Prepared(_question())


async def met(connection: Connection, request_id: str, door: str, address: str) -> Met:
    found = await _MET.row(connection, {"request": request_id, "of_door": door, "at": address})
    if found is None:
        raise LookupError("a look at one row found none")
    contact = {column.name: found[name] for name, column in _CONTACT.items()} if found["contact id"] is not None else None
    dialog = {column.name: found[name] for name, column in _DIALOG.items()} if found["dialog contact_id"] is not None else None
    owned = {name: bool(found[name]) for name in ("served", "posts", "filed", "followed")}
    return Met(contact=contact, dialog=dialog, aliases=found["aliases"], **owned)
