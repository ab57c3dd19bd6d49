"""Refusals of the domain.

    Exception
    ├── Refused          the rules say no; has a sentence for the person (`refused.<code>` in texts/)
    ├── Conflict         somebody else changed the row first; the desk begins again, and says Refused(SOMEBODY_WAS_FIRST) in the end
    ├── Collision        two transactions were in each other's way and this one was undone; the desk begins it again
    └── Away             the store can't be had just now: nobody's fault who asks, nothing is counted, all is tried when it is back

Everything else that is raised is a failure: logged once at the edge, retried, never shown.
"""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why the domain says no. The value is the last part of the sentence's key."""

    NOT_FOUND = "not_found"
    NOT_YOURS = "not_yours"
    WRONG_STATE = "wrong_state"
    SOMEBODY_WAS_FIRST = "somebody_was_first"
    REASON_DUE = "reason_due"
    ROUTE_DUE = "route_due"
    ASSIGNEE_DUE = "assignee_due"
    RESULT_DUE = "result_due"
    OUTCOME_DUE = "outcome_due"
    PARENT_DUE = "parent_due"
    PLAN_DUE = "plan_due"
    REVIEW_DATE_BAD = "review_date_bad"
    VERDICT_DUE = "verdict_due"
    NOT_A_CLAIM = "not_a_claim"
    TOO_LATE = "too_late"
    ALREADY_REVIEWED = "already_reviewed"
    NOT_REVIEWED_YET = "not_reviewed_yet"
    NOT_A_CONSULTATION = "not_a_consultation"
    REWORK_LIMIT = "rework_limit"
    DESIGNATED_FINAL = "designated_final"
    DISPUTE_TOO_LATE = "dispute_too_late"
    MERGE_IN_A_RING = "merge_in_a_ring"
    STILL_KEPT = "still_kept"
    HAZARD_STAYS = "hazard_stays"
    NOT_HANDLED = "not_handled"
    EVALUATION_OPEN = "evaluation_open"
    OWN_WORK = "own_work"
    EXTENSION_USED = "extension_used"
    EXTENSION_NOT_ASKED = "extension_not_asked"
    EXTENSION_TOO_LONG = "extension_too_long"
    URGE_TOO_SOON = "urge_too_soon"
    STEP_TAKEN = "step_taken"
    INVITE_UNKNOWN = "invite_unknown"
    INVITE_USED = "invite_used"
    INVITE_EXPIRED = "invite_expired"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_DUE = "place_due"
    TEXT_DUE = "text_due"
    UNIT_UNKNOWN = "unit_unknown"
    TOPIC_UNKNOWN = "topic_unknown"
    CHANGE_DUE = "change_due"
    NOT_TOGETHER = "not_together"
    UNNAMED_NOT_MUTED = "unnamed_not_muted"
    MUTED_ALREADY = "muted_already"
    NOT_MUTED = "not_muted"
    OWN_MUTE = "own_mute"


class Refused(Exception):
    """The rules say no. `params` fill the sentence `refused.<code>`."""

    def __init__(self, code: Refusal, **params: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = params


class Conflict(Exception):
    """The row was changed by somebody else since it was read (its `version` moved on)."""


class Collision(Exception):
    """The database undid this transaction for another one's sake; nothing of it is left, and it may be begun again."""


class Away(Exception):
    """The store can't be had just now. Whether what was being written is kept is not known: whoever writes again must not write twice.

    `reason`: full, io, locked, removed, replaced, read_only, unreachable, stopping or busy."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
