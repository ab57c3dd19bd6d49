"""How much one person may bring at once, and what a muted one may: the one place in which a message is turned away.

Nothing here ever holds up danger, anything else that bears a flag, a report about somebody in office, or what belongs to an emergency or a
case that runs. State is in the database (`Contact.standing`, read with the contact); the few messages of quiet people are counted in
memory, so they cost nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.doors import Incoming
from bot.outgoing import answer, literal, rows
from bot.resident import additions, emergency, joining, matters, replies
from bot.resident.reading import Reading
from workflow import dialogs, intake, muting, standing
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import Actor, Contact, Dialog, Procedure
from workflow.standing import NOTHING, Muting, Pace

BUTTON, STEP = "w", "manners.appeal"
_LEASE = 5  # messages of a window that this process counts by itself; from then on the database does
_REMEMBERED = 10_000  # people
_DRAFTING = frozenset({dialogs.INTAKE, dialogs.UNSURE, "consent"})
_LISTED = 10
_COMMAND = re.compile(r"/\S*\s*(?:[A-Z-]*\d[\d-]*\s+)?")


@dataclass(slots=True)
class Tally:
    """The first messages of each person's window, in this process. What is lost with it is at most so many messages a window."""

    counts: dict[int, tuple[datetime, int]] = field(default_factory=dict)

    def note(self, contact_id: int, now: datetime, window: timedelta) -> tuple[datetime, int]:
        """When the window began, and how many there were with this one."""
        since, count = self.counts.pop(contact_id, (now, 0))
        found = (since, count + 1) if now < since + window else (now, 1)
        self.counts[contact_id] = found
        if len(self.counts) > _REMEMBERED:
            del self.counts[next(iter(self.counts))]  # who was quiet for longest
        return found


class Manners:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._tally = Tally()

    async def let_in(
        self, session: Session, contact: Contact, actor: Actor, incoming: Incoming, dialog: Dialog | None
    ) -> Incoming | None:
        """What is to be heard, as a rule the message itself; None: the person was told that it is not accepted."""
        if incoming.button or actor.posts:
            return incoming
        known = contact.standing or NOTHING
        muted, pace = known.muted(session.now), await self._counted(session, contact)
        if muted is None and not standing.over(pace, session.region.manners):
            return incoming
        if muted is not None and dialog is not None and dialog.step == STEP and incoming.text.strip() and not incoming.edited:
            await self._explained(session, contact, incoming.text)
            if not await self._grave(incoming, Pace(session.now), dialog):
                return None
        return await self._heard_all_the_same(session, contact, incoming, dialog, muted, pace or Pace(session.now))

    async def _counted(self, session: Session, contact: Contact) -> Pace | None:
        manners, now = session.region.manners, session.now
        pace = (contact.standing or NOTHING).running(now, manners)
        if pace is None:
            since, count = self._tally.note(contact.id, now, timedelta(minutes=manners.minutes))
            pace = Pace(since, count)
            if count <= min(_LEASE, manners.messages):
                return pace
        elif standing.over(pace, manners):
            return pace
        else:
            pace = replace(pace, heard=pace.heard + 1)
        await self._keep(session, contact, pace)
        return pace

    async def _keep(self, session: Session, contact: Contact, pace: Pace) -> None:
        await session.uow.contacts.pace(contact.id, pace, standing.ends(pace, session.region.manners))

    async def _heard_all_the_same(
        self, session: Session, contact: Contact, incoming: Incoming, dialog: Dialog | None, muted: Muting | None, pace: Pace
    ) -> Incoming | None:
        grave = await self._grave(incoming, pace, dialog)
        if grave is not None:
            if grave is not incoming:
                await self._keep(session, contact, replace(pace, words=""))
            return grave
        too_many = standing.over(pace, session.region.manners)
        if await _goes_on(session, contact, dialog) or (not too_many and await _right(session, contact, incoming, dialog)):
            return incoming
        if not pace.told:
            await _turn_away(session, contact, muted, pace)
        await self._keep(session, contact, standing.refused(pace, _words(incoming)))
        return None

    async def _grave(self, incoming: Incoming, pace: Pace, dialog: Dialog | None) -> Incoming | None:
        """The message, if it bears a flag or is a report about somebody in office: by itself, behind a command, or with what the open draft
        holds; with the words that were not accepted before it, where only all together do."""
        words = _words(incoming)
        draft = _draft(dialog)
        for text in dict.fromkeys((incoming.text, words, f"{draft.text}\n{words}" if draft is not None else words)):
            if await self._flagged(text):
                return incoming
        together = f"{pace.words}\n{words}"
        return replace(incoming, text=together) if pace.words and words and await self._flagged(together) else None

    async def _flagged(self, text: str) -> bool:
        read = await self._reading.understand(text)
        return bool(read.flags) or read.procedure == Procedure.PETITION_REPORT

    async def press(self, session: Session, contact: Contact, incoming: Incoming) -> str:
        """[申诉]. The answer is the key of a toast."""
        muted = muting.running(contact, session.now)
        if muted is None:
            return "manners.over_already"
        if muted.appeal:
            return f"manners.appeal_{muted.appeal}"
        told = await muting.appeal(session, contact)
        await dialogs.opened(session, contact.id, STEP, {"ticket": muted.ticket_id})
        key = "manners.appeal_taken" if told else "manners.appeal_nobody"
        await session.say(answer(contact.id, key, number=muted.number, hotline=session.region.manners.hotline))
        return ""

    async def _explained(self, session: Session, contact: Contact, words: str) -> None:
        """What the person says to their appeal, once."""
        await dialogs.closed(session, contact.id)
        muted = muting.running(contact, session.now)
        if muted is None or muted.appeal != "asked":
            await session.say(answer(contact.id, "manners.appeal_upheld"))
            return
        await muting.appeal(session, contact, words)
        await session.say(answer(contact.id, "manners.appeal_words_taken"))


