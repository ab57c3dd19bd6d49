"""What a city is, as data. Filled by the region pack loader (`app/region_pack.py`); the domain only reads it.

Codes nest by prefix, as statistical division codes (统计用区划代码) do: city 4 digits, county 6, town 9, village 12, grid 15.
So "is inside" is `code.startswith(outer)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

VILLAGE_DIGITS = 12


class Level(StrEnum):
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"


@dataclass(frozen=True, slots=True)
class Place:
    """One division or grid. `kind` is for grids: community, rural, park, sea (社区、农村、园区、海域)."""

    code: str
    name: str
    level: Level
    parent: str
    kind: str = ""
    synthetic: bool = False
    lat: float | None = None  # WGS-84
    lon: float | None = None  # WGS-84


@dataclass(frozen=True, slots=True)
class Unit:
    """A kind of body that can own a ticket. Its instances are (unit, place) pairs: see `model.Assignee`.

    `kind`: hub (综治中心), grid (网格), department, discipline (纪检监察 counter), company.
    `level`: at which level of place it has a desk: grid, town, county or city.
    """

    code: str
    name: str
    kind: str
    level: Level
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A sub-theme. The responsible department hangs here, not on the item."""

    code: str
    name: str
    item: str
    item_name: str
    domain_name: str
    lead: str  # unit code
    co: tuple[str, ...]  # unit codes
    procedure: str  # default procedure for complaints: grid_event or hotline
    first: str  # "grid" (the grid worker looks first) or "department"
    clocks: str  # clock profile: a procedure's code, or a profile of its own such as "utilities"
    hazard: bool = False  # a safety hazard outlives its reporter's withdrawal
    standard_codes: tuple[str, ...] = ()  # DB44/T 2479—2024


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock of a profile.

    `name`: accept, dispatch, sign, dispute, reply, evaluate, opinion (复查、复核意见). `starts`: the fact that starts it: registered,
    accepted, dispatched, replied (released to the resident), review_requested. `unit`: hours, working_days or calendar_days.
    """

    name: str
    amount: int
    unit: str
    starts: str
    basis: str  # the law's article, or "ours"


@dataclass(frozen=True, slots=True)
class ClockProfile:
    code: str
    rules: tuple[ClockRule, ...]
    extension_max: int = 0  # 0 = no extension
    extension_unit: str = "working_days"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A short answer for consultations. `updated` is printed with the answer."""

    code: str
    question: str
    answer: str
    basis: str
    updated: str
    words: tuple[str, ...]


class DemoEnd(StrEnum):
    """How far a matter of the demo went."""

    WAITING = "waiting"  # at the hub
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    REPLIED = "replied"  # the hub checks
    EVALUATING = "evaluating"
    SATISFIED = "satisfied"  # closed, solved
    PARTLY = "partly"  # closed, partly solved
    DECLINED = "declined"
    DISPUTED = "disputed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class DemoMatter:
    """What one of the demo's other residents says, and what staff say to it as far as it went."""

    message: str
    end: DemoEnd
    result: str = ""
    reason: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """How similar open tickets are looked for before a new one is filed (ours)."""

    days: int = 14  # how old they may be
    days_of: Mapping[str, int] = field(default_factory=dict)  # topic or item → its own number
    shown: int = 3

    def days_for(self, topic: str, item: str) -> int:
        return self.days_of.get(topic, self.days_of.get(item, self.days))


@dataclass(frozen=True, slots=True)
class Bursts:
    """When many people at once are raised to the hub as a possible incident (ours)."""

    people: int = 6  # within a town and `hours`, about one item
    hours: int = 6
    people_of: Mapping[str, int] = field(default_factory=dict)  # item → its own number
    county: int = 3  # times as many people within a county
    usual: int = 3  # times as many as usual in the last two weeks

    def people_for(self, item: str) -> int:
        return self.people_of.get(item, self.people)


@dataclass(frozen=True, slots=True)
class Digest:
    """When what waits for one chat is told in one message instead of one by one (ours)."""

    hours: int = 1  # so long has the oldest of more than `few` waited
    few: int = 3
    many: int = 20  # more than so many are too many, however short they wait
    cards: int = 5  # the newest of a desk's cards that still come whole


@dataclass(frozen=True, slots=True)
class Sureness:
    """What the confidence of the best topic (0 to 1) decides (ours). From `sure` on it stands on the card; from `unsure` on it stands
    there among others to choose from; below, the person is asked, and the hub decides where nobody chooses."""

    sure: float = 0.7
    unsure: float = 0.4


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a ticket's words and its reporter are kept once it is at rest, in days (ours, unless the city says otherwise). `held`:
    procedures of which nothing goes by itself."""

    days_of: Mapping[str, int] = field(default_factory=dict)  # procedure → its own number
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Manners:
    """How much one person may bring at once (ours). Danger, and whatever else bears a flag, is heard beyond all of it."""

    messages: int = 30  # within `minutes`
    minutes: int = 10
    open_cases: int = 20
    mute_days: tuple[int, ...] = (1, 3, 7)  # what an officer may choose from
    hotline: str = "12345"  # told to whoever can't go on here just now


@dataclass(frozen=True, slots=True)
class Region:
    """A city, ready to be asked."""

    code: str  # of the city, 4 digits for a prefecture
    name: str
    number_prefix: str  # of ticket numbers: "JM" gives JM-261122-0007
    time_zone: str
    office_hours: tuple[str, str]  # "08:30", "17:30"
    places: Mapping[str, Place]
    units: Mapping[str, Unit]
    topics: Mapping[str, Topic]
    clocks: Mapping[str, ClockProfile]
    knowledge: tuple[Knowledge, ...] = ()
    calendar: Mapping[str, bool] = field(default_factory=dict)  # ISO date → is a working day; overrides the library
    demo_complaint: str = ""
    demo_matters: tuple[DemoMatter, ...] = ()
    sentences: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language → key → the city's own sentence
    retention_days: int = 365 * 5
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # parent code → child codes, in order
    duplicates: Duplicates = Duplicates()
    bursts: Bursts = Bursts()
    digest: Digest = Digest()
    sureness: Sureness = Sureness()
    retention: Retention = Retention()
    manners: Manners = Manners()

    def kept_days(self, procedure: str) -> int | None:
        """None where it is on hold."""
        return None if procedure in self.retention.held else self.retention.days_of.get(procedure, self.retention_days)

    def path(self, code: str) -> tuple[Place, ...]:
        """From county down to the place itself; the city is left out. Empty for an unknown code. A grid that an import took away still
        lies in its village."""
        found: list[Place] = []
        place = self.places.get(code) or self.places.get(code[:VILLAGE_DIGITS])
        while place is not None and place.level is not Level.CITY:
            found.append(place)
            place = self.places.get(place.parent)
        return tuple(reversed(found))

    def within(self, code: str, level: Level) -> tuple[Place, ...]:
        """All children of a place that are of one level, in order."""
        return tuple(self.places[c] for c in self.children.get(code, ()) if self.places[c].level is level)


def children_of(places: Iterable[Place]) -> dict[str, tuple[str, ...]]:
    """Parent code → child codes, sorted."""
    found: dict[str, list[str]] = {}
    for place in places:
        found.setdefault(place.parent, []).append(place.code)
    return {parent: tuple(sorted(codes)) for parent, codes in found.items()}
