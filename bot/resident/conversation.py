"""What a resident's message is: a command, a button, an answer, an addition, a correction or a new matter."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.resident import can_object
from bot.doors import Incoming
from bot.outgoing import answer, button, rows
from bot.resident import additions, matters
from bot.resident.consent import Consent
from bot.resident.doubts import Doubts
from bot.resident.interview import STEP, Interview
from bot.resident.payload import place_of
from bot.resident.reading import Reading
from workflow import intake
from workflow.desk import Session
from workflow.model import Actor, Contact, Dialog
from workflow.states import RESTING

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class ResidentConversation:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._interview = Interview(reading)
        self._consent = Consent(reading, self._interview)
        self._doubts = Doubts(reading, self._interview)

    async def hear(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        """Answers through the outbox; returns the key of a toast for a pressed button, or ""."""
        if contact.consented_at is None:
            return await self._consent.hear(session, contact, incoming, dialog)
        if incoming.button:
            return await self._press(session, contact, actor, incoming, dialog)
        if incoming.edited:
            await self._corrected(session, contact, actor, incoming, dialog)
            return ""
        if incoming.text.startswith("/"):
            await self._command(session, contact, actor, incoming)
            return ""
        if incoming.unsupported or incoming.too_big:
            await session.say(answer(contact.id, "resident.file_too_big" if incoming.too_big else "resident.unsupported"))
            if not (incoming.text or incoming.files):
                return ""
        await self._message(session, contact, actor, incoming, dialog)
        return ""

    async def _press(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        match incoming.button.split(":")[0]:
            case "i":
                return await self._interview.press(session, contact, actor, incoming, dialog)
            case "r":
                return await matters.press(session, contact, actor, incoming)
            case "l" if incoming.button[2:] in LANGUAGES:
                await session.uow.contacts.save(replace(contact, language=incoming.button[2:]))
                said = answer(contact.id, "resident.language_set", edits=incoming.message_id)
                await session.say(replace(said, menu=True))
                return ""
            case "n":
                return await self._doubts.press(session, contact, actor, incoming, dialog)
            case _:
                return "intake.button_is_old"

    async def _command(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming) -> None:
        word, _, rest = incoming.text.partition(" ")
        match word.partition("@")[0].lower():
            case "/start" if place_of(session.region, incoming.text):
                await self._interview.begin(session, contact, replace(incoming, text=""), place_of(session.region, incoming.text))
            case "/start":
                await session.say(answer(contact.id, "resident.welcome"))
            case "/my":
                await matters.show_mine(session, contact)
            case "/status":
                await self._status(session, contact, rest)
            case "/add" | "/urge" | "/withdraw" as command:
                await matters.choose(session, contact, actor, command[1:], rest)
            case "/cancel":
                await self._interview.close(session, contact)
                await session.say(answer(contact.id, "intake.cancelled"))
            case "/language":
                choices = rows([button(f"language.{code}", f"l:{code}") for code in LANGUAGES], 3)
                await session.say(answer(contact.id, "resident.pick_language", choices))
            case "/privacy":
                await session.say(answer(contact.id, "city.privacy_full"))
            case _:
                await session.say(answer(contact.id, "resident.help"))

    async def _status(self, session: Session, contact: Contact, words: str) -> None:
        ticket = await matters.named(session, contact, words)
        if ticket is not None:
            await matters.show(session, contact, ticket)
        else:
            # The same words for "unknown" and "somebody else's": a number tells a stranger nothing.
            await session.say(answer(contact.id, "refused.not_found"))

    async def _message(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> None:
        step = dialog.step if dialog is not None else ""
        if step != STEP and self._dangerous(incoming):
            await self._interview.begin(session, contact, incoming)
            return
        if incoming.reply_to and await self._replied(session, contact, actor, incoming):
            return
        if dialog is not None and step == STEP:
            await self._interview.more(session, contact, incoming, intake.from_json(dialog.data))
            return
        if dialog is not None and step in {additions.ADDING, additions.OBJECTING}:
            if await additions.awaited(session, contact, actor, incoming, dialog):
                return
        elif (ticket := await matters.asked_for(session, contact, incoming)) is not None:
            await matters.show(session, contact, ticket)
            return
        elif await self._doubts.raised(session, contact, incoming):
            return
        await self._interview.begin(session, contact, incoming)

    def _dangerous(self, incoming: Incoming) -> bool:
        return self._reading.classifier.understand(incoming.text).danger

    async def _replied(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming) -> bool:
        """A reply to a message about a ticket belongs to that ticket, whatever else is going on."""
        about = await session.uow.about(contact.id, incoming.reply_to)
        ticket = await additions.own(session, contact, about.ticket_id) if about is not None else None
        if about is None or ticket is None:
            return False
        if can_object(ticket):
            await self._doubts.ask(session, contact, incoming, (ticket,))
            return True
        relay = about.key == additions.FROM_HANDLER and ticket.state not in RESTING
        return await additions.said_about(session, contact, actor, ticket, incoming, relay=relay)

    async def _corrected(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> None:
        """A message that was changed afterwards: in a draft it takes the old one's place, to a ticket it is an addition."""
        if not incoming.text or incoming.text.startswith("/"):
            return
        if dialog is not None and dialog.step == STEP:
            draft = intake.from_json(dialog.data)
            if any(incoming.message_id == known for known, _ in draft.said):
                await self._interview.more(session, contact, replace(incoming, files=()), draft)
                return
        about = await session.uow.about(contact.id, incoming.message_id)
        ticket = await additions.own(session, contact, about.ticket_id) if about is not None else None
        if ticket is None:
            return
        if self._dangerous(incoming):
            await self._interview.begin(session, contact, incoming)
        elif can_object(ticket):
            await self._doubts.ask(session, contact, incoming, (ticket,))
        elif ticket.state not in RESTING:
            await additions.said_about(session, contact, actor, ticket, replace(incoming, files=()))
