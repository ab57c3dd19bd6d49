"""The one door: every change is a command, done in one transaction. The only `commit()` outside storage is here.

    desk.serve(request_id, work)   opens the transaction, sees that a request is served once, commits
    session.do(actor, command)     carries out one command, answers with the ticket as it is then
    session.say(speech)            puts a row into the outbox
    session.actor(contact)         the contact with its posts
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from workflow import commands, followers, followups, moves, parting, pins, policy, registration, routing
from workflow.commands import (
    Add,
    AskExtension,
    Command,
    Correct,
    DecideExtension,
    Follow,
    Insist,
    Move,
    Object,
    Pin,
    Rate,
    Register,
    Relay,
    Urge,
)
from workflow.copies import amended
from workflow.errors import Collision, Conflict, Refusal, Refused
from workflow.guards import Case
from workflow.model import Actor, Assignee, Contact, Event, FileRef, Json, Note, Priority, Procedure, Role, Speech, Ticket
from workflow.notices import Audience, into_parent, notices
from workflow.ports import Clock, UnitOfWork, UnitsOfWork, WorkCalendar
from workflow.region import Region
from workflow.states import Party, Trigger, row

T = TypeVar("T")
Speaker = tuple[str, str] | None
_AGAIN = 5
"""How often one who came second looks at what the first did before they are told that somebody was first."""
_REPORTER_OR_LEAD = frozenset({Party.REPORTER, Party.LEAD, Party.HUB})
_HUB = frozenset({Party.HUB, Party.SUPERVISOR})
_NOTES: dict[type, tuple[str, str]] = {
    Add: ("addition", "added"), Insist: ("objection", "insisted"), Object: ("objection", "objected"), Relay: ("relay", "relayed"),
}  # fmt: skip
"""Command → the note's kind, the event's."""
_NEEDED: dict[type, Callable[[Ticket], None]] = {Object: followups.need_refused, Insist: followups.need_last_round}


@dataclass(frozen=True, slots=True)
class Desk:
    """`query_codes` makes the residents' secret codes; `region` is asked each time because an import may replace grids."""

    units_of_work: UnitsOfWork
    region: Callable[[], Region]
    clock: Clock
    calendar: WorkCalendar
    query_codes: Callable[[], str]

    async def serve(self, request_id: str, work: Callable[[Session], Awaitable[T]], speaker: Speaker = None) -> T | None:
        """Runs `work` in one transaction, once per request id; None if it was served before. Refused leaves no trace. Where another came
        between, all is begun again: `work` may run several times. `speaker`: door and address, all of whom is looked for at once."""
        for _ in range(_AGAIN):
            with suppress(Conflict, Collision):
                return await self._serve(request_id, work, speaker)
        try:
            return await self._serve(request_id, work, speaker)
        except Conflict:
            raise Refused(Refusal.SOMEBODY_WAS_FIRST) from None

    async def _serve(self, request_id: str, work: Callable[[Session], Awaitable[T]], speaker: Speaker) -> T | None:
        try:
            async with self.units_of_work() as uow:
                now = self.clock.now()
                if not await uow.first_time(request_id, now, speaker):
                    return None
                result = await work(Session(uow, now, self.region(), self.calendar, self.query_codes))
                await uow.commit()
                return result
        except Refused:
            async with self.units_of_work() as uow:
                if await uow.first_time(request_id, self.clock.now()):
                    raise
            return None  # somebody served it meanwhile: what they did is why it was refused


