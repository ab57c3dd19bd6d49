"""The notice before the first question. Danger does not wait for it, and what was said meanwhile is kept, not lost."""

from __future__ import annotations

from dataclasses import replace

from bot.doors import Incoming
from bot.outgoing import answer, button
from bot.resident import emergency
from bot.resident.interview import Interview
from bot.resident.payload import place_of
from bot.resident.reading import Reading
from workflow import intake
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import Contact, Dialog

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
        place = place_of(session.region, incoming.text)
        if place:
            held = replace(held, place=place, place_known=True)
        if not incoming.text.startswith("/"):
            held = await self._kept(session, contact, incoming, held)
        await session.uow.dialogs.save(Dialog(contact.id, STEP, intake.to_json(held), session.now))
        if incoming.edited or (waiting and not held.said and not held.files):
            return  # it went to the emergency: whoever has read the notice once is not shown it again now
        ways = ((button("resident.agree", "c:yes"), button("resident.privacy", "c:privacy")),)
        await session.say(answer(contact.id, "resident.notice", ways, city=session.region.name))

    async def _kept(self, session: Session, contact: Contact, incoming: Incoming, held: Draft) -> Draft:
        """What still has to be asked about. Danger, and what belongs to it, has gone to the hub already."""
        more = intake.told(held, incoming.text, incoming.message_id)
        more = replace(more, files=(*held.files, *incoming.files), point=incoming.location or held.point)
        read = self._reading.again(more, session.region)
        if read.urgent:
            await emergency.declare(session, contact, read, self._reading)
            return Draft(Interview.new_id())
        ticket = await emergency.still_open(session, contact)
        if ticket is not None and (incoming.text or incoming.files or incoming.location):
            await emergency.goes_on(session, contact, ticket, incoming, self._reading)
            return held
        return more
