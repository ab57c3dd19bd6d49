"""Commands that change a ticket without moving it: urge, rate, extension, correction. Pure; each raises Refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workflow import deadlines, routing
from workflow.commands import AskExtension, Correct, DecideExtension, Pin, Rate
from workflow.errors import Refusal, Refused
from workflow.guards import MAX_REWORKS
from workflow.model import Clock, Procedure, Ticket
from workflow.ports import WorkCalendar
from workflow.region import Region
from workflow.states import RESTING, Party, State

URGE_PAUSE = timedelta(hours=24)  # (ours)
_MARKS = frozenset({"satisfied", "basic", "unsatisfied"})
CORRECTABLE = frozenset({State.REGISTERED, State.ACCEPTED})


def need(parties: frozenset[Party], wanted: Party | frozenset[Party], ticket: Ticket) -> None:
    """Raises Refused unless the actor is one of the wanted parties."""
    if not parties & (wanted if isinstance(wanted, frozenset) else {wanted}):
        raise Refused(Refusal.NOT_YOURS, number=ticket.number)


def need_open(ticket: Ticket) -> None:
    if ticket.state in RESTING:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)


def need_refused(ticket: Ticket) -> None:
    if ticket.state is not State.DECLINED:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)


def need_last_round(ticket: Ticket) -> None:
    if ticket.state is not State.EVALUATING or ticket.reworks < MAX_REWORKS:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)


def urged(ticket: Ticket, now: datetime) -> Ticket:
    if ticket.state in RESTING | {State.ANSWERED, State.EVALUATING}:
        # Nobody is to be urged but the one who urges.
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
    if ticket.last_urge_at is not None and now < ticket.last_urge_at + URGE_PAUSE:
        raise Refused(Refusal.URGE_TOO_SOON, number=ticket.number)
    return replace(ticket, urges=ticket.urges + 1, last_urge_at=now)


def rated(ticket: Ticket, command: Rate) -> Ticket:
    if ticket.state not in {State.EVALUATING, State.CLOSED} or command.satisfaction not in _MARKS:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
    return replace(ticket, satisfaction=command.satisfaction)


def extension_asked(ticket: Ticket, command: AskExtension, now: datetime, region: Region) -> Ticket:
    """Once, before the promise has run out, within the profile's limit (信访工作条例 第34条)."""
    if ticket.state is not State.HANDLING:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
    if ticket.extension:
        raise Refused(Refusal.EXTENSION_USED)
    if not command.reason.strip():
        raise Refused(Refusal.REASON_DUE)
    clock = deadlines.promise(ticket)
    if clock is None or not clock.running or clock.due_at < now:
        raise Refused(Refusal.TOO_LATE)
    limit = deadlines.profile_of(ticket, region).extension_max
    if not 0 < command.amount <= limit:
        raise Refused(Refusal.EXTENSION_TOO_LONG, limit=str(limit))
    return replace(ticket, extension="asked", extension_ask={"amount": command.amount, "reason": command.reason.strip()})


def extension_decided(ticket: Ticket, command: DecideExtension, region: Region, calendar: WorkCalendar) -> Ticket:
    """A granted extension is counted from the old due date."""
    if ticket.extension != "asked":
        raise Refused(Refusal.EXTENSION_NOT_ASKED)
    if not command.granted:
        if not command.reason.strip():
            raise Refused(Refusal.REASON_DUE)
        return replace(ticket, extension="denied")
    old = deadlines.promise(ticket)
    if old is None or not old.running:
        raise Refused(Refusal.TOO_LATE)
    unit = deadlines.profile_of(ticket, region).extension_unit
    amount = int(ticket.extension_ask["amount"])
    due = deadlines.due_at(amount, unit, old.due_at, calendar, ZoneInfo(region.time_zone))
    return replace(ticket, extension="granted", clocks=_moved(ticket.clocks, old, due))


def _moved(clocks: tuple[Clock, ...], old: Clock, due: datetime) -> tuple[Clock, ...]:
    return tuple(replace(clock, due_at=due, warned_at=None) if clock is old else clock for clock in clocks)


def corrected_by_reporter(ticket: Ticket, command: Correct, region: Region) -> Ticket:
    """Who asked may still say where it is, until the matter is accepted."""
    if ticket.state is not State.REGISTERED or command.topic:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
    return corrected(ticket, command, region)


def corrected(ticket: Ticket, command: Correct, region: Region) -> Ticket:
    """Before dispatch; of topic and place at least one. Promises already given stay as they are."""
    if ticket.state not in CORRECTABLE:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
    if not command.topic and not command.place:
        raise Refused(Refusal.CHANGE_DUE)
    if command.topic and command.topic not in region.topics:
        raise Refused(Refusal.TOPIC_UNKNOWN)
    if command.place and command.place not in region.places:
        raise Refused(Refusal.PLACE_UNKNOWN)
    place = command.place or ticket.place
    return replace(
        ticket, topic=command.topic or ticket.topic, place=place, grid=routing.grid_of(region, place),
        hub=routing.hub_for(region, ticket.procedure, place),
    )  # fmt: skip


def pinned(ticket: Ticket, command: Pin, region: Region) -> Ticket:
    """With another point. The place of an emergency that nobody has taken yet follows it; of all else the words say the place."""
    need_open(ticket)
    known = ticket.understanding | {"near": list(command.near)}
    after = replace(ticket, point=command.point, understanding=known)
    if ticket.procedure is not Procedure.EMERGENCY:
        return after
    after = replace(after, understanding=known | {"on_call": list(command.on_call)})
    if ticket.state is not State.REGISTERED or command.place not in region.places or command.place == ticket.place:
        return after
    return corrected(after, Correct(ticket.id, place=command.place), region)


def detached(ticket: Ticket) -> Ticket:
    """A safety hazard outlives its reporter's withdrawal: it stays open, without the reporter."""
    return replace(ticket, reporter=None, anonymous=True, letter_id=None)
