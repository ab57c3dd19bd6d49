"""A made-up city's tickets by the million, spread as a city's are: few towns and topics have most, one in forty is still open."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app import region_pack
from app.config import find_pack
from storage import listing
from workflow.model import Procedure
from workflow.policy import Reach
from workflow.region import Level, Region
from workflow.states import RESTING, State
from workflow.views import Filter

PACK = "regions/jiangmen"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)
_ENDS = {State.CLOSED: 600, State.ARCHIVED: 330, State.WITHDRAWN: 20, State.MERGED: 20, State.DECLINED: 5}
_OPEN = [state for state in State if state not in RESTING]
_WORDS = {"text": "x" * 150, "understanding": {"topic": [["x" * 20, 0.5]] * 12}}
"""As long as people's, and as what was understood of them: what lies beside the columns of a list makes looking at rows dear."""


@dataclass(frozen=True)
class City:
    """`towns` and `topics`: those with most first."""

    region: Region
    towns: Sequence[str]
    topics: Sequence[str]

    def cases(self) -> Iterator[tuple[str, Filter, Reach]]:
        whole, town, small = Reach(self.region.code), self.towns[0], self.towns[-1]
        county, topic, rare = town[:6], self.topics[0], self.topics[-1]
        found = {
            "nothing": Filter(), "overdue": Filter(overdue=True), "urgent": Filter(urgent=True),
            "state, closed": Filter(State.CLOSED), "state, handling": Filter(State.HANDLING), "state, rare": Filter(State.RECHECK),
            "procedure, most": Filter(procedure=Procedure.HOTLINE), "procedure, few": Filter(procedure=Procedure.EMERGENCY),
            "topic, most": Filter(topic=topic), "topic, few": Filter(topic=rare), "county": Filter(place=county),
            "town, most": Filter(place=town), "town, few": Filter(place=small), "day": Filter(number="261001"),
            "serial": Filter(number="0007"), "number": Filter(number="JM-261001-0007"),
            "state + county": Filter(State.HANDLING, place=county), "closed + town": Filter(State.CLOSED, place=town),
            "handling + topic": Filter(State.HANDLING, topic=topic), "closed + topic": Filter(State.CLOSED, topic=topic),
            "closed + procedure": Filter(State.CLOSED, Procedure.GRID_EVENT), "topic + county": Filter(topic=topic, place=county),
            "topic + town": Filter(topic=topic, place=small), "few + few": Filter(topic=rare, place=small),
            "topic + wrong procedure": Filter(procedure=Procedure.LEGAL_ROUTE, topic=topic),
            "overdue + county": Filter(place=county, overdue=True), "overdue + topic": Filter(topic=topic, overdue=True),
            "overdue + closed": Filter(State.CLOSED, overdue=True),
            "urgent + town": Filter(place=town, urgent=True), "urgent + topic": Filter(topic=topic, urgent=True),
            "urgent + closed": Filter(State.CLOSED, urgent=True),
        }  # fmt: skip
        yield from ((name, wanted, whole) for name, wanted in found.items())
        yield "a county's, nothing", Filter(), Reach(county)
        yield "a county's, handling", Filter(State.HANDLING), Reach(county)
        yield "a town's hub, nothing", Filter(), Reach(small, "hub")
        yield "a town's hub, topic", Filter(topic=topic), Reach(small, "hub")


def a_city() -> City:
    region = region_pack.load(find_pack(PACK))
    mixed = random.Random(7)
    towns = sorted(code for code, place in region.places.items() if place.level is Level.TOWN)
    topics = sorted(region.topics)
    mixed.shuffle(towns)
    mixed.shuffle(topics)
    return City(region, towns, topics)


def rows(city: City, count: int) -> Iterator[dict[str, Any]]:
    """In the order in which they came."""
    mixed, step = random.Random(1), YEARS / count
    towns, topics = _falling(len(city.towns)), _falling(len(city.topics))
    day, serial = "", 0
    for number in range(count):
        created = NOW - YEARS + step * number
        today = f"{created:%y%m%d}"
        day, serial = today, serial + 1 if today == day else 1
        town = mixed.choices(city.towns, cum_weights=towns)[0]
        topic = city.region.topics[mixed.choices(city.topics, cum_weights=topics)[0]]
        yield _row(f"JM-{day}-{serial:04d}", created, town, topic.code, _procedure(mixed, topic.procedure), mixed)


def _falling(count: int) -> list[float]:
    total, found = 0.0, []
    for place in range(1, count + 1):
        total += 1 / place**0.8
        found.append(total)
    return found


def _procedure(mixed: random.Random, usual: str) -> str:
    others = ("consultation", "hotline", "petition_claim", "petition_suggestion", "emergency", "petition_report")
    return mixed.choices((usual, *others), (70, 18, 6, 3, 1, 1, 1))[0]


def _row(number: str, created: datetime, town: str, topic: str, procedure: str, mixed: random.Random) -> dict[str, Any]:
    ended = mixed.random() < 0.975 and created < NOW - timedelta(days=3)
    state = mixed.choices([*_ENDS], [*_ENDS.values()])[0] if ended else mixed.choice(_OPEN)
    due = None if ended else NOW + timedelta(seconds=mixed.randrange(-5 * 86400, 15 * 86400))
    place = f"{town}{mixed.randrange(1, 19):03d}"
    fixed: dict[str, Any] = {
        "number": number, "query_code": "123456", "state": state.value, "version": 5, "procedure": procedure, "intent": "complain",
        "topic": topic, "place": place, "place_detail": "", "grid": "", "hub_unit": "hub", "hub_place": town, "lead_unit": "grid",
        "lead_place": f"{place}001", "co": [], "created_at": created, "signed_by": None, "reporter": None, "anonymous": False,
        "urgent": mixed.random() < 0.02, "confidence": 0.8, "files": [], "lat": None, "lon": None, "hops": 0, "reworks": 0, "urges": 0,
        "last_urge_at": None, "extension": "", "extension_ask": {}, "result": "", "result_files": [], "outcome": None,
        "satisfaction": "", "verdict": "", "parent_id": None, "letter_id": None, "reviews": 0,
        "closed_at": created + timedelta(days=3) if ended else None, "next_due_at": due,
    }  # fmt: skip
    return fixed | _WORDS | listing.listed(number, place, town, due, created)
