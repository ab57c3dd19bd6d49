"""What a resident's message is: a command, a button, an answer, an addition or a new matter. When unsure, it is asked."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.doors import Incoming
from bot.outgoing import answer, button, rows
from bot.resident import matters
from bot.resident.interview import STEP, Interview
from bot.resident.reading import Reading
from workflow import intake
from workflow.desk import Session
from workflow.model import Actor, Contact, Dialog
from workflow.region import Level

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
_NUMBER = re.compile(r"[A-Za-z]{1,6}-\d{6}-\d{4,}")


class ResidentConversation:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._interview = Interview(reading)

    async def hear(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        """Answers through the outbox; returns the key of a toast for a pressed button, or ""."""
        if contact.consented_at is None:
            return await self._first_contact(session, contact, incoming, dialog)
        if incoming.button:
            return await self._press(session, contact, actor, incoming, dialog)
        if incoming.text.startswith("/"):
            await self._command(session, contact, incoming)
            return ""
        if incoming.unsupported or incoming.too_big:
            await self._not_kept(session, contact, incoming)
            if not (incoming.text or incoming.files):
                return ""
        await self._message(session, contact, actor, incoming, dialog)
        return ""

    async def _first_contact(self, session: Session, contact: Contact, incoming: Incoming, dialog: Dialog | None) -> str:
        """The notice before the first question. Danger does not wait for it, and what was said is kept, not lost."""
        kept = dialog.data if dialog is not None and dialog.step == "consent" else {}
        held, place, alarmed = str(kept.get("held", "")), str(kept.get("place", "")), bool(kept.get("alarmed"))
        if incoming.button == "c:yes":
            agreed = replace(contact, consented_at=session.now)
            await session.uow.contacts.save(agreed)
            await session.uow.dialogs.save(Dialog(contact.id, "", {}, session.now))
            await session.say(answer(contact.id, "resident.welcome", edits=incoming.message_id))
            if held or place:
                said = replace(incoming, text=held, button="")
                await self._interview.begin(session, agreed, said, place, alarmed=alarmed)
            return ""
        if incoming.button == "c:privacy":
            await session.say(answer(contact.id, "city.privacy_full"))
            return ""
        words = "" if incoming.text.startswith("/") else incoming.text
        place = _payload_place(session, incoming.text) or place
        if not alarmed and words and self._reading.classifier.understand(words).danger:
            await self._interview.alarm(session, contact, words, place)
            alarmed = True
        data = {"held": f"{held}\n{words}".strip(), "place": place, "alarmed": alarmed}
        await session.uow.dialogs.save(Dialog(contact.id, "consent", data, session.now))
        ways = ((button("resident.agree", "c:yes"), button("resident.privacy", "c:privacy")),)
        await session.say(answer(contact.id, "resident.notice", ways, city=session.region.name))
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
                return await self._new_or_added(session, contact, actor, incoming, dialog)
            case _:
                return "intake.button_is_old"

    async def _command(self, session: Session, contact: Contact, incoming: Incoming) -> None:
        word, _, rest = incoming.text.partition(" ")
        match word.partition("@")[0].lower():
            case "/start" if _payload_place(session, incoming.text):
                await self._interview.begin(session, contact, replace(incoming, text=""), _payload_place(session, incoming.text))
            case "/start":
                await session.say(answer(contact.id, "resident.welcome"))
            case "/my":
                await matters.show_mine(session, contact)
            case "/status":
                await self._status(session, contact, rest)
            case "/add" | "/urge" | "/withdraw" as command:
                await matters.choose(session, contact, command[1:])
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
        found = _NUMBER.search(words)
        ticket = await session.uow.tickets.by_number(found[0].upper()) if found else None
        if ticket is not None and ticket.reporter == contact.id:
            await matters.show(session, contact, ticket)
        else:
            # The same words for "unknown" and "somebody else's": a number tells a stranger nothing.
            await session.say(answer(contact.id, "refused.not_found"))

    async def _not_kept(self, session: Session, contact: Contact, incoming: Incoming) -> None:
        await session.say(answer(contact.id, "resident.file_too_big" if incoming.too_big else "resident.unsupported"))

    async def _message(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> None:
        if incoming.reply_to and not (dialog is not None and dialog.step == STEP):
            ticket_id = await session.uow.ticket_of_message(contact.id, incoming.reply_to)
            ticket = await matters.own(session, contact, ticket_id) if ticket_id is not None else None
            if ticket is not None:
                await matters.add(session, contact, actor, ticket, incoming, relay=ticket.signed_by is not None)
                return
        if dialog is not None and dialog.step == STEP:
            await self._interview.more(session, contact, incoming, intake.from_json(dialog.data))
            return
        if dialog is not None and dialog.step in {matters.ADDING, matters.OBJECTING}:
            if await matters.awaited(session, contact, actor, incoming, dialog):
                return
        elif await self._unsure(session, contact, incoming):
            return
        await self._interview.begin(session, contact, incoming)

    async def _unsure(self, session: Session, contact: Contact, incoming: Incoming) -> bool:
        """Something short, while a ticket is open: an addition to it, or a new matter? Danger is never asked about."""
        tickets = await session.uow.tickets.of_reporter(contact.id, open_only=True)
        read = self._reading.classifier.understand(incoming.text)
        if not tickets or read.danger or (read.topics and not read.thin and len(incoming.text) > 12):
            return False
        draft = intake.to_json(intake.Draft("held", text=incoming.text, files=incoming.files, point=incoming.location))
        await session.uow.dialogs.save(Dialog(contact.id, "unsure", draft, session.now))
        added = [button("resident.add_to", f"n:{ticket.id}", number=ticket.number) for ticket in tickets[:4]]
        await session.say(answer(contact.id, "resident.new_or_added", rows([*added, button("resident.new_matter", "n:new")], 1)))
        return True

    async def _new_or_added(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        if dialog is None or dialog.step != "unsure":
            return "intake.button_is_old"
        held = intake.from_json(dialog.data)
        said = replace(incoming, text=held.text, files=held.files, location=held.point, button="")
        choice = incoming.button[2:]
        await session.uow.dialogs.save(Dialog(contact.id, "", {}, session.now))
        ticket = await matters.own(session, contact, int(choice)) if choice.isdigit() else None
        if ticket is not None:
            await matters.add(session, contact, actor, ticket, said)
        else:
            await self._interview.begin(session, contact, said)
        return ""


def _payload_place(session: Session, text: str) -> str:
    """The grid of a QR code's deep link: /start g440703101201001."""
    payload = text.removeprefix("/start").strip().removeprefix("g")
    place = session.region.places.get(payload) if text.startswith("/start") else None
    return place.code if place is not None and place.level in {Level.GRID, Level.VILLAGE} else ""
