"""Danger comes before everything: whom to call, at once; the hub is paged; a ticket is kept without a form, a place or a consent.

Consent: 个人信息保护法 第13条第4项 lets data be handled without it where a life is at stake.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.doors import Incoming
from bot.outgoing import answer, button
from bot.resident import filing
from bot.resident.reading import Reading
from workflow import notices, pins
from workflow.commands import Add, Correct, Pin
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import Actor, Contact, Point, Priority, Procedure, Speech, Ticket
from workflow.states import State

_STILL = timedelta(hours=24)
"""How long after an emergency a person's unclear words are taken to be about it (ours)."""
_ALL = timedelta(minutes=30)
"""How long all of their words are (ours)."""
_CERTAIN = frozenset({"town", "village"})


async def declare(session: Session, contact: Contact, draft: Draft, reading: Reading) -> None:
    """For words that mean danger. While an emergency of this person is open they go to it, and the hub is paged again."""
    await session.say(Speech(contact.id, await _warning(session, reading, draft.text), priority=Priority.URGENT))
    actor = await session.actor(contact)
    ticket = await still_open(session, contact)
    if ticket is None:
        # Its own first notice pages the hub.
        ticket = await filing.file(session, contact, actor, replace(_pinned(session, draft, reading), procedure=Procedure.EMERGENCY))
        ways = (button("button.add", f"r:add:{ticket.id}"), button("resident.misunderstood", f"r:withdraw:{ticket.id}"))
        await session.say(answer(contact.id, "notices.registered_emergency", (ways,), ticket_id=ticket.id, number=ticket.number))
        return
    if draft.point is not None:
        ticket = await pinned(session, actor, ticket, draft.point, reading, draft.place)
    await session.do(actor, Add(ticket.id, draft.text, draft.files))
    for listener in await session.on_call(ticket.procedure, ticket.place, pins.on_call(ticket)):
        params = {"text": reading.masker.mask(draft.text), "place": ticket.place, "number": ticket.number}
        await session.say(Speech(listener, notices.page(ticket), params, ticket_id=ticket.id, priority=Priority.URGENT))


def _pinned(session: Session, draft: Draft, reading: Reading) -> Draft:
    """The draft where its words and its point put it."""
    if draft.point is None:
        return draft
    found = pins.reached(session.region, draft.place, reading.near(draft.point), draft.ties)
    return replace(draft, place=found.place, reading=draft.reading | {"on_call": list(found.on_call)})


async def pinned(session: Session, actor: Actor, ticket: Ticket, point: Point, reading: Reading, place: str = "") -> Ticket:
    """A ticket gets a point. The hub of an emergency is paged with it, and so are those near, unless it is certain whose it is. `place`:
    what words have said since."""
    known = place if place.startswith(ticket.place) else ticket.place
    guesses = reading.near(point)
    found = pins.reached(session.region, known, guesses)
    return await session.do(actor, Pin(ticket.id, point, tuple(guess.code for guess in guesses), found.place, found.on_call))


async def _warning(session: Session, reading: Reading, text: str) -> str:
    """The city's sentence for this kind of danger, else its sentence for any: nobody in despair is told of gas taps."""
    read = await reading.understand(text)
    flags = (flag.code for flag in read.flags if flag.tier == "life")
    own = (f"city.emergency_{code}" for code in flags)
    return next((key for key in own if all(key in known for known in session.region.sentences.values())), "city.emergency_life")


async def still_open(session: Session, contact: Contact) -> Ticket | None:
    """The person's emergency of the last day that nobody has answered yet."""
    found = await session.uow.tickets.of_reporter(contact.id, open_only=True)
    fresh = (ticket for ticket in found if ticket.created_at > session.now - _STILL)
    return next((ticket for ticket in fresh if ticket.procedure is Procedure.EMERGENCY), None)


def takes_all(session: Session, ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.created_at > session.now - _ALL


async def goes_on(session: Session, contact: Contact, ticket: Ticket, incoming: Incoming, reading: Reading) -> None:
    """Words while it is open go to it at once; a place that is certain now moves it to the hub of that place."""
    actor = await session.actor(contact)
    place = await reading.locate(incoming.text)
    code = place.grid or place.code
    finer = place.decision in _CERTAIN and code != ticket.place and code.startswith(ticket.place)
    if finer and ticket.state is State.REGISTERED:
        ticket = await session.do(actor, Correct(ticket.id, place=code))
    if incoming.location is not None:
        ticket = await pinned(session, actor, ticket, incoming.location, reading)
    if incoming.text.strip() or incoming.files:
        await session.do(actor, Add(ticket.id, incoming.text, incoming.files))
    if incoming.message_id:
        await session.uow.remember(contact.id, incoming.message_id, ticket.id)
    await session.say(answer(contact.id, "resident.emergency_more", ticket_id=ticket.id, number=ticket.number))
