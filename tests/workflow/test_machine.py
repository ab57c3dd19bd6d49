"""Every state × trigger × role, the forbidden ones too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.workflow.build import (
    ADMIN,
    AUDITOR,
    BUREAU,
    COUNTER,
    NOW,
    OFFICER,
    RESIDENT,
    SUPERVISOR,
    WORKER,
    a_case,
    a_ticket,
    an_actor,
)  # fmt: skip
from workflow.errors import Refusal, Refused
from workflow.guards import RULES
from workflow.machine import move
from workflow.model import SYSTEM, Assignee, Clock, Outcome, Procedure
from workflow.policy import may_see, may_trace, parties
from workflow.states import FINAL, INITIAL, PHASE, TABLE, Given, Party, State, Trigger, row

EVERYBODY = (RESIDENT, WORKER, OFFICER, BUREAU, SUPERVISOR, COUNTER, AUDITOR, ADMIN, 99)
PARTY = {RESIDENT: Party.REPORTER, WORKER: Party.LEAD, OFFICER: Party.HUB, SUPERVISOR: Party.SUPERVISOR}
PARENT = a_ticket(id=2, number="QC-261123-0002")
EVERYTHING: dict[str, Any] = {
    "reason": "because", "route": "the court", "assignee": Assignee("streets", "990101"), "result": "done",
    "outcome": Outcome.RESOLVED, "plan": "next week", "review_date": date(2026, 12, 1), "verdict": "solved",
    "parent": PARENT,
}  # fmt: skip


def a_ready_ticket(trigger: Trigger, state: State) -> Any:
    """A ticket in a state in which every further rule of the trigger's row lets it pass."""
    over = Clock("evaluate", NOW - timedelta(days=9), NOW - timedelta(days=1))
    claims = {Trigger.REQUEST_REVIEW, Trigger.REQUEST_RECHECK}
    procedure = Procedure.PETITION_CLAIM if trigger in claims else Procedure.GRID_EVENT
    if trigger is Trigger.ANSWER:
        procedure = Procedure.CONSULTATION
    long_ago = NOW - timedelta(days=400 if trigger is Trigger.ARCHIVE else 1)
    return a_ticket(
        state=state, procedure=procedure, closed_at=long_ago, created_at=long_ago, clocks=(over,),
        reviews=1 if trigger is Trigger.REQUEST_RECHECK else 0,
    )  # fmt: skip


@pytest.mark.parametrize("contact", EVERYBODY)
@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("state", State)
def test_the_table_and_nothing_but_the_table(state: State, trigger: Trigger, contact: int) -> None:
    ticket = a_ready_ticket(trigger, state)
    case = a_case(ticket, contact, trigger, **EVERYTHING)
    entry = row(trigger, state)
    allowed = entry is not None and PARTY.get(contact) in entry.who
    if allowed:
        assert entry is not None
        assert move(case) is entry.target
    else:
        with pytest.raises(Refused) as refusal:
            move(case)
        expected = Refusal.WRONG_STATE if case.parties and entry is None else Refusal.NOT_YOURS
        assert refusal.value.code is expected
    assert ticket.state is state


@pytest.mark.parametrize("entry", [entry for entry in TABLE if entry.given], ids=lambda e: f"{e.trigger}-{e.source}")
def test_what_is_due_must_be_given(entry: Any) -> None:
    who = next(contact for contact, party in PARTY.items() if party in entry.who)
    names = {Given.REVIEW_DATE: "review_date"}
    for given in entry.given:
        rest = {key: value for key, value in EVERYTHING.items() if key != names.get(given, given.value)}
        with pytest.raises(Refused):
            move(a_case(a_ready_ticket(entry.trigger, entry.source), who, entry.trigger, **rest))


def test_a_reason_of_one_space_is_no_reason() -> None:
    with pytest.raises(Refused) as refusal:
        move(a_case(a_ticket(), OFFICER, Trigger.DECLINE, reason=" ", route="the court"))
    assert refusal.value.code is Refusal.REASON_DUE


def test_every_state_is_reachable_and_none_is_a_dead_end() -> None:
    reached = {INITIAL}
    while more := {e.target for e in TABLE if e.source in reached} - reached:
        reached |= more
    assert reached == set(State)
    for state in set(State) - FINAL:
        ahead = {state}
        while more := {e.target for e in TABLE if e.source in ahead} - ahead:
            ahead |= more
        assert ahead & FINAL, f"{state} never rests"
    assert set(PHASE) == set(State)


def test_every_rule_named_in_the_table_exists_and_every_rule_is_used() -> None:
    assert {name for entry in TABLE for name in entry.rules} == set(RULES)


