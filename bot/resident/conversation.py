"""What a resident's message is: a command, a button, an answer, an addition, a correction or a new matter."""

from __future__ import annotations

from dataclasses import replace

from bot.cards.resident import can_object
from bot.doors import Incoming
from bot.outgoing import answer, button, rows
from bot.resident import additions, joining, matters, praising, replies
from bot.resident.consent import Consent
from bot.resident.doubts import Doubts
from bot.resident.interview import STEP, Interview
from bot.resident.manners import BUTTON as APPEAL
from bot.resident.manners import Manners
from bot.resident.mydata import BUTTON, COMMANDS, Keeps, MyData
from bot.resident.payload import is_plate, scanned
from bot.resident.reading import Reading
from workflow import dialogs, intake
from workflow.desk import Session
from workflow.model import Actor, Contact, Dialog, Procedure
from workflow.states import RESTING

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class ResidentConversation:
    def __init__(self, reading: Reading, files: Keeps | None = None) -> None:
        """`files`: where the copy of what is held about somebody waits to be fetched."""
        self._mydata = MyData(files)
        self._reading = reading
        self._interview = Interview(reading)
        self._manners = Manners(reading)
        self._consent = Consent(reading, self._interview)
        self._doubts = Doubts(reading, self._interview)

    async def hear(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        """Answers through the outbox; returns the key of a toast for a pressed button, or ""."""
        if incoming.button.startswith("l:") or _command(incoming) == "/language":
            await self._language(session, contact, incoming)
            return ""
        if incoming.text.strip() in COMMANDS or incoming.button.partition(":")[0] == BUTTON:
            return await self._mydata.hear(session, contact, incoming)
        if incoming.button.partition(":")[0] == APPEAL:
            return await self._manners.press(session, contact, incoming)
        heard = await self._manners.let_in(session, contact, actor, incoming, dialog)
        return await self._let_in(session, contact, actor, heard, dialog) if heard is not None else ""

    async def _let_in(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        if contact.consented_at is None:
            return await self._consent.hear(session, contact, incoming, dialog)
        if incoming.button:
            return await self._press(session, contact, actor, incoming, dialog)
        if await self._grave(session, contact, actor, incoming, dialog):
            return ""
        if incoming.edited:
            await self._corrected(session, contact, actor, incoming, dialog)
            return ""
        if incoming.text.startswith("/"):
            await self._obey(session, contact, actor, incoming, dialog)
            return ""
        if incoming.unsupported:
            await session.say(answer(contact.id, "resident.unsupported"))
        if (incoming.unsupported or incoming.too_big or incoming.unclean) and not (incoming.text or incoming.files):
            return ""
        await self._message(session, contact, actor, incoming, dialog)
        return ""

    async def _grave(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> bool:
        """Danger, and reports about people in office, never go only where the words were meant to go: not to a ticket of the grid chain,
        not behind a command, not into a correction. They are a matter of their own; what sounds like danger is kept there besides."""
        words = incoming.text.partition(" ")[2] if incoming.text.startswith("/") else incoming.text
        read = await self._reading.understand(words)
        if not (read.danger or read.procedure == Procedure.PETITION_REPORT) or scanned(session.region, incoming.text):
            return False
        drafting = dialog is not None and dialog.step == STEP
        if not read.danger and await self._own_report(session, contact, incoming):
            return False
        said = replace(incoming, text=words)
        if read.procedure != Procedure.PETITION_REPORT and not (incoming.edited or incoming.text.startswith("/")):
            # First, so that what to do in danger is what stands last on the screen.
            await self._meant(session, contact, actor, said, dialog)
        if drafting and dialog is not None:
            await self._interview.more(session, contact, said, intake.from_json(dialog.data))
        else:
            await self._interview.begin(session, contact, said)
        return True

    async def _meant(self, session: Session, contact: Contact, actor: Actor, said: Incoming, dialog: Dialog | None) -> None:
        """Words of danger that were pressed for, or answer a message about a ticket, are an addition to it, too. An emergency has them
        already, and after the end of a ticket the new emergency is enough."""
        about = await replies.about(session, contact, said)
        waited = dialog is not None and dialog.step in {joining.ADDING, additions.ADDING}
        ticket_id = about.ticket_id if about is not None else int(dialog.data["ticket"]) if dialog is not None and waited else None
        if ticket_id is None or (about is not None and about.letter_id is not None):
            return
        if waited and about is None:
            await dialogs.closed(session, contact.id)
        ticket = await additions.own(session, contact, ticket_id)
        said = replace(said, message_id="")  # its correction belongs to the emergency
        if ticket is None:
            await joining.said_about(session, contact, actor, said, ticket_id)
        elif ticket.state not in RESTING and ticket.procedure is not Procedure.EMERGENCY:
            await additions.said_about(session, contact, actor, ticket, said, self._reading)

    async def _own_report(self, session: Session, contact: Contact, incoming: Incoming) -> bool:
        """A reply to a message about a report of this person's: the counter's own, where such words belong."""
        edited = await session.uow.about(contact.id, incoming.message_id) if not incoming.reply_to else None
        about = edited or await replies.about(session, contact, incoming)
        ticket = await additions.own(session, contact, about.ticket_id) if about is not None else None
        return ticket is not None and ticket.procedure is Procedure.PETITION_REPORT

    async def _language(self, session: Session, contact: Contact, incoming: Incoming) -> None:
        if incoming.button[2:] in LANGUAGES:
            await session.uow.contacts.save(replace(contact, language=incoming.button[2:]))
            said = answer(contact.id, "resident.language_set", edits=incoming.message_id)
            await session.say(replace(said, menu=True))
            return
        choices = rows([button(f"language.{code}", f"l:{code}") for code in LANGUAGES], 3)
        await session.say(answer(contact.id, "resident.pick_language", choices))

    async def resume(self, session: Session, contact: Contact, dialog: Dialog) -> None:
        """What was put aside is asked about again."""
        if dialog.step == STEP:
            draft = intake.from_json(dialog.data)
            if not praising.for_thanks(draft):
                await self._interview.ask(session, contact, draft)
        elif dialog.step == dialogs.UNSURE:
            await self._doubts.again(session, contact)

    async def _press(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> str:
        match incoming.button.split(":")[0]:
            case "i":
                return await self._interview.press(session, contact, actor, incoming, dialog)
            case "r":
                return await matters.press(session, contact, actor, incoming)
            case "j":
                return await joining.press(session, contact, actor, incoming, dialog)
            case "n":
                return await self._doubts.press(session, contact, actor, incoming, dialog)
            case _:
                return "intake.button_is_old"

    async def _obey(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> None:
        rest = incoming.text.partition(" ")[2]
        match _command(incoming):
            case "/start":
                await self._start(session, contact, incoming, dialog)
            case "/my":
                await matters.show_mine(session, contact)
            case "/status":
                await self._status(session, contact, rest)
            case "/add" | "/urge" | "/withdraw" as command:
                await matters.choose(session, contact, actor, command[1:], rest)
            case "/passport":
                await matters.show_passport(session, contact, rest)
            case "/cancel":
                await self._interview.close(session, contact)
                await session.say(answer(contact.id, "intake.cancelled"))
            case "/mydata" | "/forget" as command:
                await self._mydata.obey(session, contact, command)
            case "/privacy":
                await session.say(answer(contact.id, "city.privacy_full"))
            case _:
                await session.say(answer(contact.id, "resident.help"))

    async def _start(self, session: Session, contact: Contact, incoming: Incoming, dialog: Dialog | None) -> None:
        link = scanned(session.region, incoming.text)
        if link is None:
            unknown = is_plate(incoming.text.partition(" ")[2].strip())
            await session.say(answer(contact.id, "twice.plate_unknown" if unknown else "resident.welcome"))
            return
        draft = intake.from_json(dialog.data) if dialog is not None and dialog.step == STEP else None
        if draft is not None and draft.said and not praising.for_thanks(draft):
            await self._interview.scanned(session, contact, link, draft)
        else:
            await self._interview.begin(session, contact, replace(incoming, text=""), link)

    async def _status(self, session: Session, contact: Contact, words: str) -> None:
        ticket = await matters.named(session, contact, words)
        if ticket is not None:
            await matters.show(session, contact, ticket)
        elif not await joining.shown(session, contact, words):
            # The same words for "unknown" and "somebody else's": a number tells a stranger nothing.
            await session.say(answer(contact.id, "refused.not_found"))

    async def _message(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None) -> None:
        step = dialog.step if dialog is not None else ""
        if incoming.reply_to and await self._replied(session, contact, actor, incoming, drafting=step == STEP):
            return
        if dialog is not None and step == STEP:
            await self._interview.more(session, contact, incoming, intake.from_json(dialog.data))
            return
        if dialog is not None and step == joining.ADDING:
            if await joining.awaited(session, contact, actor, incoming, dialog):
                return
        elif dialog is not None and step in {additions.ADDING, additions.OBJECTING}:
            if await additions.awaited(session, contact, actor, incoming, dialog, self._reading):
                return
        elif (ticket := await matters.asked_for(session, contact, incoming)) is not None:
            await matters.show(session, contact, ticket)
            return
        elif await joining.shown(session, contact, incoming.text) or await self._doubts.raised(session, contact, incoming):
            return
        await self._interview.begin(session, contact, incoming)

    async def _replied(self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, *, drafting: bool) -> bool:
        """A reply to a message about a ticket belongs to that ticket, whatever else is going on."""
        about = await replies.about(session, contact, incoming, drafting=drafting)
        ticket = await additions.own(session, contact, about.ticket_id) if about is not None else None
        if about is not None and about.letter_id is not None:
            return await self._doubts.which_of(session, contact, incoming, about.letter_id)
        if about is None or ticket is None:
            return about is not None and await joining.said_about(session, contact, actor, incoming, about.ticket_id)
        if can_object(ticket):
            await self._doubts.ask(session, contact, incoming, (ticket,))
            return True
        relay = about.key == additions.FROM_HANDLER and ticket.state not in RESTING
        return await additions.said_about(session, contact, actor, ticket, incoming, self._reading, relay=relay)

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
        if about is not None and about.letter_id is not None:
            await self._doubts.which_of(session, contact, replace(incoming, files=()), about.letter_id)
            return
        if ticket is None:
            if about is not None:
                await joining.said_about(session, contact, actor, replace(incoming, files=()), about.ticket_id)
            return
        if can_object(ticket):
            await self._doubts.ask(session, contact, incoming, (ticket,))
        elif ticket.state not in RESTING:
            await additions.said_about(session, contact, actor, ticket, replace(incoming, files=()), self._reading)


def _command(incoming: Incoming) -> str:
    return incoming.text.partition(" ")[0].partition("@")[0].lower() if incoming.text.startswith("/") else ""
