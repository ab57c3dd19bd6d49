"""Words that may belong to a ticket or be a new matter: when unsure, it is asked, and what was said is held meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.buttons import whole_number
from bot.cards.resident import can_object
from bot.doors import Incoming
from bot.outgoing import answer, button, rows
from bot.resident import additions, emergency, joining
from bot.resident.interview import Interview
from bot.resident.reading import Reading
from workflow import dialogs, intake
from workflow.desk import Session
from workflow.model import Actor, Contact, Dialog, Intent, Ticket
from workflow.states import RESTING

STEP = dialogs.UNSURE
_LATELY = timedelta(days=30)
"""How long after its end a short "not solved" is taken to be about a ticket (ours)."""
_SHORT = 12  # code points: a text with a clear subject that is longer, or says where, is a matter of its own
_SHOWN = 5


class Doubts:
    def __init__(self, reading: Reading, interview: Interview) -> None:
        self._reading = reading
        self._interview = interview

    async def raised(self, session: Session, contact: Contact, incoming: Incoming) -> bool:
        """Whether the message is unclear, and was asked about. Danger and thanks are never asked about."""
        found = await session.uow.tickets.of_reporter(contact.id, open_only=False)
        running = [ticket for ticket in found if ticket.state not in RESTING]
        running += await _joined(session, contact)
        ended = [ticket for ticket in found if _ended_lately(session, ticket)]
        if not running and not ended:
            return False
        read = await self._reading.understand(incoming.text)
        open_emergency = await emergency.still_open(session, contact)
        clear = bool(read.topics) and not read.thin and (not running or await self._stands_alone(incoming.text))
        if open_emergency is not None and not emergency.takes_all(session, open_emergency):
            clear = bool(read.topics) or read.intent == Intent.CONSULT
        if clear or read.danger or (read.intent == Intent.PRAISE and not incoming.files):
            return False
        if open_emergency is not None:
            await emergency.goes_on(session, contact, open_emergency, incoming, self._reading)
        else:
            await self.ask(session, contact, incoming, (*running, *ended))
        return True

    async def _stands_alone(self, text: str) -> bool:
        return len(text) > _SHORT or (await self._reading.locate(text)).decision not in {"none", "outside"}

    async def ask(self, session: Session, contact: Contact, incoming: Incoming, tickets: Sequence[Ticket]) -> None:
        open_now = await session.uow.dialogs.get(contact.id)
        held = intake.from_json(open_now.data) if open_now is not None and open_now.step == STEP else intake.Draft("held")
        held = intake.told(held, incoming.text, incoming.message_id)
        held = replace(held, files=(*held.files, *incoming.files), point=incoming.location or held.point)
        await dialogs.opened(session, contact.id, STEP, intake.to_json(held))
        await self._which(session, contact, tickets)

    async def which_of(self, session: Session, contact: Contact, incoming: Incoming, letter_id: int) -> bool:
        """Words about a letter: asked which of its tickets they are for. False: none of them takes any."""
        tickets = [ticket for ticket in await session.uow.tickets.of_letter(letter_id) if ticket.reporter == contact.id]
        open_to_words = [ticket for ticket in tickets if ticket.state not in RESTING or can_object(ticket)]
        if open_to_words:
            await self.ask(session, contact, incoming, open_to_words)
        return bool(open_to_words)

    async def again(self, session: Session, contact: Contact) -> None:
        """Asks once more about words that were put aside."""
        found = await session.uow.tickets.of_reporter(contact.id, open_only=False)
        mine = [ticket for ticket in found if ticket.state not in RESTING or _ended_lately(session, ticket)]
        await self._which(session, contact, [*mine, *await _joined(session, contact)])

    async def _which(self, session: Session, contact: Contact, tickets: Sequence[Ticket]) -> None:
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
        await dialogs.closed(session, contact.id)
        if choice == "nothing":
            await session.say(answer(contact.id, "resident.nothing_done", edits=incoming.message_id))
        elif not await _belongs(session, contact, actor, said, ticket_id, self._reading):
            await self._interview.begin(session, contact, said)
        return ""


async def _belongs(
    session: Session, contact: Contact, actor: Actor, said: Incoming, ticket_id: int | None, reading: Reading
) -> bool:
    """Whether the words went to a ticket: the person's own, or one they joined."""
    if ticket_id is None:
        return False
    ticket = await additions.own(session, contact, ticket_id)
    if ticket is not None:
        return await additions.said_about(session, contact, actor, ticket, said, reading)
    return await joining.said_about(session, contact, actor, said, ticket_id)


async def _joined(session: Session, contact: Contact) -> list[Ticket]:
    return [ticket for ticket in await joining.all_followed(session, contact) if ticket.state not in RESTING]


def _ended_lately(session: Session, ticket: Ticket) -> bool:
    return can_object(ticket) and (ticket.closed_at or ticket.created_at) > session.now - _LATELY


def _key(ticket: Ticket) -> str:
    return "resident.object_to" if ticket.state in RESTING else "resident.add_to"
