"""What people wrote, twice: masked where everything reads it, and sealed as it was where the two differ. Nothing else writes their words.

    a ticket's text, place_detail, result and extension_ask · a note's text · an event's reason, route and plan
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from storage.connection import Connection
from storage.engine import Database
from storage.privacy_tables import sealed
from workflow import evidence
from workflow.model import Event, Note, Ticket

_OF_EVENT = ("route", "plan")
Changed = dict[str, str]
"""Field → the words as they were."""


class Originals:
    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._vault = database.vault
        self._db = connection

    def ticket(self, ticket: Ticket) -> tuple[Ticket, Changed]:
        """As it is stored, and what that hides. Offsets of the reading are those of the stored text."""
        mask = self._vault.masked
        shown: dict[str, Any] = {name: mask(getattr(ticket, name)) for name in ("text", "place_detail", "result")}
        hidden = {name: getattr(ticket, name) for name, text in shown.items() if text != getattr(ticket, name)}
        if "text" in hidden:
            shown["understanding"] = evidence.moved(ticket.understanding, ticket.text, shown["text"])
        reason = str(ticket.extension_ask.get("reason", ""))
        if mask(reason) != reason:
            hidden["extension"] = reason
            shown["extension_ask"] = {**ticket.extension_ask, "reason": mask(reason)}
        return (replace(ticket, **shown), hidden) if hidden else (ticket, hidden)

    def note(self, note: Note) -> tuple[Note, Changed]:
        shown = self._vault.masked(note.text)
        return (note, {}) if shown == note.text else (replace(note, text=shown), {"text": note.text})

    def event(self, event: Event) -> tuple[Event, Changed]:
        words = {"reason": event.reason} | {name: str(event.data[name]) for name in _OF_EVENT if event.data.get(name)}
        shown = {name: self._vault.masked(text) for name, text in words.items()}
        hidden = {name: text for name, text in words.items() if shown[name] != text}
        if not hidden:
            return event, hidden
        data = event.data | {name: shown[name] for name in _OF_EVENT if name in hidden}
        return replace(event, reason=shown["reason"], data=data), hidden

    async def keep(self, kind: str, ref: int, ticket_id: int, hidden: Changed) -> None:
        """A second time the newer words stay."""
        for name, words in hidden.items():
            values = {"ticket_id": ticket_id, "words": self._vault.seal(words, *place(kind, ref, name))}
            fresh = self._database.insert(sealed).values(kind=kind, ref=ref, field=name, **values)
            keys = [sealed.c.kind, sealed.c.ref, sealed.c.field]
            await self._db.execute(fresh.on_conflict_do_update(index_elements=keys, set_=values))

    async def of_ticket(self, ticket_id: int) -> Mapping[tuple[str, int, str], str]:
        """(kind, row, field) → the words as they were; only of what was hidden. Raises Unsealable."""
        found = await self._db.execute(select(sealed).where(sealed.c.ticket_id == ticket_id).order_by(sealed.c.kind, sealed.c.ref))
        rows = found.mappings().all()
        return {
            (row["kind"], row["ref"], row["field"]): self._vault.open(row["words"], *place(row["kind"], row["ref"], row["field"]))
            for row in rows
        }  # fmt: skip

    async def forget(self, ticket_id: int) -> None:
        await self._db.execute(sealed.delete().where(sealed.c.ticket_id == ticket_id))


def place(kind: str, ref: int, name: str) -> tuple[str, ...]:
    return ("sealed", kind, str(ref), name)


