"""Clocks: when they start, stop and run out. Pure; all times aware UTC, days counted in the city's zone.

The first day is not counted; a last calendar day that is no working day moves to the next working day (民法典 第201、203条).
A due time is computed from the clock's stored start, never from "now", and a new dispatch never moves a reply's promise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflow.model import Clock, Procedure, Ticket
from workflow.ports import WorkCalendar
from workflow.region import ClockProfile, ClockRule, Region
from workflow.states import RESTING, Trigger

END_OF_DAY = time(23, 59, 59)
_ONCE = frozenset({"accept", "reply"})
"""Promises made to the resident: started once, never again."""

STARTS: dict[Trigger, str] = {
    Trigger.ACCEPT: "accepted",
    Trigger.DISPATCH: "dispatched",
    Trigger.REASSIGN: "dispatched",
    Trigger.REROUTE: "dispatched",
    Trigger.DESIGNATE: "dispatched",
    Trigger.RELEASE: "replied",
    Trigger.ANSWER: "replied",
    Trigger.REQUEST_REVIEW: "review_requested",
    Trigger.REQUEST_RECHECK: "review_requested",
}
STOPS: dict[Trigger, tuple[str, ...]] = {
    Trigger.ANSWER: ("accept", "reply"),
    Trigger.ACCEPT: ("accept",),
    Trigger.DISPATCH: ("dispatch",),
    Trigger.REASSIGN: ("sign", "dispute"),
    Trigger.DISPUTE: ("sign", "dispute"),
    Trigger.SIGN: ("sign", "dispute"),
    Trigger.RESUME: ("review",),
    Trigger.RELEASE: ("reply", "rework"),
    Trigger.REWORK: ("evaluate",),
}


def due_at(amount: int, unit: str, start: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> datetime:
    """When a clock of `amount` hours, working_days or calendar_days that starts at `start` runs out. Raises ValueError."""
    if amount <= 0:
        raise ValueError("a clock needs a positive amount")
    if unit == "hours":
        return start + timedelta(hours=amount)
    day = start.astimezone(zone).date()
    if unit == "working_days":
        last = _working_days_after(day, amount, calendar)
    elif unit == "calendar_days":
        last = _next_working_day(day + timedelta(days=amount), calendar)
    else:
        raise ValueError(f"unknown unit of time: {unit}")
    return datetime.combine(last, END_OF_DAY, zone).astimezone(start.tzinfo)


def _working_days_after(day: date, amount: int, calendar: WorkCalendar) -> date:
    left = amount
    while left:
        day += timedelta(days=1)
        left -= calendar.is_working_day(day)
    return day


def _next_working_day(day: date, calendar: WorkCalendar) -> date:
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def profile_of(ticket: Ticket, region: Region) -> ClockProfile:
    return profile_for(ticket.procedure, ticket.topic, region)


def profile_for(procedure: Procedure, topic_code: str, region: Region) -> ClockProfile:
    """The topic's own profile for hotline and grid matters, else the procedure's: the law's clocks come before ours."""
    topic = region.topics.get(topic_code)
    if topic is not None and procedure in {Procedure.GRID_EVENT, Procedure.HOTLINE} and topic.clocks in region.clocks:
        return region.clocks[topic.clocks]
    return region.clocks[procedure.value]


def expected(procedure: Procedure, topic_code: str, now: datetime, region: Region, calendar: WorkCalendar) -> datetime | None:
    """By when an answer would be promised if a matter were registered now; None where no such clock starts with registration."""
    rules = profile_for(procedure, topic_code, region).rules
    rule = next((rule for rule in rules if rule.name == "reply" and rule.starts == "registered"), None)
    return due_at(rule.amount, rule.unit, now, calendar, ZoneInfo(region.time_zone)) if rule is not None else None


def started(ticket: Ticket, fact: str, now: datetime, region: Region, calendar: WorkCalendar) -> tuple[Clock, ...]:
    """The ticket's clocks after a fact: see `ClockRule.starts`."""
    zone = ZoneInfo(region.time_zone)
    clocks = list(ticket.clocks)
    for rule in profile_of(ticket, region).rules:
        if rule.starts != fact or (rule.name in _ONCE and ticket.clock(rule.name) is not None):
            continue
        clocks = [replace(old, stopped_at=now) if old.name == rule.name and old.running else old for old in clocks]
        clocks.append(_clock(rule, rule.name, rule.amount, now, calendar, zone))
    return tuple(clocks)


def _clock(rule: ClockRule, name: str, amount: int, now: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> Clock:
    return Clock(name, now, due_at(amount, rule.unit, now, calendar, zone), basis=rule.basis)


def rework_clock(ticket: Ticket, now: datetime, region: Region, calendar: WorkCalendar) -> Clock | None:
    """A fresh promise for 退回重办: half of the first reply clock, rounded up (ours). None where the procedure has no reply clock."""
    rule = next((found for found in profile_of(ticket, region).rules if found.name == "reply"), None)
    if rule is None:
        return None
    return _clock(rule, "rework", -(-rule.amount // 2), now, calendar, ZoneInfo(region.time_zone))


def stopped(clocks: tuple[Clock, ...], names: tuple[str, ...], now: datetime) -> tuple[Clock, ...]:
    return tuple(replace(clock, stopped_at=now) if clock.running and clock.name in names else clock for clock in clocks)


def after_move(
    before: Ticket, after: Ticket, trigger: Trigger, now: datetime, region: Region, calendar: WorkCalendar
) -> tuple[Clock, ...]:
    """The clocks once a move is made: some stop, some start; at rest all stop."""
    if after.state in RESTING:
        return stopped(after.clocks, tuple({clock.name for clock in after.clocks}), now)
    clocks = stopped(after.clocks, STOPS.get(trigger, ()), now)
    current = replace(after, clocks=clocks)
    fact = STARTS.get(trigger)
    if fact is not None:
        clocks = started(current, fact, now, region, calendar)
    if trigger in {Trigger.REWORK, Trigger.REOPEN}:
        fresh = rework_clock(current, now, region, calendar)
        clocks = (*clocks, fresh) if fresh is not None else clocks
    if trigger in {Trigger.NOT_HELPED, Trigger.UPHOLD_OBJECTION}:
        clocks = (*clocks, *_again(before, now, region, calendar))
    return clocks


def _again(ticket: Ticket, now: datetime, region: Region, calendar: WorkCalendar) -> tuple[Clock, ...]:
    """An answer that did not help, or a refusal that did not stand, starts the acceptance and a new promise."""
    zone = ZoneInfo(region.time_zone)
    rules = [rule for rule in profile_of(ticket, region).rules if rule.name in _ONCE and rule.starts == "registered"]
    return tuple(_clock(rule, "rework" if rule.name == "reply" else rule.name, rule.amount, now, calendar, zone) for rule in rules)


def promise(ticket: Ticket) -> Clock | None:
    """The clock the resident was promised an answer by: the rework's, else the reply's."""
    return ticket.clock("rework") or ticket.clock("reply")


def next_due(ticket: Ticket) -> Clock | None:
    """The earliest running clock."""
    running = [clock for clock in ticket.clocks if clock.running]
    return min(running, key=lambda clock: clock.due_at) if running else None
