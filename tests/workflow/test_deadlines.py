"""The right kind of days, from the stored start, never moved by a new dispatch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.workflow.build import NOW, REGION, PlainWeeks, a_ticket
from workflow import deadlines
from workflow.model import Procedure
from workflow.states import State, Trigger

ZONE = ZoneInfo("Asia/Shanghai")


def local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("amount", "unit", "named", "expected"),
    [
        (24, "hours", {}, "2026-11-24 10:00"),
        (5, "working_days", {}, "2026-11-30 23:59"),
        (1, "working_days", {"d20261124": False}, "2026-11-25 23:59"),
        (6, "calendar_days", {}, "2026-11-30 23:59"),  # Sunday moves to Monday
        (5, "calendar_days", {"d20261128": True}, "2026-11-28 23:59"),  # 调休: a Saturday that is worked
        (60, "calendar_days", {}, "2027-01-22 23:59"),
    ],
)
def test_due(amount: int, unit: str, named: dict[str, bool], expected: str) -> None:
    assert local(deadlines.due_at(amount, unit, NOW, PlainWeeks(**named), ZONE)) == expected


def test_the_day_is_the_citys_day_not_the_servers() -> None:
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # already Tuesday in the city
    assert local(deadlines.due_at(1, "working_days", late, PlainWeeks(), ZONE)) == "2026-11-25 23:59"


@pytest.mark.parametrize(("amount", "unit"), [(0, "hours"), (-1, "working_days"), (1, "moons")])
def test_a_nonsense_clock_is_refused(amount: int, unit: str) -> None:
    with pytest.raises(ValueError, match=r"amount|unit"):
        deadlines.due_at(amount, unit, NOW, PlainWeeks(), ZONE)


def test_a_new_dispatch_never_moves_the_promise() -> None:
    ticket = a_ticket(state=State.ACCEPTED)
    ticket = replace(ticket, clocks=deadlines.started(ticket, "registered", NOW, REGION, PlainWeeks()))
    promise = ticket.clock("reply")
    for day, trigger in enumerate((Trigger.DISPATCH, Trigger.REASSIGN, Trigger.REROUTE), 1):
        after = replace(ticket, state=State.DISPATCHED)
        clocks = deadlines.after_move(ticket, after, trigger, NOW + timedelta(days=day), REGION, PlainWeeks())
        ticket = replace(after, clocks=clocks)
    assert ticket.clock("reply") == promise
    assert [clock.running for clock in ticket.clocks if clock.name == "sign"] == [False, False, True]


def test_the_sixty_days_start_at_acceptance() -> None:
    claim = a_ticket(procedure=Procedure.PETITION_CLAIM)
    claim = replace(claim, clocks=deadlines.started(claim, "registered", NOW, REGION, PlainWeeks()))
    assert claim.clock("reply") is None
    later = NOW + timedelta(days=10)
    after = replace(claim, state=State.ACCEPTED)
    clocks = deadlines.after_move(claim, after, Trigger.ACCEPT, later, REGION, PlainWeeks())
    assert [clock.started_at for clock in clocks if clock.name == "reply"] == [later]


def test_at_rest_no_clock_runs() -> None:
    ticket = a_ticket()
    ticket = replace(ticket, clocks=deadlines.started(ticket, "registered", NOW, REGION, PlainWeeks()))
    after = replace(ticket, state=State.WITHDRAWN)
    assert not any(c.running for c in deadlines.after_move(ticket, after, Trigger.WITHDRAW, NOW, REGION, PlainWeeks()))
