"""The named rules of the table. Each takes a `Case` and raises `Refused`, or lets it pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workflow.commands import Move
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Outcome, Procedure, Ticket
from workflow.region import Region
from workflow.states import RESTING, Given, Party, Row

MAX_REWORKS = 2  # 退回重办 at most twice
FINAL_REVIEW = 2  # 复核 is the last
MAX_HOPS = 2  # after two disputes the case is designated, not returned
SUSPENSION_DAYS = 30  # calendar days until the review date (ours)
REVIEW_DAYS = 30  # calendar days to ask for 复查 or 复核 (信访工作条例 第35–36条)


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may look at. `now` is aware UTC; `parent` is the ticket named in a merge, None if there is none."""

    ticket: Ticket
    actor: Actor
    parties: frozenset[Party]
    move: Move
    now: datetime
    region: Region
    parent: Ticket | None = None


_MISSING: dict[Given, Refusal] = {
    Given.REASON: Refusal.REASON_DUE,
    Given.ROUTE: Refusal.ROUTE_DUE,
    Given.ASSIGNEE: Refusal.ASSIGNEE_DUE,
    Given.RESULT: Refusal.RESULT_DUE,
    Given.OUTCOME: Refusal.OUTCOME_DUE,
    Given.PARENT: Refusal.PARENT_DUE,
    Given.PLAN: Refusal.PLAN_DUE,
    Given.REVIEW_DATE: Refusal.REVIEW_DATE_BAD,
}


def _present(case: Case, given: Given) -> bool:
    move = case.move
    match given:
        case Given.REASON:
            return bool(move.reason.strip())
        case Given.ROUTE:
            return bool(move.route.strip())
        case Given.ASSIGNEE:
            return move.assignee is not None
        case Given.RESULT:
            return bool(move.result.strip())
        case Given.OUTCOME:
            return move.outcome is not None
        case Given.PARENT:
            return case.parent is not None
        case Given.PLAN:
            return bool(move.plan.strip())
        case Given.REVIEW_DATE:
            return move.review_date is not None


def check(row: Row, case: Case) -> None:
    """Raises Refused unless the actor may make this move now with what was given."""
    if not row.who & case.parties:
        raise Refused(Refusal.NOT_YOURS, number=case.ticket.number)
    if case.move.reworks is not None and case.move.reworks != case.ticket.reworks:
        raise Refused(Refusal.WRONG_STATE, number=case.ticket.number, state=case.ticket.state)
    for given in Given:
        if given in row.given and not _present(case, given):
            raise Refused(_MISSING[given])
    for name in row.rules:
        RULES[name](case)


def _consultation(case: Case) -> None:
    if case.ticket.procedure is not Procedure.CONSULTATION:
        raise Refused(Refusal.NOT_A_CONSULTATION)


def _evaluation_over(case: Case) -> None:
    clock = case.ticket.clock("evaluate")
    if clock is None or clock.due_at > case.now:
        raise Refused(Refusal.EVALUATION_OPEN)


def _no_ring(case: Case) -> None:
    parent = case.parent
    if parent is None or parent.id == case.ticket.id or parent.parent_id is not None or parent.state in RESTING:
        raise Refused(Refusal.MERGE_IN_A_RING)
    same_counter = (parent.procedure is Procedure.PETITION_REPORT) == (case.ticket.procedure is Procedure.PETITION_REPORT)
    if not same_counter:
        raise Refused(Refusal.NOT_FOUND)


def _dispute_in_time(case: Case) -> None:
    if case.ticket.hops >= MAX_HOPS:
        raise Refused(Refusal.DESIGNATED_FINAL)
    clock = case.ticket.clock("dispute")
    if clock is not None and clock.due_at < case.now:
        raise Refused(Refusal.DISPUTE_TOO_LATE)


def _review_date_near(case: Case) -> None:
    today = case.now.astimezone(ZoneInfo(case.region.time_zone)).date()
    chosen = case.move.review_date
    if chosen is None or not today < chosen <= today + timedelta(days=SUSPENSION_DAYS):
        raise Refused(Refusal.REVIEW_DATE_BAD)


def _not_own_work(case: Case) -> None:
    if own_work(case.ticket, case.actor.contact_id, case.parties):
        raise Refused(Refusal.OWN_WORK)


def own_work(ticket: Ticket, contact_id: int, held: frozenset[Party]) -> bool:
    """Whether somebody would check what they, or their unit, did. A report about somebody in office has one counter and nobody above it:
    there a colleague of whoever answered checks."""
    alone = ticket.procedure is Procedure.PETITION_REPORT
    return ticket.signed_by == contact_id or (Party.LEAD in held and not alone)


def _rework_left(case: Case) -> None:
    if case.ticket.reworks >= MAX_REWORKS:
        raise Refused(Refusal.REWORK_LIMIT)


def _verdict_or_reason(case: Case) -> None:
    """The resident's own verdict, or, once the time for it is over, the hub's recorded reason. Silence is not satisfaction."""
    move, ticket = case.move, case.ticket
    if Party.REPORTER in case.parties:
        if (move.verdict, move.outcome) not in {("solved", Outcome.RESOLVED), ("partly", Outcome.PARTLY)}:
            raise Refused(Refusal.VERDICT_DUE)
        return
    if not move.reason.strip():
        raise Refused(Refusal.REASON_DUE)
    if not ticket.verdict and ticket.reporter is not None:
        _evaluation_over(case)


def _was_handled(case: Case) -> None:
    if case.ticket.lead is None:
        raise Refused(Refusal.NOT_HANDLED)


def _not_final(case: Case) -> None:
    if case.ticket.reviews >= FINAL_REVIEW:
        raise Refused(Refusal.ALREADY_REVIEWED)


def _claim(case: Case) -> None:
    if case.ticket.procedure is not Procedure.PETITION_CLAIM:
        raise Refused(Refusal.NOT_A_CLAIM)


def _within_30_days(case: Case) -> None:
    closed = case.ticket.closed_at
    if closed is None or case.now > closed + timedelta(days=REVIEW_DAYS):
        raise Refused(Refusal.TOO_LATE)


def _not_reviewed(case: Case) -> None:
    if case.ticket.reviews != 0:
        raise Refused(Refusal.ALREADY_REVIEWED)


def _reviewed_once(case: Case) -> None:
    if case.ticket.reviews == 0:
        raise Refused(Refusal.NOT_REVIEWED_YET)
    _not_final(case)


def _no_hazard(case: Case) -> None:
    topic = case.region.topics.get(case.ticket.topic)
    if topic is not None and topic.hazard:
        raise Refused(Refusal.HAZARD_STAYS)


def _retention_over(case: Case) -> None:
    since = case.ticket.closed_at or case.ticket.created_at
    days = case.region.kept_days(case.ticket.procedure)
    if days is None or case.now < since + timedelta(days=days):
        raise Refused(Refusal.STILL_KEPT)


RULES: dict[str, Callable[[Case], None]] = {
    "consultation": _consultation,
    "evaluation_over": _evaluation_over,
    "no_ring": _no_ring,
    "dispute_in_time": _dispute_in_time,
    "review_date_near": _review_date_near,
    "not_own_work": _not_own_work,
    "rework_left": _rework_left,
    "verdict_or_reason": _verdict_or_reason,
    "was_handled": _was_handled,
    "not_final": _not_final,
    "claim": _claim,
    "within_30_days": _within_30_days,
    "not_reviewed": _not_reviewed,
    "reviewed_once": _reviewed_once,
    "no_hazard": _no_hazard,
    "retention_over": _retention_over,
}


