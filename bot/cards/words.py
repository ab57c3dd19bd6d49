"""Codes and times as words, in one person's language and in the city's time zone. All answers are plain text, not markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from texts import Texts
from workflow import deadlines
from workflow.alike import ANSWERED
from workflow.model import Assignee, Clock, Ticket
from workflow.region import Level, Region
from workflow.states import RESTING, State

_LAST_MINUTE = time(23, 59)
_CODED = ("state", "outcome", "clock", "role", "procedure", "intent", "verdict", "satisfaction", "phase")


@dataclass(frozen=True, slots=True)
class Words:
    texts: Texts
    region: Region
    zone: ZoneInfo
    language: str

    def label(self, key: str, **params: object) -> str:
        return self.texts.label(self.language, key, **params)

    def day(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        weekday = self.label(f"words.weekday.{local.weekday()}")
        return self.label("words.day", month=local.month, day=local.day, weekday=weekday)

    def due(self, moment: datetime) -> str:
        """A deadline: the day alone where it ends with the day, else with hour and minute."""
        local = moment.astimezone(self.zone)
        if local.time() >= _LAST_MINUTE:
            return self.label("words.due_day", date=self.day(moment))
        return self.label("words.due_time", date=self.day(moment), time=f"{local:%H:%M}")

    def at(self, moment: datetime) -> str:
        return self.label("words.at", date=self.day(moment), time=f"{moment.astimezone(self.zone):%H:%M}")

    def place(self, code: str) -> str:
        """The path from county to place; the city's name for its code. What is no code stays as it is."""
        if not code:
            return self.label("words.place_unknown")
        path = self.region.path(code)
        if path:
            return " ".join(place.name for place in path)
        return self.region.name if code == self.region.code else code

    def unit(self, code: str) -> str:
        found = self.region.units.get(code)
        return found.name if found is not None else code

    def topic(self, code: str) -> str:
        found = self.region.topics.get(code)
        return found.name if found is not None else code or self.label("words.topic_unknown")

    def desk(self, desk: Assignee) -> str:
        """A desk as people call it: the grid's own name, else the place with the unit."""
        found = self.region.places.get(desk.place)
        name = found.name if found is not None else self.region.name if desk.place == self.region.code else ""
        if found is not None and found.level is Level.GRID:
            return name
        unit = self.unit(desk.unit)
        return unit if not name or name in unit else self.label("words.desk", place=name, unit=unit).strip()

    def who(self, ticket: Ticket) -> str:
        """Who has to act now: the handling unit, else the hub."""
        return self.desk(ticket.lead if ticket.lead is not None else ticket.hub)

    def kind(self, kind: str) -> str:
        """An event's kind: a trigger or another fact."""
        return self.label(f"trigger.{kind}" if self.texts.has(f"trigger.{kind}") else f"fact.{kind}")

    def listed(self, items: list[str]) -> str:
        return self.label("words.comma").join(items)

    def promise(self, ticket: Ticket, now: datetime, *, rates: bool = True) -> str:
        """By when the resident hears, as a sentence. Never hides that the time is over. `rates`: it is for the one who is asked for a
        verdict."""
        if ticket.state in RESTING or (ticket.state in ANSWERED and not rates):
            return ""
        clock, key = _promised(ticket)
        if clock is None:
            return self.label("cards.promise_none")
        if clock.due_at < now and key != "cards.promise_evaluate":
            return self.label("cards.promise_late", due=self.due(clock.due_at))
        return self.label(key, due=self.due(clock.due_at))

    def params(self, given: Mapping[str, object]) -> dict[str, str]:
        """A sentence's parameters with codes turned into words, by name: `topic`, `topic_was`, `old_state`, `due`, …"""
        return {name: self._worded(name, str(value)) for name, value in given.items() if value is not None}

    def _worded(self, name: str, value: str) -> str:
        for coded in _CODED:
            if _means(name, coded) and self.texts.has(f"{coded}.{value}"):
                return self.label(f"{coded}.{value}")
        if _means(name, "place"):
            return self.place(value)
        if _means(name, "unit"):
            return self.unit(value)
        if _means(name, "topic"):
            return self.topic(value)
        if _means(name, "trigger"):
            return self.kind(value)
        moment = _moment(value) if _means(name, "due") or _means(name, "at") else None
        if moment is None:
            return value
        return self.due(moment) if _means(name, "due") else self.at(moment)


def _means(name: str, code: str) -> bool:
    """A parameter's name says what it holds: `place`, `old_place`, `place_was`."""
    return name == code or name.endswith(f"_{code}") or name == f"{code}_was"


def _promised(ticket: Ticket) -> tuple[Clock | None, str]:
    evaluate = ticket.clock("evaluate")
    if ticket.state in {State.EVALUATING, State.ANSWERED} and evaluate is not None:
        return evaluate, "cards.promise_evaluate"
    promise = deadlines.promise(ticket)
    if promise is not None and promise.running:
        return promise, "cards.promise_reply"
    accept = ticket.clock("accept")
    if accept is not None and accept.running:
        return accept, "cards.promise_accept"
    return None, ""


def _moment(value: str) -> datetime | None:
    """An aware ISO time, or None for words that are worded already."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
