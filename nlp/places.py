"""Resolves a text to the smallest certain place; asks on a tie, never guesses: fits `workflow.ports.PlaceFinder`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nlp.addresses import Address, Addresses, best
from nlp.cuts import Cuts
from nlp.detail import Detail
from nlp.gazetteer import Gazetteer
from nlp.mentions import Mention, Mentions
from nlp.normalise import Normal, Normaliser, unspaced
from nlp.points import Points
from nlp.segment import Segmenter
from workflow.region import Level, Place, Region
from workflow.understanding import Evidence, Located, PlaceGuess

MOST = 4  # buttons
LONGEST = 4096  # code points that are looked at
STEPS = (9, 6)  # digits of a town's and a county's code: what is asked first where more than `MOST` places fit


@dataclass(frozen=True, slots=True)
class DictionaryPlaceFinder:
    region: Region
    gazetteer: Gazetteer
    mentions: Mentions
    addresses: Addresses
    detail: Detail
    normalise: Normaliser
    segmenter: Segmenter
    points: Points

    def locate(self, text: str, inside: str = "") -> Located:
        """`inside`: a place already known; what lies in it is preferred. Never raises, whatever the text."""
        normal = unspaced(self.normalise(text[:LONGEST]))
        cuts = Cuts(self.segmenter, normal.text)
        mentions = self.mentions.find(normal.text, cuts, inside)
        if inside:
            mentions = [m for m in (_within(m, inside) for m in mentions) if m.codes] or mentions
        about = self.addresses.of(normal.text, mentions)
        if not about and not any(m.sure for m in mentions):
            about = self.addresses.doubtful(mentions)
            if about:
                return self._asked(about, normal, cuts)
        if not about:
            return self._nowhere(normal, cuts)
        if len(about) == 1 and len(best(about[0].codes)) == 1:
            return self._certain(about[0], normal, cuts)
        return self._asked(about, normal, cuts)

    def near(self, lat: float, lon: float) -> tuple[PlaceGuess, ...]:
        """The grid or village that holds a WGS-84 point, where the city has polygons; else the three towns with the nearest centres, the
        score falling with the distance; () beyond 40 km."""
        return tuple(self._guess(code, score) for code, score in self.points.near(lat, lon))

    def _certain(self, address: Address, normal: Normal, cuts: Cuts) -> Located:
        (code,) = best(address.codes)
        place, grid = self._village_and_grid(self.region.places[code], normal)
        chosen = self._guess(place.code, address.codes[code])
        evidence, detail = _evidence(normal, (address,)), self._detail(address, normal, cuts)
        return Located(place.level.value, place.code, (chosen,), evidence, detail, grid=grid)

    def _detail(self, address: Address, normal: Normal, cuts: Cuts) -> str:
        """What follows the place; a landmark is part of it."""
        last = address.mentions[-1]
        if not last.landmark:
            return self.detail.after(normal, cuts, last.end)
        return self.detail.after(normal, cuts, last.start) or normal.evidence(last.start, last.end, 1.0).text

    def _asked(self, about: Sequence[Address], normal: Normal, cuts: Cuts) -> Located:
        codes: dict[str, float] = {}
        for address in about:
            for code in best(address.codes):
                codes[code] = max(codes.get(code, 0.0), address.codes[code])
        evidence, detail = _evidence(normal, about), self._detail(about[-1], normal, cuts)
        if len(codes) > MOST:
            codes = _step(codes)
            if len(codes) == 1:
                ((code, score),) = codes.items()
                return Located(self.region.places[code].level.value, code, (self._guess(code, score),), evidence, detail)
        ordered = sorted(codes, key=lambda code: (-codes[code], len(code), code)) if len(about) == 1 else list(codes)
        guesses = tuple(self._guess(code, codes[code]) for code in ordered[:MOST])
        return Located("ask", "", guesses, evidence, detail, several=len(about) > 1)

    def _nowhere(self, normal: Normal, cuts: Cuts) -> Located:
        away = self.mentions.outside(normal.text, cuts)
        detail = self.detail.after(normal, cuts, 0)
        if away is None:
            return Located("none", detail=detail)
        start, end = away
        return Located("outside", evidence=(normal.evidence(start, end, 1.0),), outside_name=normal.text[start:end], detail=detail)

    def _village_and_grid(self, place: Place, normal: Normal) -> tuple[Place, str]:
        """A grid is told beside its village: "" where none is named."""
        if place.level is Level.GRID:
            return self.region.places[place.parent], place.code
        for short, code in self.gazetteer.grids.get(place.code, ()):
            if len(short) > 1 and _named(short, normal.text):
                return place, code
        return place, ""

    def _guess(self, code: str, score: float) -> PlaceGuess:
        path = self.region.path(code)
        return PlaceGuess(code, self.region.places[code].name, "".join(p.name for p in path), round(score, 4))


def _step(codes: Mapping[str, float]) -> dict[str, float]:
    """The towns, else the counties of too many places; the best four where even these are more."""
    found: dict[str, float] = {}
    for digits in STEPS:
        found = {}
        for code, score in codes.items():
            found[code[:digits]] = max(score, found.get(code[:digits], 0.0))
        if len(found) <= MOST:
            return found
    return dict(sorted(found.items(), key=lambda item: -item[1])[:MOST])


def _evidence(normal: Normal, about: Sequence[Address]) -> tuple[Evidence, ...]:
    mentions = sorted((m for address in about for m in address.mentions), key=lambda m: m.start)
    return tuple(normal.evidence(m.start, m.end, max(m.codes.values())) for m in mentions)


def _named(name: str, text: str) -> bool:
    """Whether the grid's name stands in the text, not as the end of a longer number."""
    at = text.find(name)
    return at == 0 or (at > 0 and not (name[0].isdigit() and text[at - 1].isdigit()))


def _within(mention: Mention, inside: str) -> Mention:
    return replace(mention, codes={c: w for c, w in mention.codes.items() if c.startswith(inside)})
