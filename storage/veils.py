"""Whoever reports without a name has another contact in the database for each such ticket: a veil. Which chat stands behind it is sealed in
the veil, and which veils a chat wears is sealed beside the chat; a copy of the database without the keys ties neither to the other.

What the rest of the house reads and writes is the chat itself: the two are exchanged here, on the way in and out. Without keys there are
no veils.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, insert, select, update

from storage import rows
from storage.connection import Connection
from storage.engine import Database
from storage.prepared import Prepared
from storage.privacy_tables import veils
from storage.tables import contacts, tickets
from workflow.model import Contact

VEIL = "veil"
_STEP = 512
"""Bytes: the list of a chat's veils is as long for one as for many."""

_OF = select(veils.c.aliases).where(veils.c.contact_id == bindparam("wanted"))
_LIST, _HELD = Prepared(_OF), Prepared(_OF.with_for_update())
_ALIAS = Prepared(
    select(tickets.c.reporter).where(tickets.c.id == bindparam("wanted"), tickets.c.anonymous, tickets.c.reporter.is_not(None))
)


class Veils:
    """Of one transaction."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._vault = database.vault
        self._db = connection
        self._worn: dict[int, tuple[int, int] | None] = {}
        self._faces: dict[int, tuple[int, ...]] = {}
        self._met: dict[int, str | None] = {}

    @property
    def on(self) -> bool:
        return self._vault.keys is not None

    def met(self, contact_id: int, aliases: str | None) -> None:
        """The next who looks need not ask. `aliases`: sealed."""
        self._met[contact_id] = aliases

    async def cast(self, contact_id: int) -> int:
        """A new veil for a chat."""
        veil = Contact(0, VEIL, secrets.token_hex(16), name=str(contact_id))
        made = insert(contacts).values(rows.contact_out(veil, self._vault)).returning(contacts.c.id)
        alias = int((await self._db.execute(made)).scalar_one())
        # There must be a row to hold before it is held, or of two at once the second would forget the first.
        await self._db.execute(self._database.insert(veils).values(contact_id=contact_id, aliases="").on_conflict_do_nothing())
        worn = [*await self._list(contact_id, held=True), alias]
        plain = json.dumps(worn)
        sealed = self._vault.seal(plain + " " * (-len(plain) % _STEP), *place(contact_id))
        await self._db.execute(update(veils).where(veils.c.contact_id == contact_id).values(aliases=sealed))
        self._faces[contact_id] = (contact_id, *worn)
        self._met.pop(contact_id, None)
        return alias

    def known(self, ticket_id: int, veil: tuple[int, int] | None) -> None:
        """From now on `worn` need not look: (veil, chat behind it), or None where nobody wears one."""
        self._worn[ticket_id] = veil

    async def worn(self, ticket_id: int | None, contact_id: int) -> int:
        """Under which id something of the ticket is stored for a contact: its veil if it is the one who wears it there."""
        if ticket_id is None or not self.on:
            return contact_id
        if ticket_id not in self._worn:
            await self._look(ticket_id)
        veil = self._worn[ticket_id]
        return veil[0] if veil is not None and veil[1] == contact_id else contact_id

    async def _look(self, ticket_id: int) -> None:
        alias = await _ALIAS.value(self._db, {"wanted": ticket_id})
        behind = await self.behind([alias] if alias is not None else [])
        self.known(ticket_id, next(iter(behind.items()), None))

    async def behind(self, aliases: Iterable[int]) -> Mapping[int, int]:
        """Veil → chat; ids that are no veils are left out. Raises Unsealable."""
        wanted = set(aliases)
        if not wanted or not self.on:
            return {}
        found = await self._db.execute(select(contacts).where(contacts.c.id.in_(wanted), contacts.c.door == VEIL))
        people = [rows.contact_in(row, self._vault) for row in found.mappings()]
        return {veil.id: int(veil.name) for veil in people if veil.name}

    async def faces(self, contact_id: int) -> tuple[int, ...]:
        """The chat's own id and those of all its veils."""
        if contact_id not in self._faces:
            self._faces[contact_id] = (contact_id, *(await self._list(contact_id) if self.on else ()))
        return self._faces[contact_id]

    async def _list(self, contact_id: int, *, held: bool = False) -> list[int]:
        """`held`: until the end of the transaction nobody else adds to it."""
        if contact_id in self._met and not held:
            sealed = self._met[contact_id]
        else:
            sealed = await (_HELD if held else _LIST).value(self._db, {"wanted": contact_id})
        found: list[int] = json.loads(self._vault.open(sealed, *place(contact_id))) if sealed else []
        return found

    async def lift(self, alias: int) -> None:
        """Nobody stands behind it any more."""
        await self._db.execute(update(contacts).where(contacts.c.id == alias, contacts.c.door == VEIL).values(name=""))


def place(contact_id: int) -> tuple[str, ...]:
    return ("veils", "aliases", str(contact_id))
