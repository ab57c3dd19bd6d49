"""A point that somebody shared (WGS-84): how it is written, and whose emergency it makes. Pure.

A point with the nearest towns is evidence beside the words, never instead of them: where the two disagree, both desks hear.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workflow import routing
from workflow.model import Point, Ticket
from workflow.region import Level, Region
from workflow.understanding import PlaceGuess

EARTH, FAR = 6371.0, 10.0  # km

CERTAIN, CLEARLY = 0.5, 0.25
"""How good the best guess must be, and how much better than the next, to give an emergency to one hub alone (ours)."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where an emergency lies, "" if nobody knows; and the places whose hubs hear of it besides the one of `place`."""

    place: str
    on_call: tuple[str, ...] = ()


def written(point: Point) -> str:
    """Latitude and longitude, to about a metre."""
    return f"{point.lat:.5f}, {point.lon:.5f}"


def geo(point: Point) -> str:
    """RFC 5870: telephones open it in whatever map they have."""
    return f"geo:{point.lat:.5f},{point.lon:.5f}"


def said(words: str, point: Point | None) -> str:
    """Words with the point that came with them."""
    return words if point is None else f"{words}\n📍 {written(point)} (WGS-84)".strip()


def near(ticket: Ticket) -> tuple[str, ...]:
    """Codes of the places nearest to its point, best first."""
    return tuple(str(code) for code in ticket.understanding.get("near") or ())


def on_call(ticket: Ticket) -> tuple[str, ...]:
    """Codes of the places whose hubs an emergency is told to besides its own."""
    return tuple(str(code) for code in ticket.understanding.get("on_call") or ())


def akin(one: str, other: str) -> bool:
    """Whether one place lies in the other. Nowhere in particular lies everywhere."""
    return one.startswith(other) or other.startswith(one)


def reached(region: Region, place: str, guesses: Sequence[PlaceGuess], ties: Sequence[str] = ()) -> Reached:
    """`place`: what the words say, "" for nothing; `ties`: places of the name that was said; `guesses`: near the point, best first."""
    if not guesses:
        return Reached(place)
    if routing.ancestor(region, place, Level.TOWN):
        return _beside_words(place, guesses)
    inside = [guess for guess in guesses if akin(guess.code, place)]
    pool = inside or list(guesses)
    sure = _sure(pool)
    if sure is None or not inside:
        codes = tuple(guess.code for guess in pool)
        return Reached(_around(region, codes) if inside else place, codes)
    named = [tie for tie in ties if tie.startswith(sure.code)]
    return Reached(named[0] if len(named) == 1 else sure.code)


def contradict(region: Region, place: str, point: Point, guesses: Sequence[PlaceGuess]) -> bool:
    """Whether a point lies many km from a place: not around it, and far from its centre; where that is not known, in another county."""
    town = region.places.get(routing.ancestor(region, place, Level.TOWN) or place)
    if town is None or not guesses or any(akin(guess.code, place) for guess in guesses):
        return False
    if town.lat is not None and town.lon is not None:
        return _km(point, Point(town.lat, town.lon)) > FAR
    county = routing.ancestor(region, place, Level.COUNTY)
    return not any(guess.code.startswith(county) for guess in guesses)


def _km(one: Point, other: Point) -> float:
    """Great-circle distance (haversine)."""
    a, b = math.radians(one.lat), math.radians(other.lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, half)))


def _beside_words(place: str, guesses: Sequence[PlaceGuess]) -> Reached:
    """The words name a town; a point that says another one is believed, too."""
    sure = _sure(guesses)
    doubted = [sure] if sure is not None else [] if any(akin(guess.code, place) for guess in guesses) else guesses
    return Reached(place, tuple(guess.code for guess in doubted if not akin(guess.code, place)))


def _sure(guesses: Sequence[PlaceGuess]) -> PlaceGuess | None:
    first, *others = guesses
    clear = all(first.score - other.score >= CLEARLY for other in others)
    return first if first.score >= CERTAIN and clear else None


def _around(region: Region, codes: Sequence[str]) -> str:
    """The smallest place that holds all of them; "" for the city."""
    around = (place.code for place in reversed(region.path(codes[0])))
    return next((place for place in around if all(code.startswith(place) for code in codes)), "")
