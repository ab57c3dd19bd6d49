"""Showing somebody what is stored masked: with a reason, once, and never without a trace that the author of the words can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from workflow import policy
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Event, Note, Priority, Speech, Ticket
from workflow.ports import UnitOfWork
from workflow.privacy import LONGEST_REASON, UNMASKED, Originals, Revealed, Unmasking


class Desk(Protocol):
    """The desk's session, as far as it is needed here."""

    @property
    def uow(self) -> UnitOfWork: ...
    @property
    def now(self) -> datetime: ...
    async def say(self, speech: Speech) -> None: ...


async def unmask(desk: Desk, actor: Actor, ticket_id: int, reason: str) -> Revealed:
    """In the desk's transaction. Raises Refused: NOT_FOUND for whoever has no part in the ticket, NOT_YOURS, REASON_DUE."""
    ticket = await desk.uow.tickets.get(ticket_id)
    if ticket is None or not policy.may_see(actor, ticket):
        raise Refused(Refusal.NOT_FOUND)
    role = policy.unmasking_role(actor, ticket)
    if role is None:
        raise Refused(Refusal.NOT_YOURS, number=ticket.number)
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise Refused(Refusal.REASON_DUE)
    originals = await desk.uow.privacy.originals(ticket.id)
    name = await _name(desk, ticket)
    fields = tuple(dict.fromkeys([*(["name"] if name else []), *(f"{kind}.{field}" for kind, _, field in originals)]))
    await desk.uow.privacy.log(Unmasking(desk.now, ticket.id, actor.contact_id, role, fields, why))
    await desk.uow.tickets.append(Event(ticket.id, desk.now, UNMASKED, actor.contact_id, role, ticket.state, ticket.state, why))
    if ticket.reporter is not None:
        await desk.say(Speech(ticket.reporter, ticket_id=ticket.id, card="resident", priority=Priority.NOTICE))
    whole = as_written(ticket, originals)
    notes = tuple(note.text for note in notes_as_written(await desk.uow.tickets.notes(ticket.id), originals) if note.text)
    return Revealed(ticket, name, whole.text, whole.place_detail, whole.result, notes)


async def _name(desk: Desk, ticket: Ticket) -> str:
    """Who asked not to be named is named to nobody."""
    if ticket.anonymous or ticket.reporter is None:
        return ""
    contact = await desk.uow.contacts.get(ticket.reporter)
    return contact.name if contact is not None else ""


def as_written(ticket: Ticket, originals: Originals) -> Ticket:
    """For the eyes of whoever may see the words as they were."""
    def words(name: str, stored: str) -> str:
        return originals.get(("ticket", ticket.id, name), stored)

    return replace(
        ticket, text=words("text", ticket.text), place_detail=words("place_detail", ticket.place_detail),
        result=words("result", ticket.result),
    )  # fmt: skip


def notes_as_written(notes: Sequence[Note], originals: Originals) -> tuple[Note, ...]:
    return tuple(replace(note, text=originals.get(("note", note.id, "text"), note.text)) for note in notes)
