"""Whether two matters are one event: pure, by hashes of words, never by the words themselves. What is near in place, topic and time is
looked up by `ports.Alike`; here it is compared and ranked. Precision comes first: whoever is offered nothing files as ever."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow.model import Json, Procedure, Ticket
from workflow.region import Level, Region
from workflow.states import State

SAME_TOPIC, OTHER_TOPIC, OWN = 0.36, 0.5, 0.32
"""How like two texts must be (measured on the pairs of tests/unit/nlp/alike_pairs.csv). One's own ticket is offered sooner: nobody else's
matter is touched."""
ENOUGH = 3  # words in common: fewer may be chance, unless one of the texts has no more
ELSEWHERE = 0.3  # what is left of a likeness when the texts name different spots of one kind
PLACE_WEIGHT, TIME_WEIGHT = 0.15, 0.1
ANSWERED = frozenset({State.ANSWERED, State.EVALUATING})
"""It has its answer: somebody new tells of something new."""
_JOINABLE = frozenset({Procedure.GRID_EVENT, Procedure.HOTLINE})


@dataclass(frozen=True, slots=True)
class Gist:
    """What a text is about, without its words. `whole`: equal for texts that say the same in the same words, "" where a text is too short
    to tell. `words`: (hash, weight). `spots`: (hash of the kind, hash of the name) of exact spots, such as an east gate."""

    whole: str = ""
    words: tuple[tuple[int, int], ...] = ()
    spots: tuple[tuple[int, int], ...] = ()


NOTHING = Gist()


def gist_from(data: Json | None) -> Gist:
    """A gist as `dataclasses.asdict` and JSON left it; nothing for None."""
    if not data:
        return NOTHING
    return Gist(data["whole"], *(tuple((first, second) for first, second in data[name]) for name in ("words", "spots")))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An open ticket that may be the same event: what the comparison and the offer need, nothing that anybody wrote."""

    ticket_id: int
    number: str
    topic: str
    place: str
    state: State
    created_at: datetime
    own: bool  # the asker's own
    people: int  # who have told of it
    gist: Gist


@dataclass(frozen=True, slots=True)
class Area:
    """Where and since when to look. `inside`: a place whose tickets count with all that lies in it; `around`: places known no better, whose
    own tickets count."""

    topics: tuple[str, ...]
    inside: str
    around: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Voices:
    """How many people told of a ticket, how many used the same words (here or elsewhere), how many who joined say that it is not solved."""

    people: int = 1
    same_words: int = 0
    unsolved: int = 0


ALONE = Voices()


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who joined another person's ticket (加入): hears what its reporter hears, and is a stranger to them. `whole`: see `Gist`."""

    ticket_id: int
    contact_id: int
    joined_at: datetime
    anonymous: bool = False
    whole: str = ""
    unsolved: bool = False


def joinable(procedure: Procedure) -> bool:
    """信访 is personal, a report about people in office is secret, an emergency waits for nobody, a question is answered."""
    return procedure in _JOINABLE


def answer_is_shared(ticket: Ticket) -> bool:
    """Whether those who follow a ticket may read its answer: not where it went into somebody's petition by a merge."""
    return joinable(ticket.procedure) and not ticket.understanding.get("sensitive")


def area(region: Region, topic: str, place: str, now: datetime, guesses: Sequence[str] = ()) -> Area | None:
    """None where topic or place are not known well enough to compare anything. `guesses`: topics it may be as well: other people's words
    for the same thing may have been understood so."""
    known = region.topics.get(topic)
    path = {found.level: found.code for found in region.path(place)}
    town = path.get(Level.TOWN)
    if known is None or town is None:
        return None
    village = path.get(Level.VILLAGE)
    items = {known.item, *(region.topics[guess].item for guess in guesses if guess in region.topics)}
    topics = tuple(code for code, other in region.topics.items() if other.item in items)
    since = now - timedelta(days=region.duplicates.days_for(topic, known.item))
    return Area(topics, village or town, (town,) if village else (), since)


def likeness(one: Gist, other: Gist) -> float:
    """0 to 1: the cosine of the weighted words; less where hardly a word is shared, far less where different spots are named."""
    first, second = dict(one.words), dict(other.words)
    shared = first.keys() & second.keys()
    if not shared:
        return 0.0
    norms = sum(weight**2 for weight in first.values()) * sum(weight**2 for weight in second.values())
    cosine = sum(first[word] * second[word] for word in shared) / math.sqrt(norms)
    chance = min(1.0, len(shared) / min(len(first), len(second), ENOUGH))
    return cosine * chance * (ELSEWHERE if _elsewhere(one, other) else 1.0)


def _elsewhere(one: Gist, other: Gist) -> bool:
    kinds = {kind for kind, _ in one.spots} & {kind for kind, _ in other.spots}
    return any(_named(one, kind).isdisjoint(_named(other, kind)) for kind in kinds)


def _named(gist: Gist, kind: int) -> set[int]:
    return {name for found, name in gist.spots if found == kind}


def ranked(
    found: Sequence[Neighbour], gist: Gist, topic: str, place: str, now: datetime, wanted: Area, shown: int
) -> tuple[Neighbour, ...]:
    """Those that are like enough, the likeliest first: by words, then by how near and how fresh."""
    scores: dict[int, float] = {}
    for one in found:
        alike = likeness(gist, one.gist)
        if alike >= (OWN if one.own else SAME_TOPIC if one.topic == topic else OTHER_TOPIC):
            scores[one.ticket_id] = alike + _closeness(one.place, place) * PLACE_WEIGHT + _freshness(one, now, wanted) * TIME_WEIGHT
    best = sorted((one for one in found if one.ticket_id in scores), key=lambda one: (-scores[one.ticket_id], -one.ticket_id))
    own = [one for one in best if one.own][:1]
    # Who has said it before is shown their own ticket alone: adding to it is better than joining another.
    return tuple(own or best[:shown])


def _closeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    return 0.5 if one.startswith(other) or other.startswith(one) else 0.0


def _freshness(one: Neighbour, now: datetime, wanted: Area) -> float:
    span = (now - wanted.since).total_seconds()
    return max(0.0, 1 - (now - one.created_at).total_seconds() / span) if span > 0 else 0.0
