"""Resolves a text to the smallest certain place; asks on a tie, never guesses: fits `workflow.ports.PlaceFinder`."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.detail import Detail
from nlp.gazetteer import Gazetteer
from nlp.mentions import Mention, Mentions
from nlp.normalise import Normal, Normaliser
from nlp.segment import Segmenter
from workflow.region import Level, Place, Region
from workflow.understanding import Located, PlaceGuess

MARGIN = 0.24  # less than the step between a full name and one with another suffix
MOST = 4  # buttons
FAR = 40.0  # km
EARTH = 6371.0  # km
LONGEST = 4096  # code points that are looked at


@dataclass(frozen=True, slots=True)
class DictionaryPlaceFinder:
    region: Region
    gazetteer: Gazetteer
    mentions: Mentions
    detail: Detail
    normalise: Normaliser
    segmenter: Segmenter

    def locate(self, text: str, inside: str = "") -> Located:
        """`inside`: a place already known; what lies in it is preferred. Never raises, whatever the text."""
        normal = self.segmenter.edges(self.normalise(text[:LONGEST]))
        found = self.mentions.find(normal, inside)
        if inside:
            known = [_within(m, inside) for m in found]
            found = [m for m in known if m.codes] or found
        if not found:
            return self._nowhere(normal)
        scores = _scores(found)
        best = self._best(scores)
        evidence = tuple(normal.evidence(m.start, m.end, max(m.codes.values())) for m in found)
        detail = self.detail.after(normal, found[-1].end)
        guesses = tuple(self._guess(code, scores[code]) for code in best)
        if len(best) == 1:
            place = self._grid(self.region.places[best[0]], normal)
            chosen = self._guess(place.code, scores[best[0]])
            return Located(place.level.value, place.code, (chosen,), evidence, detail)
        return Located("ask", "", guesses[:MOST], evidence, detail)

    def near(self, lat: float, lon: float) -> tuple[PlaceGuess, ...]:
        """The three towns with the nearest centres (WGS-84), the score falling with the distance; () beyond 40 km."""
        towns = sorted(
            (_km(lat, lon, place.lat, place.lon), place.code)
            for place in self.region.places.values()
            if place.level is Level.TOWN and place.lat is not None and place.lon is not None
        )
        if not towns or not towns[0][0] <= FAR:  # written so that NaN is far
            return ()
        return tuple(self._guess(code, round(1 / (1 + km / 5), 4)) for km, code in towns[:3])

    def _nowhere(self, normal: Normal) -> Located:
        away = self.mentions.outside(normal)
        detail = self.detail.after(normal, 0)
        if away is None:
            return Located("none", detail=detail)
        evidence = normal.evidence(away.start, away.end, 1.0)
        return Located("outside", evidence=(evidence,), outside_name=normal.text[away.start : away.end], detail=detail)

    def _best(self, scores: Mapping[str, float]) -> Sequence[str]:
        """Codes that can't be told apart, best first; of places inside each other only the one that covers all stays."""
        top = max(scores.values())
        tied = {code for code, score in scores.items() if score >= top - MARGIN}
        tied = {code for code in tied if not any(other != code and code.startswith(other) for other in tied)}
        return sorted(tied, key=lambda code: (-scores[code], len(code), code))

    def _grid(self, place: Place, normal: Normal) -> Place:
        for name, code in self.gazetteer.grids.get(place.code, ()):
            short = name.removeprefix(os.path.commonprefix((name, self.normalise(place.name).text)))
            if len(short) > 1 and _named(short, normal.text):
                return self.region.places[code]
        return place

    def _guess(self, code: str, score: float) -> PlaceGuess:
        path = self.region.path(code)
        return PlaceGuess(code, self.region.places[code].name, "".join(p.name for p in path), round(score, 4))


def _named(name: str, text: str) -> bool:
    """Whether the grid's name stands in the text, not as the end of a longer number."""
    at = text.find(name)
    return at == 0 or (at > 0 and not (name[0].isdigit() and text[at - 1].isdigit()))


def _within(mention: Mention, inside: str) -> Mention:
    return Mention(mention.start, mention.end, {c: w for c, w in mention.codes.items() if c.startswith(inside)})


def _scores(mentions: Sequence[Mention]) -> dict[str, float]:
    """For every place named: what all mentions say for it or for what it lies in. A name said twice counts once."""
    once = {tuple(sorted(m.codes.items())): m.codes for m in mentions}
    scores: dict[str, float] = {}
    for code in {code for codes in once.values() for code in codes}:
        scores[code] = math.fsum(
            max(codes.get(code[:n], 0.0) for n in (6, 9, 12, 15) if n <= len(code)) for codes in once.values()
        )
    return scores


def _km(lat: float, lon: float, to_lat: float | None, to_lon: float | None) -> float:
    """Great-circle distance (haversine); infinite where a point is unknown or impossible."""
    if to_lat is None or to_lon is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        return math.inf
    a, b = math.radians(lat), math.radians(to_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(to_lon - lon) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, half)))