async def may_file(session: Session, contact: Contact, actor: Actor, draft: Draft) -> bool:
    """Whether a draft may become a ticket now. If not, the person is told, and the draft stays."""
    if actor.posts or _grave_draft(draft):
        return True
    muted = muting.running(contact, session.now)
    if muted is not None:
        await _say_muted(session, contact, muted)
        return False
    most, more = session.region.manners.open_cases, max(1, len(draft.matters) if draft.apart else 1)
    count = await session.uow.tickets.count_open(contact.id)
    if count + more <= most:
        return True
    mine = await session.uow.tickets.of_reporter(contact.id, open_only=True, limit=_LISTED)
    choices = rows([literal(ticket.number, f"r:show:{ticket.id}") for ticket in mine])
    await session.say(answer(contact.id, "manners.full", choices, count=count, most=most, hotline=session.region.manners.hotline))
    return False


async def mine(session: Session, contact: Contact) -> None:
    """For /mydata and /forget: a mute that runs."""
    muted = muting.running(contact, session.now)
    if muted is not None:
        ways = () if muted.appeal else ((muting.appeal_button(muted),),)
        await session.say(answer(contact.id, "manners.mine", ways, number=muted.number, until_at=muted.until.isoformat()))


async def forget_words(session: Session, contact: Contact) -> None:
    """What was not accepted is not remembered either."""
    pace = (contact.standing or NOTHING).pace
    if pace is not None and pace.words:
        await session.uow.contacts.pace(contact.id, replace(pace, words=""), standing.ends(pace, session.region.manners))


async def _goes_on(session: Session, contact: Contact, dialog: Dialog | None) -> bool:
    """What belongs to a matter of weight, or answers what we asked about an answer."""
    draft = _draft(dialog)
    if draft is not None and _grave_draft(draft):
        return True
    if dialog is not None and dialog.step == additions.OBJECTING:
        return True
    return await emergency.still_open(session, contact) is not None


async def _right(session: Session, contact: Contact, incoming: Incoming, dialog: Dialog | None) -> bool:
    """What a muted person may: commands, and whatever is about a case of theirs."""
    if incoming.text.startswith("/") or (dialog is not None and dialog.step in {additions.ADDING, joining.ADDING}):
        return True
    edited = await session.uow.about(contact.id, incoming.message_id) if incoming.edited else None
    about = edited or await replies.about(session, contact, incoming)
    return about is not None or await matters.asked_for(session, contact, incoming) is not None


async def _turn_away(session: Session, contact: Contact, muted: Muting | None, pace: Pace) -> None:
    manners = session.region.manners
    if standing.over(pace, manners):
        until = standing.ends(pace, manners).isoformat()
        await session.say(answer(contact.id, "manners.slow", minutes=manners.minutes, until_at=until, hotline=manners.hotline))
    elif muted is not None:
        await _say_muted(session, contact, muted)


async def _say_muted(session: Session, contact: Contact, muted: Muting) -> None:
    ways = () if muted.appeal else ((muting.appeal_button(muted),),)
    until, hotline = muted.until.isoformat(), session.region.manners.hotline
    await session.say(answer(contact.id, "manners.muted_now", ways, number=muted.number, until_at=until, hotline=hotline))


def _words(incoming: Incoming) -> str:
    """What is said: without a command and the number of a ticket behind it."""
    return _COMMAND.sub("", incoming.text, count=1) if incoming.text.startswith("/") else incoming.text


def _draft(dialog: Dialog | None) -> Draft | None:
    return intake.from_json(dialog.data) if dialog is not None and dialog.step in _DRAFTING and dialog.data else None


def _grave_draft(draft: Draft) -> bool:
    return bool(draft.urgency) or draft.urgent or draft.sensitive or draft.procedure == Procedure.PETITION_REPORT
