"""The one table of the ticket's life: trigger, from, to, who may, what must be given.

Source: the life-cycle of the project's domain notes; rows marked (ours) are choices of this project.
Nothing else may assign a state; `machine.py` runs this table through `transitions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """Where a ticket stands. Chinese names are in texts/ under `state.<value>`."""

    REGISTERED = "REGISTERED"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    MERGED = "MERGED"
    ACCEPTED = "ACCEPTED"
    DISPATCHED = "DISPATCHED"
    DISPUTED = "DISPUTED"
    DESIGNATED = "DESIGNATED"
    HANDLING = "HANDLING"
    SUSPENDED = "SUSPENDED"
    REPLIED = "REPLIED"
    EVALUATING = "EVALUATING"
    CLOSED = "CLOSED"
    REVIEW = "REVIEW"
    RECHECK = "RECHECK"
    WITHDRAWN = "WITHDRAWN"
    ARCHIVED = "ARCHIVED"


class Phase(StrEnum):
    """The five words residents see."""

    ACCEPT = "accept"  # 受理
    DISPATCH = "dispatch"  # 派单
    HANDLE = "handle"  # 办理
    REPLY = "reply"  # 反馈
    CLOSE = "close"  # 办结


PHASE: dict[State, Phase] = {
    State.REGISTERED: Phase.ACCEPT,
    State.ANSWERED: Phase.REPLY,
    State.DECLINED: Phase.CLOSE,
    State.MERGED: Phase.HANDLE,
    State.ACCEPTED: Phase.ACCEPT,
    State.DISPATCHED: Phase.DISPATCH,
    State.DISPUTED: Phase.DISPATCH,
    State.DESIGNATED: Phase.DISPATCH,
    State.HANDLING: Phase.HANDLE,
    State.SUSPENDED: Phase.HANDLE,
    State.REPLIED: Phase.HANDLE,
    State.EVALUATING: Phase.REPLY,
    State.CLOSED: Phase.CLOSE,
    State.REVIEW: Phase.HANDLE,
    State.RECHECK: Phase.HANDLE,
    State.WITHDRAWN: Phase.CLOSE,
    State.ARCHIVED: Phase.CLOSE,
}


class Trigger(StrEnum):
    """What somebody does to a ticket."""

    ANSWER = "answer"
    CONFIRM_ANSWER = "confirm_answer"
    NOT_HELPED = "not_helped"
    ACCEPT = "accept"  # 受理
    DECLINE = "decline"  # 不予受理
    UPHOLD_OBJECTION = "uphold_objection"
    MERGE = "merge"  # 并入
    DISPATCH = "dispatch"  # 派单
    REASSIGN = "reassign"  # 改派 before it is signed for (ours)
    SIGN = "sign"  # 签收
    DISPUTE = "dispute"  # 退单
    REROUTE = "reroute"  # 改派 after a dispute
    DESIGNATE = "designate"  # 指定承办
    SUSPEND = "suspend"  # 挂账
    RESUME = "resume"
    REPLY = "reply"  # 办结反馈
    SEND_BACK = "send_back"  # 核查不通过
    RELEASE = "release"  # 核查通过
    REWORK = "rework"  # 退回重办
    CLOSE = "close"  # 办结
    REOPEN = "reopen"
    REQUEST_REVIEW = "request_review"  # 复查
    CONCLUDE_REVIEW = "conclude_review"
    REQUEST_RECHECK = "request_recheck"  # 复核
    CONCLUDE_RECHECK = "conclude_recheck"
    WITHDRAW = "withdraw"  # 撤回
    ARCHIVE = "archive"  # 归档


class Party(StrEnum):
    """What an actor is to one ticket; worked out by `policy.parties` from role × unit × place."""

    REPORTER = "reporter"
    HUB = "hub"  # the desk that owns the procedure: town hub, or the discipline counter for 检举控告
    LEAD = "lead"  # the unit that handles it (主办)
    SUPERVISOR = "supervisor"
    RULE = "rule"  # the system acting on a published rule


class Given(StrEnum):
    """What must be handed over with a trigger."""

    REASON = "reason"
    ROUTE = "route"  # the proper door of a refused matter
    ASSIGNEE = "assignee"
    RESULT = "result"  # the text of the reply
    OUTCOME = "outcome"
    PARENT = "parent"
    PLAN = "plan"
    REVIEW_DATE = "review_date"


@dataclass(frozen=True, slots=True)
class Row:
    """One permitted move. `rules` name further guards, see `guards.py`."""

    trigger: Trigger
    source: State
    target: State
    who: frozenset[Party]
    given: frozenset[Given] = field(default_factory=frozenset)
    rules: tuple[str, ...] = ()


_HUB = frozenset({Party.HUB, Party.SUPERVISOR})
_RULED = _HUB | {Party.RULE}
_LEAD = frozenset({Party.LEAD})
_REPORTER = frozenset({Party.REPORTER})
_SYSTEM = frozenset({Party.RULE})
_NONE: frozenset[Given] = frozenset()
_REASON = frozenset({Given.REASON})
_TO = frozenset({Given.ASSIGNEE})

_MAIN = (
    Row(Trigger.ANSWER, State.REGISTERED, State.ANSWERED, _RULED, frozenset({Given.RESULT}), ("consultation",)),
    Row(Trigger.CONFIRM_ANSWER, State.ANSWERED, State.CLOSED, _REPORTER),
    Row(Trigger.CLOSE, State.ANSWERED, State.CLOSED, _RULED, _REASON, ("evaluation_over",)),
    Row(Trigger.NOT_HELPED, State.ANSWERED, State.REGISTERED, _REPORTER),
    Row(Trigger.ACCEPT, State.REGISTERED, State.ACCEPTED, _RULED),
    # An officer, never the bot: Party.RULE is left out on purpose. 信访工作条例 第22–23条: reason and route.
    Row(Trigger.DECLINE, State.REGISTERED, State.DECLINED, _HUB, frozenset({Given.REASON, Given.ROUTE})),
    Row(Trigger.UPHOLD_OBJECTION, State.DECLINED, State.REGISTERED, _HUB, _REASON),
    Row(Trigger.MERGE, State.REGISTERED, State.MERGED, _HUB, frozenset({Given.PARENT}), ("no_ring",)),
    Row(Trigger.DISPATCH, State.ACCEPTED, State.DISPATCHED, _RULED, _TO),
    Row(Trigger.REASSIGN, State.DISPATCHED, State.DISPATCHED, _HUB, _TO | _REASON),
    Row(Trigger.SIGN, State.DISPATCHED, State.HANDLING, _LEAD),
    Row(Trigger.SIGN, State.DESIGNATED, State.HANDLING, _LEAD),
    Row(Trigger.DISPUTE, State.DISPATCHED, State.DISPUTED, _LEAD, _REASON, ("dispute_in_time",)),
    Row(Trigger.REROUTE, State.DISPUTED, State.DISPATCHED, _HUB, _TO),
    Row(Trigger.DESIGNATE, State.DISPUTED, State.DESIGNATED, _HUB, _TO | _REASON),
    Row(Trigger.SUSPEND, State.HANDLING, State.SUSPENDED, _HUB, frozenset({Given.REASON, Given.PLAN, Given.REVIEW_DATE}),
        ("review_date_near",)),
    Row(Trigger.RESUME, State.SUSPENDED, State.HANDLING, _RULED | _LEAD),
    Row(Trigger.REPLY, State.HANDLING, State.REPLIED, _LEAD, frozenset({Given.RESULT})),
    Row(Trigger.SEND_BACK, State.REPLIED, State.HANDLING, _HUB, _REASON, ("not_own_work",)),
    Row(Trigger.RELEASE, State.REPLIED, State.EVALUATING, _HUB, _NONE, ("not_own_work",)),
    Row(Trigger.REWORK, State.EVALUATING, State.HANDLING, _HUB | _REPORTER, _REASON, ("rework_left",)),
    Row(Trigger.CLOSE, State.EVALUATING, State.CLOSED, _HUB | _REPORTER, frozenset({Given.OUTCOME}),
        ("not_own_work", "verdict_or_reason")),
)
_AFTER = (
    Row(Trigger.REOPEN, State.CLOSED, State.HANDLING, _HUB | _REPORTER, _REASON, ("was_handled", "not_final")),
    Row(Trigger.REQUEST_REVIEW, State.CLOSED, State.REVIEW, _REPORTER, _REASON, ("claim", "within_30_days", "not_reviewed")),
    Row(Trigger.CONCLUDE_REVIEW, State.REVIEW, State.CLOSED, frozenset({Party.SUPERVISOR}),
        frozenset({Given.RESULT, Given.OUTCOME})),
    Row(Trigger.REQUEST_RECHECK, State.CLOSED, State.RECHECK, _REPORTER, _REASON, ("claim", "within_30_days", "reviewed_once")),
    Row(Trigger.CONCLUDE_RECHECK, State.RECHECK, State.CLOSED, frozenset({Party.SUPERVISOR}),
        frozenset({Given.RESULT, Given.OUTCOME})),
)
_WITHDRAWABLE = (
    State.REGISTERED, State.ANSWERED, State.ACCEPTED, State.DISPATCHED, State.DISPUTED, State.DESIGNATED, State.HANDLING,
    State.SUSPENDED,
)  # fmt: skip
_ARCHIVABLE = (State.CLOSED, State.WITHDRAWN, State.DECLINED, State.MERGED)

TABLE: tuple[Row, ...] = (
    *_MAIN,
    *_AFTER,
    *(Row(Trigger.WITHDRAW, state, State.WITHDRAWN, _REPORTER, _NONE, ("no_hazard",)) for state in _WITHDRAWABLE),
    *(Row(Trigger.ARCHIVE, state, State.ARCHIVED, _SYSTEM, _NONE, ("retention_over",)) for state in _ARCHIVABLE),
)

INITIAL = State.REGISTERED
FINAL = frozenset({State.ARCHIVED})
RESTING = frozenset({State.CLOSED, State.DECLINED, State.MERGED, State.WITHDRAWN, State.ARCHIVED})
"""States in which nobody has to act: no clock runs here."""


def row(trigger: Trigger, source: State) -> Row | None:
    """The row for a trigger from a state, or None where the table has none."""
    return _INDEX.get((trigger, source))


_INDEX = {(entry.trigger, entry.source): entry for entry in TABLE}
