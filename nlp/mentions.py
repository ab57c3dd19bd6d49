"""Where a text names a place, and where it only seems to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nlp.gazetteer import Gazetteer
from nlp.normalise import Normal
from nlp.tries import Words
from workflow.region import Level, Region

FURTHER = 4  # a road's name may go on for so many characters after the place it is called after


@dataclass(frozen=True, slots=True)
class Mention:
    start: int
    end: int
    codes: Mapping[str, float]


class Mentions:
    """Finds them in one pass from left to right."""

    def __init__(self, gazetteer: Gazetteer, region: Region) -> None:
        self._gazetteer = gazetteer
        self._region = region
        self._names = Words(gazetteer.names)
        words = gazetteer.words
        self._roads = Words(words["road"])
        self._weak = Words(words["weak"])
        self._ordinals = frozenset(words["ordinal"])
        # A street office ends with the same character as a street.
        self._not_roads = Words(suffix for suffix in words["town"] if suffix.startswith(words["road"]))
        self._code = re.compile(r"(?<!\d)\d{15}(?!\d)|(?<!\d)\d{12}(?!\d)")

    def find(self, normal: Normal, inside: str = "") -> list[Mention]:
        text = normal.text
        found = [
            Mention(m.start(), m.end(), {m.group(): 1.0}) for m in self._code.finditer(text) if m.group() in self._region.places
        ]
        start = 0
        while start < len(text):
            mention = self._at(normal, start, inside)
            if mention is not None:
                found.append(mention)
            start = max(start + 1, mention.end if mention else self.trap_end(text, start))
        return found

    def outside(self, normal: Normal) -> Mention | None:
        """The first place outside the city that is named."""
        text = normal.text
        for start, end in self._gazetteer.outside.aligned(text, normal.edges):
            if not self.is_road(text, end):
                return Mention(start, end, {})
        return None

    def _at(self, normal: Normal, start: int, inside: str) -> Mention | None:
        text = normal.text
        for name in self._names.at(text, start):
            end = start + len(name)
            codes = self._gazetteer.names[name]
            if name in self._gazetteer.bare:
                if self.is_road(text, end):
                    return None
                codes = self._bare(normal, start, end, inside)
            elif not any(start == edge for edge in normal.edges) and len(name) < 3:
                continue
            if codes:
                return Mention(start, end, codes)
        return None

    def _bare(self, normal: Normal, start: int, end: int, inside: str) -> Mapping[str, float]:
        """A name without its suffix must be a word of its own; an everyday word counts only inside a place already known."""
        name = normal.text[start:end]
        codes = self._gazetteer.names[name]
        if start not in normal.edges or end not in normal.edges:
            return {}
        if name in self._gazetteer.common:
            codes = {c: w for c, w in codes.items() if self._level(c) is not Level.VILLAGE or (inside and c.startswith(inside))}
        if any(True for _ in self._weak.at(normal.text, end)) if end < len(normal.text) else False:
            codes = {c: w for c, w in codes.items() if self._level(c) is not Level.VILLAGE}
        return codes

    def _level(self, code: str) -> Level:
        return self._region.places[code].level

    def is_road(self, text: str, end: int) -> bool:
        """Whether the name that ends here only begins the name of a road, a bridge, a park."""
        return self._road_end(text, end) > 0

    def trap_end(self, text: str, start: int) -> int:
        """Where a road that is called after a place ends: no place is looked for inside its name."""
        for name in self._names.at(text, start):
            if name in self._gazetteer.bare:
                return self._road_end(text, start + len(name))
        return 0

    def _road_end(self, text: str, end: int) -> int:
        for at in range(end, min(len(text), end + FURTHER - 1)):
            if any(name not in self._gazetteer.bare for name in self._names.at(text, at)):
                return 0  # another place begins here, with its suffix
            road = next(self._roads.at(text, at), "")
            if road and next(self._not_roads.at(text, at), "") == "":
                return at + len(road)
            if text[at] not in self._ordinals:
                return 0
        return 0
