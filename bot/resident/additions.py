"""Words and files for a ticket that exists: an addition, an answer to its handler, an objection. What was said is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from bot.cards.resident import can_object
from bot.doors import Incoming
from bot.outgoing import answer
from bot.resident import emergency
from bot.resident.reading import Reading
from workflow import dialogs, pins
from workflow.commands import Add, Insist, Move, Object, Relay
from workflow.desk import Session
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Contact, Dialog, FileRef, Json, Ticket
from workflow.states import RESTING, State, Trigger

ADDING, OBJECTING = "resident.add", "resident.object"
FROM_HANDLER = "notices.relayed_to_resident"
"""The message whose answer goes to the handler."""
_QUESTIONS = {ADDING: "resident.ask_addition", OBJECTING: "resident.ask_what_is_left"}


async def own(session: Session, contact: Contact, ticket_id: int) -> Ticket | None:
    ticket = await session.uow.tickets.get(ticket_id)
    return ticket if ticket is not None and ticket.reporter == contact.id else None


async def ask_words(
    session: Session, contact: Contact, step: str, ticket: Ticket, *, files: Sequence[FileRef] = (), reworks: int | None = None
) -> None:
    """The person's next words answer this step. `files`: come already, and go with them; `reworks`: see `Move`."""
    data: Json = {"ticket": ticket.id, "reworks": reworks, "files": [asdict(file) for file in files]}
    await dialogs.opened(session, contact.id, step, data)
    await session.say(answer(contact.id, _QUESTIONS[step], ticket_id=ticket.id, number=ticket.number))


async def awaited(
    session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog, reading: Reading
) -> bool:
    """The words we asked for. False if the ticket went on meanwhile: then they are a message like any other."""
    ticket = await own(session, contact, int(dialog.data["ticket"]))
    await dialogs.closed(session, contact.id)
    if ticket is None:
        return False
    reworks, held = dialog.data.get("reworks"), tuple(FileRef(**file) for file in dialog.data.get("files", ()))
    incoming = replace(incoming, files=(*held, *incoming.files))
    if dialog.step != OBJECTING or ticket.state is not State.EVALUATING:
        return await said_about(session, contact, actor, ticket, incoming, reading)
    if not incoming.text.strip():
        await ask_words(session, contact, OBJECTING, ticket, files=incoming.files, reworks=reworks)
        return True
    await _not_solved(session, contact, actor, ticket, incoming, reworks)
    return True


async def _not_solved(
    session: Session, contact: Contact, actor: Actor, ticket: Ticket, incoming: Incoming, reworks: int | None
) -> None:
    try:
        await session.do(actor, Move(ticket.id, Trigger.REWORK, incoming.text, verdict="unsolved", reworks=reworks))
    except Refused as refused:
        if refused.code is not Refusal.REWORK_LIMIT:
            raise
        # No third round, but what was said must reach the hub all the same.
        await session.do(actor, Insist(ticket.id, incoming.text, incoming.files))
        await session.say(answer(contact.id, "refused.rework_limit", ticket_id=ticket.id))
        return
    await _with_files(session, actor, ticket, incoming)


async def _with_files(session: Session, actor: Actor, ticket: Ticket, incoming: Incoming) -> None:
    if incoming.files:
        await session.do(actor, Add(ticket.id, "", incoming.files))


async def said_about(
    session: Session, contact: Contact, actor: Actor, ticket: Ticket, incoming: Incoming, reading: Reading, *, relay: bool = False
) -> bool:
    """Hands words over as what they are in the ticket's state; `relay`: they answer its handler. False: it takes none any more."""
    if ticket.state in RESTING and not can_object(ticket):
        return False
    if can_object(ticket) and not incoming.text.strip():
        await ask_words(session, contact, OBJECTING, ticket, files=incoming.files)
        return True
    if ticket.state is State.CLOSED:
        await session.do(actor, Move(ticket.id, Trigger.REOPEN, pins.said(incoming.text, incoming.location)))
        await _with_files(session, actor, ticket, incoming)
    elif ticket.state is State.DECLINED:
        await session.do(actor, Object(ticket.id, pins.said(incoming.text, incoming.location), incoming.files))
    else:
        if incoming.location is not None:
            ticket = await emergency.pinned(session, actor, ticket, incoming.location, reading)
        if incoming.text.strip() or incoming.files or incoming.location is None:
            await session.do(actor, (Relay if relay else Add)(ticket.id, incoming.text, incoming.files))
        key = "resident.passed_on" if relay else "resident.added"
        await session.say(answer(contact.id, key, ticket_id=ticket.id, number=ticket.number))
    if incoming.message_id:
        await session.uow.remember(contact.id, incoming.message_id, ticket.id)
    return True