def test_the_system_never_declines() -> None:
    assert all(Party.RULE not in entry.who for entry in TABLE if entry.trigger is Trigger.DECLINE)


def test_nobody_who_handles_it_closes_or_checks_it() -> None:
    for trigger in (Trigger.CLOSE, Trigger.RELEASE, Trigger.SEND_BACK):
        for entry in TABLE:
            assert entry.trigger is not trigger or Party.LEAD not in entry.who
    own = a_ticket(state=State.REPLIED, lead=Assignee("hub", "990101001"))
    with pytest.raises(Refused) as refusal:
        move(a_case(own, OFFICER, Trigger.RELEASE))
    assert refusal.value.code is Refusal.OWN_WORK


def test_silence_closes_nothing_before_its_time_and_never_without_a_reason() -> None:
    waiting = Clock("evaluate", NOW, NOW + timedelta(days=3))
    ticket = a_ticket(state=State.EVALUATING, clocks=(waiting,))
    with pytest.raises(Refused) as early:
        move(a_case(ticket, OFFICER, Trigger.CLOSE, outcome=Outcome.RESOLVED, reason="no answer"))
    assert early.value.code is Refusal.EVALUATION_OPEN
    with pytest.raises(Refused) as bare:
        move(a_case(ticket, OFFICER, Trigger.CLOSE, outcome=Outcome.RESOLVED))
    assert bare.value.code is Refusal.REASON_DUE


def test_a_resident_closes_only_with_a_verdict() -> None:
    ticket = a_ticket(state=State.EVALUATING)
    with pytest.raises(Refused) as refusal:
        move(a_case(ticket, RESIDENT, Trigger.CLOSE, outcome=Outcome.RESOLVED, verdict="unsolved"))
    assert refusal.value.code is Refusal.VERDICT_DUE


@pytest.mark.parametrize(
    ("ticket", "contact", "trigger", "given", "code"),
    [
        (a_ticket(state=State.DISPATCHED, hops=2), WORKER, Trigger.DISPUTE, {"reason": "not ours"}, Refusal.DESIGNATED_FINAL),
        (a_ticket(state=State.DISPATCHED, clocks=(Clock("dispute", NOW - timedelta(days=2), NOW - timedelta(days=1)),)),
         WORKER, Trigger.DISPUTE, {"reason": "not ours"}, Refusal.DISPUTE_TOO_LATE),
        (a_ticket(state=State.EVALUATING, reworks=2), RESIDENT, Trigger.REWORK, {"reason": "again"}, Refusal.REWORK_LIMIT),
        (a_ticket(state=State.HANDLING, topic="T2"), RESIDENT, Trigger.WITHDRAW, {}, Refusal.HAZARD_STAYS),
        (a_ticket(), OFFICER, Trigger.MERGE, {"parent": a_ticket()}, Refusal.MERGE_IN_A_RING),
        (a_ticket(state=State.CLOSED, lead=None), RESIDENT, Trigger.REOPEN, {"reason": "back"}, Refusal.NOT_HANDLED),
        (a_ticket(state=State.EVALUATING, reworks=1), RESIDENT, Trigger.REWORK, {"reason": "x", "reworks": 0}, Refusal.WRONG_STATE),
        (a_ticket(state=State.CLOSED, procedure=Procedure.PETITION_CLAIM, closed_at=NOW - timedelta(days=31)), RESIDENT,
         Trigger.REQUEST_REVIEW, {"reason": "wrong"}, Refusal.TOO_LATE),
    ],
)  # fmt: skip
def test_a_rule_refuses(ticket: Any, contact: int, trigger: Trigger, given: dict[str, Any], code: Refusal) -> None:
    with pytest.raises(Refused) as refusal:
        move(a_case(ticket, contact, trigger, **given))
    assert refusal.value.code is code


def test_a_report_about_somebody_is_seen_by_the_counter_alone() -> None:
    secret = a_ticket(procedure=Procedure.PETITION_REPORT, hub=Assignee("discipline", "9901"), lead=Assignee("grid", GRID_OF_WORKER))
    for contact in EVERYBODY:
        actor = an_actor(contact)
        seen = contact in {RESIDENT, COUNTER}
        assert may_see(actor, secret) is seen
        assert may_trace(actor, secret) is seen
        assert bool(parties(actor, secret)) is seen
    assert parties(SYSTEM, secret) == {Party.RULE}


def test_an_administrator_traces_but_does_not_read() -> None:
    assert may_trace(an_actor(ADMIN), a_ticket())
    assert not may_see(an_actor(ADMIN), a_ticket())


GRID_OF_WORKER = "990101001001001"
