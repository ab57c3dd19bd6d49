"""Runs the intake: messages and `i:` buttons change the draft, which is kept in the dialog."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial

from bot.doors import Incoming
from bot.outgoing import answer, button
from bot.resident import asking, emergency, filing, joining, manners, praising, several, splitting
from bot.resident.payload import Scanned
from bot.resident.reading import Reading, off_loop
from workflow import dialogs, intake
from workflow.copies import amended
from workflow.desk import Session
from workflow.intake import Ask, Draft
from workflow.model import Actor, Contact, Dialog, Procedure
from workflow.region import Region
from workflow.registration import MAX_TEXT

STEP = dialogs.INTAKE


class Interview:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @staticmethod
    def new_id() -> str:
        return secrets.token_hex(4)

    async def begin(self, session: Session, contact: Contact, incoming: Incoming, link: Scanned | None = None) -> None:
        """A new matter. `link`: where it is, from a QR code that was scanned."""
        known = link or Scanned("")
        draft = Draft(self.new_id(), place=known.place, place_detail=known.detail, place_known=bool(known.place))
        await self.more(session, contact, incoming, draft)

    async def scanned(self, session: Session, contact: Contact, link: Scanned, draft: Draft) -> None:
        """A QR code in the middle of a matter says where it is."""
        await self.go_on(session, contact, self._reading.scanned(draft, link.place, link.detail))

    async def more(self, session: Session, contact: Contact, incoming: Incoming, draft: Draft) -> None:
        """Words, files or a point for a draft; words of a message that was changed take the old ones' place."""
        if praising.for_thanks(draft) and draft.said:
            draft = await praising.next_draft(session, draft, incoming, self.new_id())
        if len(draft.text) + len(incoming.text) > MAX_TEXT:
            await session.say(answer(contact.id, "intake.too_long"))
            return
        draft = await off_loop(incoming.text, partial(self._reading.heard, draft, incoming.text, incoming.message_id))
        draft = amended(draft, files=(*draft.files, *incoming.files))
        if incoming.location is not None:
            draft = amended(draft, point=incoming.location, point_weighed=False)
        await self.go_on(session, contact, draft, asks_point=incoming.location is not None)

    async def go_on(self, session: Session, contact: Contact, draft: Draft, *, asks_point: bool = True) -> None:
        """Reads all of it again, then asks the one next thing."""
        draft = await off_loop(draft.text, partial(self._read, draft, session.region))
        if draft.urgent:
            await emergency.declare(session, contact, draft, self._reading)
            await dialogs.cleared(session, contact.id)
            return
        if asks_point and draft.point is not None and not (draft.place_known or draft.claims):
            await self._confirm_point(session, contact, draft)
            return
        if asks_point and draft.point is not None and draft.place and not self._reading.near(draft.point):
            await session.say(answer(contact.id, "pins.outside"))
        if not (draft.place_known or draft.claims or draft.apart) and await self._outside(session, contact, draft):
            return
        if not draft.apart and await self._answered(session, contact, draft):
            return
        await self.ask(session, contact, draft)

    def _read(self, draft: Draft, region: Region) -> Draft:
        return splitting.parted(self._reading, self._reading.again(draft, region), region)

    async def _confirm_point(self, session: Session, contact: Contact, draft: Draft) -> None:
        point = draft.point
        guesses = self._reading.places.near(point.lat, point.lon) if point is not None else ()
        await self._keep(session, contact, draft)
        if guesses:
            await session.say(asking.near(contact.id, draft, guesses))
        else:
            await session.say(answer(contact.id, "intake.point_outside", asking.place_ways(draft)))

    async def ask(self, session: Session, contact: Contact, draft: Draft, edits: str = "") -> None:
        wanted = intake.next_ask(draft)
        speech = asking.prompt(session, contact.id, draft, wanted, edits)
        if draft.apart:
            draft = amended(draft, offered=())  # what was offered before was for less than all of it
        elif wanted is Ask.CONFIRM:
            draft, speech = await joining.offered(session, contact, draft, speech)
        asked = draft.place_asked + (wanted is Ask.PLACE)
        await self._keep(session, contact, amended(draft, place_asked=asked, focus=-1))
        await session.say(speech)

    async def _outside(self, session: Session, contact: Contact, draft: Draft) -> bool:
        located = await self._reading.locate(draft.text)
        if located.decision != "outside":
            return False
        await self._keep(session, contact, draft)
        await session.say(answer(contact.id, "intake.outside", asking.place_ways(draft), name=located.outside_name))
        return True

    async def _answered(self, session: Session, contact: Contact, draft: Draft) -> bool:
        """A question is answered, praise is thanked for; neither is filed."""
        if draft.files or draft.filing:
            return False
        if praising.for_thanks(draft):
            await self._keep(session, contact, draft)
            await praising.thanked(session, contact, draft)
            return True
        search = self._reading.answers.search
        found = await off_loop(draft.text, partial(search, draft.text)) if draft.procedure == Procedure.CONSULTATION else None
        if found is None:
            return False
        await self._keep(session, contact, draft)
        helped, file_it = button("intake.helped", f"i:helped:{draft.id}"), button("intake.still_file", f"i:file:{draft.id}")
        said = answer(
            contact.id, "intake.answer", ((helped, file_it),), answer=found.answer, basis=found.basis, updated=found.updated
        )
        await session.say(said)
        return True

    async def _keep(self, session: Session, contact: Contact, draft: Draft) -> None:
        await dialogs.opened(session, contact.id, STEP, intake.to_json(draft))

    async def close(self, session: Session, contact: Contact) -> None:
        await dialogs.closed(session, contact.id)

    async def press(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        """An `i:` button. The answer is the key of a toast, or ""."""
        verb, draft_id, argument = [*incoming.button.split(":")[1:], "", "", ""][:3]
        if dialog is None or dialog.step != STEP or dialog.data.get("id") != draft_id:
            return "intake.button_is_old"
        draft = intake.from_json(dialog.data)
        edits = incoming.message_id
        match verb:
            case "submit" | "another":
                await self._submit(session, contact, actor, draft, deliberately=verb == "another")
            case "cancel" | "helped":
                await self.close(session, contact)
                await session.say(answer(contact.id, "intake.cancelled" if verb == "cancel" else "intake.glad", edits=edits))
            case "add":
                await session.say(answer(contact.id, "intake.ask_addition"))
            case "apart":
                await self._apart(session, contact, actor, draft, argument)
            case "part" if argument in map(str, range(len(draft.matters))):
                draft = replace(draft, focus=int(argument))
                await self._keep(session, contact, draft)
                await session.say(several.change(contact.id, draft, edits))
            case "topics":
                await session.say(asking.topics(contact.id, splitting.in_focus(draft), session.region, argument, edits))
            case "pick":
                known = argument if argument in session.region.places else ""
                await session.say(asking.pick(contact.id, draft, session.region, known, edits))
            case "file":
                await praising.taken_back(session, draft)
                await self.ask(session, contact, replace(draft, thin=False, filing=True), edits)
            case _:
                chosen = await off_loop(draft.text, partial(self._chosen, session.region, draft, verb, argument))
                await self.ask(session, contact, chosen, edits)
        return ""

    async def _submit(self, session: Session, contact: Contact, actor: Actor, draft: Draft, *, deliberately: bool) -> None:
        twice = not deliberately and await joining.said_before(session, contact, draft) is not None
        if draft.apart or twice:
            # An older card's button: whether they go apart, or are another matter at all, was not asked there.
            await self.ask(session, contact, draft)
            return
        if not await manners.may_file(session, contact, actor, draft):
            return
        await self.close(session, contact)
        if praising.for_thanks(draft):
            await praising.taken_back(session, draft)  # an older card's button, from before the message was changed
        await filing.file(session, contact, actor, draft)
        await self._beside(session, contact, draft)

    async def _apart(self, session: Session, contact: Contact, actor: Actor, draft: Draft, count: str) -> None:
        if count != str(len(draft.matters)) or intake.next_ask(replace(draft, whole=False)) is not Ask.CONFIRM:
            await self.ask(session, contact, draft)
            return
        if not await manners.may_file(session, contact, actor, draft):
            return
        await self.close(session, contact)
        await splitting.file(session, contact, actor, draft)

    async def _beside(self, session: Session, contact: Contact, draft: Draft) -> None:
        """What a report about somebody held besides is asked about as if it had been said by itself."""
        words = await off_loop(draft.text, partial(splitting.beside, self._reading, draft, session.region))
        if words:
            await session.say(answer(contact.id, "letters.beside", text=words))
            other = Draft(self.new_id(), place=draft.place, place_known=draft.place_known, anonymous=draft.anonymous)
            await self.go_on(session, contact, intake.told(other, words))

    def _chosen(self, region: Region, draft: Draft, verb: str, argument: str) -> Draft:
        if draft.focus >= 0 and verb in {"topic", "place"}:
            return splitting.changed(draft, self._chosen(region, splitting.in_focus(draft), verb, argument))
        match verb:
            case "topic" if argument in region.topics:
                chosen = replace(draft, topic=argument, topic_chosen=True)
                return self._reading.again(chosen, region)
            case "place" if argument in region.places:
                return self._reading.picked(draft, argument)
            case "notie":
                return replace(intake.unplaced(draft), refused=(*draft.refused, *draft.ties), point_weighed=True)
            case "noplace":
                return replace(draft, place_known=True, place_read=False, ties=(), claims=(), point_weighed=True)
            case "anon":
                return replace(draft, anonymous=not draft.anonymous)
            case "whole" | "several":
                return replace(draft, whole=verb == "whole")
            case _:
                return draft