@dataclass(frozen=True, slots=True)
class Session:
    """One transaction's view of the desk. `now` is aware UTC and stands still."""

    uow: UnitOfWork
    now: datetime
    region: Region
    calendar: WorkCalendar
    query_codes: Callable[[], str]

    async def actor(self, contact: Contact) -> Actor:
        posts = await self.uow.posts.of_contact(contact.id)
        return Actor(contact.id, posts[0].role if posts else Role.RESIDENT, posts)

    async def say(self, speech: Speech) -> None:
        await self.uow.outbox.put(speech, self.now)

    async def on_call(self, procedure: Procedure, place: str, near: tuple[str, ...] = ()) -> tuple[int, ...]:
        """Contacts of the desk that owns such a matter there and of the hubs `near`, of the supervisors above it where nobody is on
        post; for an emergency whose place is not known well enough those of every hub inside: rather too many are paged than nobody."""
        hub = routing.hub_for(self.region, procedure, place)
        desks = dict.fromkeys((hub, *(routing.hub_for(self.region, procedure, code) for code in near)))
        found = tuple(dict.fromkeys([contact for desk in desks for contact in await self._contacts_at(desk)]))
        if found or procedure is Procedure.PETITION_REPORT:
            return found
        supervisors = [post for post in await self.uow.posts.of_role(Role.SUPERVISOR) if hub.place.startswith(post.place)]
        inside = await self.uow.posts.of_unit(hub.unit) if procedure is Procedure.EMERGENCY else ()
        people = [*supervisors, *(post for post in inside if post.place.startswith(hub.place))]
        return tuple(dict.fromkeys(post.contact_id for post in people))

    async def do(self, actor: Actor, command: Command) -> Ticket:
        """Carries out a command. Raises Refused; Conflict where another change came between, for the desk to begin again: nobody is told
        of it, and nothing of a transaction that met it may be committed."""
        if isinstance(command, Register):
            return await self._register(actor, command)
        if isinstance(command, commands.RegisterSeveral):
            return await parting.register(self, command, partial(self._register, actor))
        ticket = await self.uow.tickets.get(command.ticket_id)
        if ticket is None:
            raise Refused(Refusal.NOT_FOUND)
        if isinstance(command, Follow):
            return await followers.carry_out(self, actor, ticket, command, partial(self._record, actor, Party.REPORTER, ticket, ticket))
        parties = policy.parties(actor, ticket)
        if not parties:
            raise Refused(Refusal.NOT_FOUND)
        match command:
            case Move():
                return await self._move(actor, parties, ticket, command)
            case Add() | Insist() | Object() | Relay():
                return await self._note(actor, parties, ticket, command)
            case _:
                return await self._follow_up(actor, parties, ticket, command)

    async def _register(self, actor: Actor, command: Register, letter_id: int | None = None, part: Json | None = None) -> Ticket:
        registration.check(command, self.region)
        serial = await self.uow.tickets.next_serial(registration.day_of(self.now, self.region))
        fresh = registration.a_ticket(command, actor, serial, self.query_codes(), self.now, self.region, self.calendar)
        ticket = await self.uow.tickets.add(amended(fresh, letter_id=letter_id))
        if ticket.procedure is not Procedure.PETITION_REPORT:
            await self.uow.alike.keep(ticket.id, command.gist)
        event = Event(ticket.id, self.now, "registered", actor.contact_id, Role.RESIDENT, None, ticket.state, data=part or {})
        await self._tell(event, ticket)
        return ticket

    async def _move(self, actor: Actor, parties: frozenset[Party], ticket: Ticket, command: Move) -> Ticket:
        parent = await self.uow.tickets.held(command.parent_number) if command.parent_number else None
        case = Case(ticket, actor, parties, command, self.now, self.region, parent)
        try:
            after = moves.apply(case, self.calendar)
        except Refused as refused:
            if refused.code is not Refusal.HAZARD_STAYS:
                raise
            return await self._detach(actor, ticket, "withdrawn_hazard")
        if await followers.outlives_withdrawal(self.uow, ticket, command, parties):
            return await self._detach(actor, ticket, "withdrawn_shared")
        merged = await followers.after_move(self.uow, ticket, command, parent, self.now)
        entry = row(command.trigger, ticket.state)
        party = _party(parties, entry.who if entry else frozenset())
        if command.trigger in {Trigger.REPLY, Trigger.ANSWER}:
            await self._keep(actor, party, ticket, "reply", command.result, command.files)
        data: Json = {"route": command.route} if command.route else {}
        if command.assignee is not None:
            data |= {"unit": command.assignee.unit, "place": command.assignee.place}
        if command.plan:
            data |= {"plan": command.plan}
        moved = await self._record(actor, party, ticket, after, command.trigger.value, command.reason.strip(), data)
        for contact in merged:
            await self.say(into_parent(contact, ticket, moved.parent_id))
        return moved

    async def _detach(self, actor: Actor, ticket: Ticket, fact: str) -> Ticket:
        """The ticket forgets its reporter here, so the last word to them is said by itself."""
        await self.say(Speech(actor.contact_id, f"notices.{fact}", ticket_id=ticket.id, priority=Priority.ANSWER))
        return await self._record(actor, Party.REPORTER, ticket, followups.detached(ticket), fact)

    async def _note(self, actor: Actor, parties: frozenset[Party], ticket: Ticket, command: Add | Insist | Object | Relay) -> Ticket:
        followups.need(parties, _REPORTER_OR_LEAD if isinstance(command, Relay) else Party.REPORTER, ticket)
        _NEEDED.get(type(command), followups.need_open)(ticket)
        if not command.text.strip() and not command.files:
            raise Refused(Refusal.TEXT_DUE)
        party = _party(parties, _REPORTER_OR_LEAD)
        kind, fact = _NOTES[type(command)]
        await self._keep(actor, party, ticket, kind, command.text, command.files)
        if isinstance(command, Relay):
            await self._pass_on(party, ticket, command)
        after = replace(ticket, verdict="unsolved") if isinstance(command, Insist) else ticket
        return await self._record(actor, party, ticket, after, fact)

    async def _pass_on(self, party: Party, ticket: Ticket, command: Relay) -> None:
        audience = await self._audience(ticket)
        handler = (ticket.signed_by,) if ticket.signed_by is not None else audience.lead or audience.hub
        listeners = handler if party is Party.REPORTER else (audience.reporter,)
        key = "notices.relayed_to_handler" if party is Party.REPORTER else "notices.relayed_to_resident"
        for listener in listeners:
            if listener is not None:
                params: Json = {"number": ticket.number, "text": command.text}
                await self.say(Speech(listener, key, params, ticket_id=ticket.id, files=command.files, priority=Priority.ANSWER))

    async def _follow_up(
        self, actor: Actor, parties: frozenset[Party], ticket: Ticket, command: Urge | Rate | AskExtension | DecideExtension | Correct | Pin
    ) -> Ticket:
        reason, data = "", Json()
        match command:
            case Urge():
                followups.need(parties, Party.REPORTER, ticket)
                party, fact, after = Party.REPORTER, "urged", followups.urged(ticket, self.now)
            case Rate():
                followups.need(parties, Party.REPORTER, ticket)
                party, fact, after = Party.REPORTER, "rated", followups.rated(ticket, command)
                data = {"satisfaction": command.satisfaction}
            case AskExtension():
                followups.need(parties, Party.LEAD, ticket)
                party, fact = Party.LEAD, "extension_asked"
                after, reason = followups.extension_asked(ticket, command, self.now, self.region), command.reason.strip()
            case DecideExtension():
                followups.need(parties, _HUB, ticket)
                if Party.LEAD in parties:
                    raise Refused(Refusal.OWN_WORK)
                party, fact = _party(parties, _HUB), "extension_granted" if command.granted else "extension_denied"
                after = followups.extension_decided(ticket, command, self.region, self.calendar)
                reason = command.reason.strip() or str(ticket.extension_ask.get("reason", ""))
            case Correct():
                followups.need(parties, _HUB | {Party.REPORTER}, ticket)
                correct = followups.corrected if parties & _HUB else followups.corrected_by_reporter
                party, fact, after = _party(parties, _HUB | {Party.REPORTER}), "corrected", correct(ticket, command, self.region)
                data = {"topic_was": ticket.topic, "place_was": ticket.place}
            case Pin():
                followups.need(parties, Party.REPORTER, ticket)
                party, fact, after = Party.REPORTER, "pinned", followups.pinned(ticket, command, self.region)
                await self._keep(actor, party, ticket, "addition", pins.said("", command.point), ())
                data = {"place_was": ticket.place}
        return await self._record(actor, party, ticket, after, fact, reason, data)

    async def _keep(
        self, actor: Actor, party: Party, ticket: Ticket, kind: str, text: str, files: tuple[FileRef, ...]
    ) -> None:
        role = policy.acting_role(actor, ticket, party)
        await self.uow.tickets.add_note(Note(ticket.id, self.now, kind, actor.contact_id, role, text.strip(), files))

    async def _record(
        self, actor: Actor, party: Party, before: Ticket, after: Ticket, kind: str, reason: str = "", data: Json | None = None
    ) -> Ticket:
        saved = await self.uow.tickets.save(after)
        role = policy.acting_role(actor, before, party)
        event = Event(saved.id, self.now, kind, actor.contact_id, role, before.state, saved.state, reason, data or {})
        await self._tell(event, saved, before)
        await parting.tell(self, event, before, saved)
        return saved

    async def _tell(self, event: Event, ticket: Ticket, before: Ticket | None = None) -> None:
        await self.uow.tickets.append(event)
        for speech in notices(event, ticket, await self._audience(ticket, before)):
            await self.say(speech)
        if event.kind in {Trigger.DISPATCH, Trigger.REASSIGN, Trigger.REROUTE, Trigger.DESIGNATE}:
            await self._nobody_on_post(ticket)

    async def _nobody_on_post(self, ticket: Ticket) -> None:
        """A desk without a person is a visible fault, never a silent one."""
        audience = await self._audience(ticket)
        if audience.lead or ticket.lead is None:
            return
        params: Json = {"number": ticket.number, "unit": ticket.lead.unit, "place": ticket.lead.place}
        for contact in audience.hub:
            await self.say(Speech(contact, "notices.nobody_on_post", params, ticket_id=ticket.id, priority=Priority.ANSWER))

    async def _audience(self, ticket: Ticket, before: Ticket | None = None) -> Audience:
        """`before`: the ticket before a change; desks that have it no longer hear so."""
        former = [desk for desk in (before.lead, before.hub) if desk not in {ticket.lead, ticket.hub}] if before is not None else []
        return Audience(
            ticket.reporter,
            await self.on_call(ticket.procedure, ticket.hub.place, pins.on_call(ticket)),
            await self._contacts_at(ticket.lead),
            tuple([contact for desk in former for contact in await self._contacts_at(desk)]),
            new_hub=before is not None and before.hub != ticket.hub,
            followers=await self.uow.followers.of_ticket(ticket.id),
        )

    async def _contacts_at(self, desk: Assignee | None) -> tuple[int, ...]:
        if desk is None:
            return ()
        posts = await self.uow.posts.at(desk.unit, desk.place)
        return tuple(dict.fromkeys(post.contact_id for post in posts if policy.serves(post, desk)))


def _party(parties: frozenset[Party], wanted: frozenset[Party]) -> Party:
    """As which of several parties somebody acts: the first in the table's order."""
    return next(party for party in Party if party in (parties & wanted or parties))
