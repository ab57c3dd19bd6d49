"""禁言: an officer of the desk that owns a matter keeps its reporter from bringing new ones, for some days, with a reason. The person is
told, and may appeal by one tap; somebody else decides. Danger, flags, reports about officials and all rights in running cases go on.

Carried out in the desk's transaction. What happened stands in the ticket's trail; the mute itself ends by its date.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from workflow import policy
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Button, Contact, Event, Priority, Procedure, Role, Speech, Ticket
from workflow.ports import UnitOfWork
from workflow.region import Region
from workflow.standing import Muting
from workflow.states import Party

MUTED, APPEALED, UPHELD, LIFTED = "muted", "mute_appealed", "mute_upheld", "mute_lifted"
"""Facts of a ticket's trail."""
LONGEST_REASON = 200


class Desk(Protocol):
    """The desk's session, as far as it is needed here."""

    @property
    def uow(self) -> UnitOfWork: ...
    @property
    def now(self) -> datetime: ...
    @property
    def region(self) -> Region: ...
    async def say(self, speech: Speech) -> None: ...
    async def on_call(self, procedure: Procedure, place: str, near: tuple[str, ...] = ()) -> tuple[int, ...]: ...


def need_reporter(ticket: Ticket) -> int:
    """Who would be muted. Raises Refused: to mute whoever asked not to be named would tie the ticket to a chat."""
    if ticket.reporter is None or ticket.anonymous:
        raise Refused(Refusal.UNNAMED_NOT_MUTED, number=ticket.number)
    return ticket.reporter


async def mute(desk: Desk, actor: Actor, ticket_id: int, days: int, reason: str) -> Muting:
    """Raises Refused."""
    ticket = await desk.uow.tickets.get(ticket_id)
    if ticket is None or not policy.may_see(actor, ticket):
        raise Refused(Refusal.NOT_FOUND)
    if not policy.may_mute(actor, ticket) or days not in desk.region.manners.mute_days:
        raise Refused(Refusal.NOT_YOURS, number=ticket.number)
    why, person = _due(reason), await desk.uow.contacts.get(need_reporter(ticket))
    if person is None or await desk.uow.posts.of_contact(person.id):
        raise Refused(Refusal.UNNAMED_NOT_MUTED, number=ticket.number)
    if running(person, desk.now) is not None:
        # Nobody adds up one mute after the other: what runs ends first.
        raise Refused(Refusal.MUTED_ALREADY, number=ticket.number)
    muting = Muting(desk.now + timedelta(days=days), ticket.id, ticket.number, actor.contact_id)
    await _note(desk, ticket, MUTED, actor, why, {"until": muting.until.isoformat()})
    await desk.uow.contacts.mute(person.id, muting)
    ways = ((appeal_button(muting),),)
    await _tell(desk, person.id, "manners.muted", muting, why, ways, hotline=desk.region.manners.hotline)
    return muting


def appeal_button(muting: Muting) -> Button:
    return Button("manners.appeal", f"w:appeal:{muting.ticket_id}")


def running(person: Contact, now: datetime) -> Muting | None:
    return person.standing.muted(now) if person.standing is not None else None


async def appeal(desk: Desk, person: Contact, words: str = "") -> int:
    """Tells somebody else than who muted: the desk, else the supervisors above it, else administrators. Answers how many are told."""
    muting = running(person, desk.now)
    ticket = await desk.uow.tickets.get(muting.ticket_id) if muting is not None else None
    if muting is None or ticket is None:
        raise Refused(Refusal.NOT_MUTED)
    why = await _reason(desk, ticket)
    deciders = await _deciders(desk, ticket, muting)
    await _note(desk, ticket, APPEALED, Actor(person.id, Role.RESIDENT), words.strip())
    await desk.uow.contacts.mute(person.id, replace(muting, appeal="asked"))
    for one in deciders:
        ways = tuple((Button(f"manners.{verb}", f"s:{verb}:{ticket.id}:{person.id}"),) for verb in ("unmute", "mute_stays"))
        params = {"number": ticket.number, "until_at": muting.until.isoformat(), "reason": why, "words": words.strip() or "–"}
        await desk.say(Speech(one, "manners.appealed", params, ways, priority=Priority.ANSWER))
    return len(deciders)


async def decide(desk: Desk, actor: Actor, ticket_id: int, person_id: int | None, reason: str, *, lift: bool) -> Ticket:
    """Ends a mute, or lets it stand after an appeal. `person_id`: None for the ticket's reporter. Raises Refused."""
    ticket = await desk.uow.tickets.get(ticket_id)
    if ticket is None or not policy.may_judge_mute(actor, ticket):
        raise Refused(Refusal.NOT_FOUND)
    person = await desk.uow.contacts.get(person_id if person_id is not None else ticket.reporter or 0)
    muting = running(person, desk.now) if person is not None else None
    if person is None or muting is None or muting.ticket_id != ticket.id:
        raise Refused(Refusal.NOT_MUTED, number=ticket.number)
    if not lift and muting.appeal != "asked":
        raise Refused(Refusal.NOT_MUTED, number=ticket.number)
    if not lift and actor.contact_id == muting.by:
        raise Refused(Refusal.OWN_MUTE, number=ticket.number)
    why = _due(reason)
    await _note(desk, ticket, LIFTED if lift else UPHELD, actor, why)
    await desk.uow.contacts.mute(person.id, None if lift else replace(muting, appeal="upheld"))
    key = "manners.lifted" if lift else "manners.upheld"
    await _tell(desk, person.id, key, muting, why, hotline=desk.region.manners.hotline)
    return ticket


async def _deciders(desk: Desk, ticket: Ticket, muting: Muting) -> tuple[int, ...]:
    place, posts = ticket.hub.place, desk.uow.posts
    above = [await posts.of_role(role) for role in (Role.SUPERVISOR, Role.ADMIN)]
    wide = [tuple(post.contact_id for post in held if place.startswith(post.place)) for held in above]
    for level in (await desk.on_call(ticket.procedure, place), *wide):
        others = tuple(dict.fromkeys(one for one in level if one not in {muting.by, ticket.reporter}))
        if others:
            return others
    return ()


async def _reason(desk: Desk, ticket: Ticket) -> str:
    events = await desk.uow.tickets.events(ticket.id)
    return next((event.reason for event in reversed(events) if event.kind == MUTED), "")


async def _note(desk: Desk, ticket: Ticket, kind: str, actor: Actor, reason: str, data: dict[str, str] | None = None) -> None:
    # Saved, so that of two who act at once one is the first.
    saved = await desk.uow.tickets.save(ticket)
    party = Party.REPORTER if actor.role is Role.RESIDENT else Party.HUB
    role = policy.acting_role(actor, ticket, party)
    await desk.uow.tickets.append(Event(ticket.id, desk.now, kind, actor.contact_id, role, saved.state, saved.state, reason, data or {}))


async def _tell(
    desk: Desk, person: int, key: str, muting: Muting, reason: str, buttons: tuple[tuple[Button, ...], ...] = (), **more: str
) -> None:
    params = {"number": muting.number, "until_at": muting.until.isoformat(), "reason": reason, **more}
    await desk.say(Speech(person, key, params, buttons, priority=Priority.ANSWER))


def _due(reason: str) -> str:
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise Refused(Refusal.REASON_DUE)
    return why
