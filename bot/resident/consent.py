"""The notice before the first question. Danger does not wait for it, and what was said meanwhile is kept, not lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.doors import Incoming
from bot.outgoing import answer, button
from bot.resident import emergency
from bot.resident.interview import Interview
from bot.resident.payload import scanned
from bot.resident.reading import Reading, off_loop
from workflow import intake
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import Contact, Dialog, Procedure

STEP = "consent"


class Consent:
    def __init__(self, reading: Reading, interview: Interview) -> None:
        self._reading = reading
        self._interview = interview

    async def hear(self, session: Session, contact: Contact, incoming: Incoming, dialog: Dialog | None) -> str:
        """Anything from a person who has not agreed yet. The answer is the key of a toast, or ""."""
        waiting = dialog is not None and dialog.step == STEP
        held = intake.from_json(dialog.data) if dialog is not None and waiting else Draft(Interview.new_id())
        match incoming.button:
            case "c:yes":
                await self._agreed(session, contact, incoming, held)
            case "c:privacy":
                await session.say(answer(contact.id, "city.privacy_full"))
            case "":
                await self._hold(session, contact, incoming, held, waiting=waiting)
            case _:
                return "intake.button_is_old"
        return ""

    async def _agreed(self, session: Session, contact: Contact, incoming: Incoming, held: Draft) -> None:
        agreed = replace(contact, consented_at=session.now)
        await session.uow.contacts.save(agreed)
        await session.uow.dialogs.save(Dialog(contact.id, "", {}, session.now))
        await session.say(answer(contact.id, "resident.welcome", edits=incoming.message_id))
        if held.said or held.files or held.point or held.place:
            await self._interview.go_on(session, agreed, held)

    async def _hold(self, session: Session, contact: Contact, incoming: Incoming, held: Draft, *, waiting: bool) -> None:
        link = scanned(session.region, incoming.text)
        if link is not None:
            held = self._reading.scanned(held, link.place, link.detail)
        held, alarmed = await self._kept(session, contact, incoming, held)
        await session.uow.dialogs.save(Dialog(contact.id, STEP, intake.to_json(held), session.now))
        if incoming.edited or (alarmed and waiting):
            return  # whoever is in danger and has been shown the notice once is not shown it again now
        ways = ((button("resident.agree", "c:yes"), button("resident.privacy", "c:privacy")),)
        await session.say(answer(contact.id, "resident.notice", ways, city=session.region.name))

    async def _kept(self, session: Session, contact: Contact, incoming: Incoming, held: Draft) -> tuple[Draft, bool]:
        """What still has to be asked about, and whether the words went to the hub at once: danger, and what belongs to it."""
        command = incoming.text.startswith("/")
        # What stands behind a command may be danger, too; else it is not kept.
        words = incoming.text.partition(" ")[2] if command else incoming.text
        own = await self._reading.understand(words)
        if command and not own.danger:
            return held, False
        more = await off_loop(words, partial(self._reading.heard, held, words, incoming.message_id))
        more = replace(more, files=(*held.files, *incoming.files), point=incoming.location or held.point)
        read = await off_loop(more.text, partial(self._reading.again, more, session.region))
        if read.urgent:
            await emergency.declare(session, contact, read, self._reading)
            return Draft(Interview.new_id()), True
        # A report about somebody in office goes past the hub, also past an emergency it knows of.
        ticket = None if own.procedure == Procedure.PETITION_REPORT else await emergency.still_open(session, contact)
        if ticket is not None and (words or incoming.files or incoming.location):
            await emergency.goes_on(session, contact, ticket, incoming, self._reading)
            return held, True
        return more, False
