"""Many people at once about one thing in one area: a possible incident, raised to the hub once, and again when it has doubled. Pure.

People are counted, not messages: who writes ten times is one. Nobody is judged: a burst is a reason to look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workflow.region import Level, Region

REST = timedelta(hours=24)
"""How long an incident stands for what comes after it (ours)."""
BASELINE = timedelta(days=14)
DOUBLED = 2
_SCOPES = (Level.TOWN, Level.COUNTY)


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket, or somebody who joined it. `contact_id` None for a reporter who withdrew from what goes on without them."""

    ticket_id: int
    topic: str
    place: str
    contact_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Burst:
    """`item`: the code of a group of topics; `place`: a town or county. `tickets`: ids, oldest first."""

    item: str
    place: str
    since: datetime
    tickets: tuple[int, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Incident:
    """A burst that was raised. `since`: from when its people are counted; `people`: how many there were when it was raised last."""

    id: int
    item: str
    place: str
    since: datetime
    raised_at: datetime
    tickets: int
    people: int


def bursts(told: Iterable[Told], now: datetime, region: Region) -> tuple[Burst, ...]:
    """Every item and area in which enough people have told of something lately; the baseline is not looked at yet."""
    since = now - timedelta(hours=region.bursts.hours)
    groups: dict[tuple[Level, str, str], list[Told]] = {}
    for one in told:
        if one.at < since or one.topic not in region.topics:
            continue
        path = {place.level: place.code for place in region.path(one.place)}
        for level in _SCOPES:
            if level in path:
                groups.setdefault((level, region.topics[one.topic].item, path[level]), []).append(one)
    found = ((level, _burst(item, place, since, group)) for (level, item, place), group in groups.items())
    return tuple(burst for level, burst in found if burst.people >= _enough(level, burst, groups, region))


def _enough(level: Level, burst: Burst, groups: dict[tuple[Level, str, str], list[Told]], region: Region) -> float:
    people = region.bursts.people_for(burst.item)
    if level is Level.TOWN:
        return people
    towns = (
        people_of(group)
        for (scope, item, place), group in groups.items()
        if scope is Level.TOWN and item == burst.item and place.startswith(burst.place)
    )
    # What happens in one town is told to that town, also when somebody elsewhere tells of something alike.
    several = max(2, people // 2)
    return people * region.bursts.county if sum(count >= several for count in towns) > 1 else float("inf")


def _burst(item: str, place: str, since: datetime, group: Sequence[Told]) -> Burst:
    return Burst(item, place, since, tuple(dict.fromkeys(one.ticket_id for one in group)), people_of(group))


def people_of(told: Iterable[Told]) -> int:
    """Distinct contacts. Whoever withdrew is not known any more, and may be one person with many tickets: they count as one together."""
    return len({one.contact_id for one in told})


def counted_since(burst: Burst, told: Iterable[Told], incident: Incident, region: Region) -> Burst:
    """The burst with everybody since its incident began."""
    group = [one for one in told if one.at >= incident.since and one.place.startswith(burst.place) and _item(one, region) == burst.item]
    return replace(_burst(burst.item, burst.place, incident.since, group), since=incident.since)


def _item(one: Told, region: Region) -> str:
    topic = region.topics.get(one.topic)
    return topic.item if topic is not None else ""


def stands(incident: Incident | None, now: datetime) -> bool:
    """Whether what comes now belongs to an incident that was raised already."""
    return incident is not None and incident.raised_at > now - REST


def out_of_the_usual(burst: Burst, usual: int, region: Region) -> bool:
    """`usual`: how many tickets of the item the area had in the two weeks before."""
    per_window = usual * timedelta(hours=region.bursts.hours) / BASELINE
    return burst.people >= per_window * region.bursts.usual
