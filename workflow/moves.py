"""What a move changes besides the state. Pure: ticket + command → ticket. The state itself comes from `machine.move`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from workflow import deadlines, machine, routing
from workflow.commands import Move
from workflow.errors import Refusal, Refused
from workflow.guards import Case
from workflow.model import Clock, Ticket
from workflow.ports import WorkCalendar
from workflow.states import State, Trigger

_ASSIGNING = frozenset({Trigger.DISPATCH, Trigger.REASSIGN, Trigger.REROUTE, Trigger.DESIGNATE})
_CONCLUDING = frozenset({Trigger.CONCLUDE_REVIEW, Trigger.CONCLUDE_RECHECK})


def apply(case: Case, calendar: WorkCalendar) -> Ticket:
    """The ticket after a permitted move, clocks included. Raises Refused; nothing changes then."""
    target = machine.move(case)
    before, given = case.ticket, case.move
    if given.trigger in _ASSIGNING:
        _check_assignment(case)
    after = _with_given(replace(before, state=target), given, case)
    clocks = deadlines.after_move(before, after, given.trigger, case.now, case.region, calendar)
    after = replace(after, clocks=clocks)
    return replace(after, clocks=(*clocks, _review_clock(case))) if target is State.SUSPENDED else after


def _check_assignment(case: Case) -> None:
    chosen = (case.move.assignee, *case.move.co)
    if any(desk is None or not routing.acceptable(case.region, case.ticket, desk) for desk in chosen):
        raise Refused(Refusal.UNIT_UNKNOWN)


def _with_given(ticket: Ticket, given: Move, case: Case) -> Ticket:
    match given.trigger:
        case Trigger.DISPATCH | Trigger.REASSIGN | Trigger.REROUTE | Trigger.DESIGNATE:
            return replace(ticket, lead=given.assignee, co=given.co, signed_by=None, grid=_grid(ticket, given))
        case Trigger.SIGN:
            return replace(ticket, signed_by=case.actor.contact_id)
        case Trigger.DISPUTE:
            return replace(ticket, hops=ticket.hops + 1)
        case Trigger.REPLY:
            # Of several at a desk it is the one who answered that others have to check.
            answered = replace(ticket, signed_by=case.actor.contact_id)
            return replace(answered, result=given.result.strip(), result_files=given.files, verdict="", satisfaction="")
        case Trigger.ANSWER:
            return replace(ticket, result=given.result.strip(), result_files=given.files, verdict="", satisfaction="")
        case Trigger.REWORK:
            return replace(ticket, reworks=ticket.reworks + 1, verdict=given.verdict)
        case Trigger.MERGE:
            return replace(ticket, parent_id=case.parent.id if case.parent else None)
        case Trigger.REOPEN:
            return replace(ticket, outcome=None, closed_at=None, verdict="", satisfaction="")
        case _:
            return _at_rest(ticket, given, case)


def _grid(ticket: Ticket, given: Move) -> str:
    """Whoever gives a matter to a grid has said in which one it is."""
    desk = given.assignee
    return desk.place if desk is not None and desk.unit == routing.GRID else ticket.grid


def _at_rest(ticket: Ticket, given: Move, case: Case) -> Ticket:
    if given.trigger in _CONCLUDING:
        ticket = replace(ticket, reviews=ticket.reviews + 1, result=given.result.strip(), result_files=given.files)
    if ticket.state is State.CLOSED:
        return replace(
            ticket, outcome=given.outcome or ticket.outcome, closed_at=case.now, verdict=given.verdict or ticket.verdict,
            satisfaction=given.satisfaction or ticket.satisfaction,
        )  # fmt: skip
    return replace(ticket, closed_at=case.now) if ticket.state is State.WITHDRAWN else ticket


def _review_clock(case: Case) -> Clock:
    day = case.move.review_date
    if day is None:
        raise Refused(Refusal.REVIEW_DATE_BAD)
    zone = ZoneInfo(case.region.time_zone)
    due: datetime = datetime.combine(day, time(23, 59, 59), zone).astimezone(case.now.tzinfo)
    return Clock("review", case.now, due)
