"""Words that may belong to a ticket or be a new matter: when unsure, it is asked, and what was said is held meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.buttons import whole_number
from bot.cards.resident import can_object
from bot.doors import Incoming
from bot.outgoing import answer, button, rows
from bot.resident import additions, emergency
from bot.resident.interview import Interview
from bot.resident.reading import Reading
from workflow import intake
from workflow.desk import Session
from workflow.model import Actor, Contact, Dialog, Intent, Ticket
from workflow.states import RESTING

STEP = "unsure"
_LATELY = timedelta(days=30)
"""How long after its end a short "not solved" is taken to be about a ticket (ours)."""
_SHORT = 12  # code points: a text with a clear subject that is longer, or says where, is a matter of its own
_SHOWN = 4


class Doubts:
    def __init__(self, reading: Reading, interview: Interview) -> None:
        self._reading = reading
        self._interview = interview

    async def raised(self, session: Session, contact: Contact, incoming: Incoming) -> bool:
        """Whether the message is unclear, and was asked about. Danger and thanks are never asked about."""
        found = await session.uow.tickets.of_reporter(contact.id, open_only=False)
        running = [ticket for ticket in found if ticket.state not in RESTING]
        ended = [ticket for ticket in found if _ended_lately(session, ticket)]
        if not running and not ended:
            return False
        read = self._reading.classifier.understand(incoming.text)
        clear = bool(read.topics) and not read.thin and (not running or self._stands_alone(incoming.text))
        if clear or read.danger or (read.intent == Intent.PRAISE and not incoming.files):
            return False
        ticket = await emergency.still_open(session, contact)
        if ticket is not None:
            await emergency.goes_on(session, contact, ticket, incoming, self._reading)
        else:
            await self.ask(session, contact, incoming, (*running, *ended))
        return True

    def _stands_alone(self, text: str) -> bool:
        return len(text) > _SHORT or self._reading.places.locate(text).decision not in {"none", "outside"}

    async def ask(self, session: Session, contact: Contact, incoming: Incoming, tickets: Sequence[Ticket]) -> None:
        held = intake.told(intake.Draft("held", files=incoming.files, point=incoming.location), incoming.text, incoming.message_id)
        await session.uow.dialogs.save(Dialog(contact.id, STEP, intake.to_json(held), session.now))
        choices = [button(_key(ticket), f"n:{ticket.id}", number=ticket.number) for ticket in tickets[:_SHOWN]]
        new = button("resident.new_matter", "n:new")
        nothing = [button("resident.nothing", "n:nothing")] if all(ticket.state in RESTING for ticket in tickets) else []
        await session.say(answer(contact.id, "resident.new_or_added", rows([*choices, new, *nothing], 1)))

    async def press(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        """An `n:` button. The answer is the key of a toast, or ""."""
        if dialog is None or dialog.step != STEP:
            return "intake.button_is_old"
        held = intake.from_json(dialog.data)
        message_id = held.said[0][0] if held.said else ""
        said = replace(incoming, text=held.text, files=held.files, location=held.point, button="", message_id=message_id)
        choice = incoming.button[2:]
        ticket_id = whole_number(choice)
        await session.uow.dialogs.save(Dialog(contact.id, "", {}, session.now))
        ticket = await additions.own(session, contact, ticket_id) if ticket_id is not None else None
        if choice == "nothing":
            await session.say(answer(contact.id, "resident.nothing_done", edits=incoming.message_id))
        elif ticket is None or not await additions.said_about(session, contact, actor, ticket, said):
            await self._interview.begin(session, contact, said)
        return ""


def _ended_lately(session: Session, ticket: Ticket) -> bool:
    return can_object(ticket) and (ticket.closed_at or ticket.created_at) > session.now - _LATELY


def _key(ticket: Ticket) -> str:
    return "resident.object_to" if ticket.state in RESTING else "resident.add_to"
