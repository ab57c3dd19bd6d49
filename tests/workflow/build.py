"""Factories: a tiny made-up region, tickets, actors. Fakes where the domain has a port."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from workflow.commands import Move
from workflow.guards import Case
from workflow.model import Actor, Assignee, Intent, Post, Procedure, Role, Ticket
from workflow.policy import parties
from workflow.region import ClockProfile, ClockRule, Level, Place, Region, Topic, Unit, children_of
from workflow.states import State, Trigger

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in Asia/Shanghai
GRID = "990101001001001"
RESIDENT, WORKER, OFFICER, BUREAU, SUPERVISOR, COUNTER, AUDITOR, ADMIN = 1, 2, 3, 4, 5, 6, 7, 8


class PlainWeeks:
    """Monday to Friday, and the days named."""

    def __init__(self, **named: bool) -> None:
        self.named = named

    def is_working_day(self, day: date) -> bool:
        return self.named.get(f"d{day:%Y%m%d}", day.weekday() < 5)


def a_region() -> Region:
    places = [
        Place("9901", "Quiet City", Level.CITY, ""),
        Place("990101", "North", Level.COUNTY, "9901"),
        Place("990101001", "Hill", Level.TOWN, "990101"),
        Place("990101001001", "Spring", Level.VILLAGE, "990101001"),
        Place("990101001002", "Brook", Level.VILLAGE, "990101001"),
        Place(GRID, "Spring 1", Level.GRID, "990101001001"),
        Place("990101001002001", "Brook 1", Level.GRID, "990101001002"),
        Place("990101001002002", "Brook 2", Level.GRID, "990101001002"),
    ]
    units = [
        Unit("hub", "Hub", "hub", Level.TOWN),
        Unit("grid", "Grid", "grid", Level.GRID),
        Unit("streets", "Streets", "department", Level.COUNTY),
        Unit("discipline", "Counter", "discipline", Level.CITY),
    ]
    topics = [
        Topic("T1", "Litter", "T", "Streets", "Order", "streets", (), "grid_event", "grid", "grid_event"),
        Topic("T2", "Loose wall", "T", "Streets", "Order", "streets", (), "hotline", "department", "hotline", hazard=True),
    ]
    rules = (
        ClockRule("accept", 1, "working_days", "registered", "ours"),
        ClockRule("reply", 5, "working_days", "registered", "ours"),
        ClockRule("sign", 1, "working_days", "dispatched", "ours"),
        ClockRule("dispute", 1, "working_days", "dispatched", "ours"),
        ClockRule("evaluate", 3, "calendar_days", "replied", "ours"),
    )
    clocks = {procedure.value: ClockProfile(procedure.value, rules, 5) for procedure in Procedure}
    claim = (
        ClockRule("accept", 15, "calendar_days", "registered", "law"),
        ClockRule("reply", 60, "calendar_days", "accepted", "law"),
        ClockRule("opinion", 30, "calendar_days", "review_requested", "law"),
        ClockRule("evaluate", 3, "calendar_days", "replied", "ours"),
    )
    clocks["petition_claim"] = ClockProfile("petition_claim", claim, 30, "calendar_days")
    return Region(
        code="9901", name="Quiet City", number_prefix="QC", time_zone="Asia/Shanghai", office_hours=("09:00", "17:00"),
        places={place.code: place for place in places}, units={unit.code: unit for unit in units},
        topics={topic.code: topic for topic in topics}, clocks=clocks, children=children_of(places), retention_days=365,
    )  # fmt: skip


REGION = a_region()


def a_ticket(**changes: Any) -> Ticket:
    base = Ticket(
        id=1, number="QC-261123-0001", query_code="123456", state=State.REGISTERED, version=1, procedure=Procedure.GRID_EVENT,
        intent=Intent.COMPLAIN, topic="T1", text="Litter by the gate", place="990101001001", place_detail="gate", grid=GRID,
        hub=Assignee("hub", "990101001"), lead=Assignee("grid", GRID), created_at=NOW, reporter=RESIDENT,
    )  # fmt: skip
    return replace(base, **changes)


def an_actor(contact: int) -> Actor:
    posts = {
        WORKER: Post(1, WORKER, Role.GRID_WORKER, "grid", GRID),
        OFFICER: Post(2, OFFICER, Role.HUB_OFFICER, "hub", "990101001"),
        BUREAU: Post(3, BUREAU, Role.DEPARTMENT, "streets", "990101"),
        SUPERVISOR: Post(4, SUPERVISOR, Role.SUPERVISOR, "", "9901"),
        COUNTER: Post(5, COUNTER, Role.DEPARTMENT, "discipline", "9901"),
        AUDITOR: Post(6, AUDITOR, Role.AUDITOR, "", "9901"),
        ADMIN: Post(7, ADMIN, Role.ADMIN, "", "9901"),
    }
    post = posts.get(contact)
    return Actor(contact, post.role if post else Role.RESIDENT, (post,) if post else ())


def a_case(ticket: Ticket, contact: int, trigger: Trigger, *, parent: Ticket | None = None, **given: Any) -> Case:
    actor = an_actor(contact)
    move = Move(ticket.id, trigger, **given)
    return Case(ticket, actor, parties(actor, ticket), move, NOW, REGION, parent)
