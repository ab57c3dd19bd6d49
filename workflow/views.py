"""What lists and boards show: read, never acted upon. Filled by `storage/`, shown by `web/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflow.cursors import Cursor
from workflow.model import Assignee, Event, Note, Procedure, Ticket
from workflow.states import State


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; a field left as it is narrows nothing. `place` is a code that contains the ticket's; `number` a whole
    number, its day, its serial, or these two."""

    state: State | None = None
    procedure: Procedure | None = None
    topic: str = ""
    place: str = ""
    overdue: bool = False
    urgent: bool = False
    number: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket in a list: nothing that a resident wrote."""

    number: str
    state: State
    procedure: Procedure
    topic: str
    place: str
    hub: Assignee
    lead: Assignee | None
    urgent: bool
    created_at: datetime
    due_at: datetime | None  # of the earliest running clock


@dataclass(frozen=True, slots=True)
class Page:
    """`found`: how many match, None where that is not known; `total`: how many there are for this viewer at all. `page` counts from 1."""

    lines: tuple[Line, ...]
    found: int | None
    total: int
    page: int
    before: Cursor | None
    after: Cursor | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Numbers of now. `late`: running clocks past their time, by name; `late_tickets`: the tickets they belong to."""

    by_state: Mapping[State, int]
    registered_today: int
    closed_today: int
    late: Mapping[str, int]
    late_tickets: int

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


@dataclass(frozen=True, slots=True)
class Whole:
    """A ticket with its trail and its notes, in order."""

    ticket: Ticket
    events: tuple[Event, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class AsideRow:
    """An update that failed too often. `why` is the error's kind; the words stay in the inbox."""

    door: str
    received_at: datetime
    why: str
    attempts: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up. `kind`: the sentence's key, or the card's name; `number` "" where there is no ticket."""

    kind: str
    number: str
    why: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Queues:
    """Inbox and outbox. Whatever belongs to a ticket of 检举控告 is left out of the outbox's numbers and rows."""

    inbox: Mapping[str, int] = field(default_factory=dict)  # status → rows
    outbox: Mapping[str, int] = field(default_factory=dict)  # status → rows
    aside: tuple[AsideRow, ...] = ()
    dead: tuple[DeadLetter, ...] = ()
    dead_reasons: Mapping[str, int] = field(default_factory=dict)
    staffed: frozenset[str] = frozenset()  # units with at least one person
