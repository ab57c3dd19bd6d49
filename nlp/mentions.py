"""Where a text names a place, and where it only seems to."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.gazetteer import FULL, Gazetteer
from nlp.normalise import MARKS
from nlp.tries import Words
from workflow.region import Level, Region

FURTHER = 4  # a road's name may go on for so many characters after the place it is called after
MOST = 32  # a text with more mentions than this is a list, not a complaint
VILLAGE = 12  # digits


@dataclass(frozen=True, slots=True)
class Mention:
    """`sure`: evidence by itself; an everyday word is not. `cued`: such a word where a place is usually named."""

    start: int
    end: int
    codes: Mapping[str, float]
    sure: bool = True
    cued: bool = False
    landmark: bool = False


class Mentions:
    """Finds them in one pass from left to right."""

    def __init__(self, gazetteer: Gazetteer, region: Region) -> None:
        self._gazetteer = gazetteer
        self._region = region
        self._starts = _by_start(gazetteer.names)
        self._outside = _by_start(gazetteer.outside.words)
        words = gazetteer.words
        self._suffix = _one_of(suffix for kind in ("county", "town", "village") for suffix in words[kind])
        self._villages = words["village"]
        self._roads = Words(words["road"])
        self._weak = _one_of(words["weak"])
        self._ordinals = frozenset(words["ordinal"])
        self._lamps = Words(words["no_road"])
        # A street office ends with the same character as a street.
        self._not_roads = Words(suffix for suffix in words["town"] if suffix.startswith(words["road"]))
        self._where, self._after = tuple(words["where"]), tuple(words["after"])
        self._origins = tuple(words["origin"])
        self._code = re.compile(r"(?<!\d)\d{15}(?!\d)|(?<!\d)\d{12}(?!\d)")

    def find(self, text: str, cuts: Container[int], inside: str = "") -> list[Mention]:
        """At most `MOST`, in the order of the text."""
        found = [Mention(m.start(), m.end(), {m.group(): 1.0}) for m in self._code.finditer(text) if m.group() in self._region.places]
        starts, after, behind = self._starts, 0, (-1, 0)
        for start in range(len(text) - 1):
            if start < after or text[start : start + 2] not in starts:
                continue
            mention, after = self._at(text, start, cuts, inside)
            if mention is not None and not self._elsewhere(text, mention, behind, cuts):
                found.append(mention)
                if len(found) >= MOST:
                    break
            after = max(after, start + 1)
        return sorted(found, key=lambda m: m.start)

    def outside(self, text: str, cuts: Container[int]) -> tuple[int, int] | None:
        """The first place outside the city that is named; nothing where the city itself is named, too."""
        for start, end in self._away(text, cuts):
            if not self.is_road(text, end) and not self._weak.match(text, end) and not self._only_origin(text, end):
                return None if any(name in text for name in self._gazetteer.city) else (start, end)
        return None

    def _away(self, text: str, cuts: Container[int]) -> Iterator[tuple[int, int]]:
        """Names of two characters only where they are words of their own."""
        starts = self._outside
        for start in range(len(text) - 1):
            for name in starts.get(text[start : start + 2], ()):
                end = start + len(name)
                if text.startswith(name, start) and (len(name) > 2 or (start in cuts and end in cuts)):
                    yield start, end

    def _only_origin(self, text: str, end: int) -> bool:
        """A number plate, a dish, a person from there."""
        return text.startswith(self._origins, end)

    def _elsewhere(self, text: str, mention: Mention, behind: tuple[int, int], cuts: Container[int]) -> bool:
        """A bare name right after a place outside the city is that place's own."""
        if not mention.start > 0 or self._suffixed(text, mention):
            return False
        low = max(0, mention.start - 5)
        return any(
            end == mention.start - low and low + start in cuts for start, end in self._gazetteer.outside.longest(text[low : mention.start])
        )

    def _suffixed(self, text: str, mention: Mention) -> bool:
        return text[mention.start : mention.end] not in self._gazetteer.names

    def _at(self, text: str, start: int, cuts: Container[int], inside: str) -> tuple[Mention | None, int]:
        """The mention that begins here, and up to where nothing else is looked for."""
        for name in self._starts[text[start : start + 2]]:
            if not text.startswith(name, start):
                continue
            end = start + len(name)
            suffix = self._suffix.match(text, end)
            if suffix is not None:
                codes = self._exact_first(dict(self._gazetteer.meant(name, suffix.group())))
                if codes and (max(codes.values()) >= FULL or not self._named_with_suffix(text, end)):
                    return Mention(start, suffix.end(), codes), suffix.end()
            if self._shorter(text, start, name):
                continue
            road = 0 if name.endswith(self._villages) else self._road_end(text, end)
            if road:
                return None, road
            mention = self._bare(text, name, start, cuts, inside)
            if mention is not None:
                return mention, mention.end
        return None, 0

    def _bare(self, text: str, name: str, start: int, cuts: Container[int], inside: str) -> Mention | None:
        """A name without its suffix must be a word of its own; an everyday word counts only where a place is named or known."""
        end = start + len(name)
        codes = dict(self._gazetteer.meant(name, ""))
        landmark, plain = name in self._gazetteer.landmarks, name in self._gazetteer.plain
        known = bool(inside) and any(code.startswith(inside) for code in codes)
        if not codes or (plain and not known and end - start < len(text)):
            return None
        if self._numbered(text, end) or not (landmark or self._stands(text, start, end, cuts)):
            return None
        if known:
            return Mention(start, end, codes)
        if not (landmark or name.endswith(self._villages)) and self._weak.match(text, end):
            return Mention(start, end, town) if (town := _of_a_school(codes)) else None
        everyday = plain or name in self._gazetteer.common or self._suffix.match(text, end) is not None
        cued = everyday and self._cued(text, start, end)
        return Mention(start, end, codes, sure=not everyday, cued=cued, landmark=landmark)

    def _numbered(self, text: str, end: int) -> bool:
        """Whether the name goes on: 良东一社区 is not 良东."""
        suffix = self._suffix.match(text, end + 1) if text[end : end + 1] in self._ordinals else None
        further = suffix is not None and suffix.group() not in self._gazetteer.words["county"]
        return further and not self._named_with_suffix(text, end)

    def _stands(self, text: str, start: int, end: int, cuts: Container[int]) -> bool:
        """Whether it is a word of its own: 在 and the like, or another place behind it, part it from the rest as well as the segmenter."""
        if start not in cuts and not text.endswith(self._where, max(0, start - 4), start):
            return False
        return end in cuts or self._named_with_suffix(text, end)

    def _shorter(self, text: str, start: int, name: str) -> bool:
        """Whether a shorter name stands here, with another place and its suffix behind it: 长沙 东兴社区, not 长沙东."""
        others = self._starts[name[:2]]
        return any(
            len(other) < len(name) and name.startswith(other) and self._named_with_suffix(text, start + len(other)) for other in others
        )

    def _cued(self, text: str, start: int, end: int) -> bool:
        """Whether the words around say that this is where something is."""
        before = start == 0 or text[start - 1] in MARKS or text.endswith(self._where, max(0, start - 4), start)
        return before and (end == len(text) or text[end] in MARKS or text.startswith(self._after, end))

    def _exact_first(self, codes: dict[str, float]) -> dict[str, float]:
        """Of two villages in one town that differ by their suffix alone, the one that was said."""
        if len(codes) < 2:
            return codes
        best: dict[str, float] = {}
        for code, weight in codes.items():
            best[code[:9]] = max(weight, best.get(code[:9], 0.0))
        return {code: weight for code, weight in codes.items() if weight == best[code[:9]]}

    def level(self, code: str) -> Level:
        return self._region.places[code].level

    def is_road(self, text: str, end: int) -> bool:
        """Whether the name that ends here only begins the name of a road, a bridge, a park; many a road is called after another city, and
        of its street lamps people leave a character out."""
        return self._road_end(text, end) > 0 or self._lamp(text, end)

    def _lamp(self, text: str, end: int) -> bool:
        """Whether a street lamp follows."""
        return end < len(text) and any(True for _ in self._lamps.at(text, end))

    def _road_end(self, text: str, end: int) -> int:
        """Where a road that is called after a place ends: no place is looked for inside its name. 0 for none, and for a street lamp."""
        if self._lamp(text, end):
            return 0
        for at in range(end, min(len(text), end + FURTHER - 1)):
            if self._named_with_suffix(text, at):
                return 0
            road = next(self._roads.at(text, at), "")
            if road and next(self._not_roads.at(text, at), "") == "":
                return at + len(road)
            if text[at] not in self._ordinals:
                return 0
        return 0

    def _named_with_suffix(self, text: str, at: int) -> bool:
        """Whether another place begins here, with its suffix."""
        for name in self._starts.get(text[at : at + 2], ()):
            if text.startswith(name, at):
                suffix = self._suffix.match(text, at + len(name))
                if name.endswith(self._villages) or (suffix is not None and any(True for _ in self._gazetteer.meant(name, suffix.group()))):
                    return True
        return False


def _of_a_school(codes: Mapping[str, float]) -> dict[str, float]:
    """A school called after a place says the town, never the village; a village elsewhere keeps it from being certain."""
    wide = tuple(code for code in codes if len(code) < VILLAGE)
    return {code: weight for code, weight in codes.items() if code in wide or not code.startswith(wide)} if wide else {}


def _by_start(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """First two characters → names, longest first."""
    found: dict[str, list[str]] = {}
    for name in names:
        if len(name) > 1:
            found.setdefault(name[:2], []).append(name)
    return {start: tuple(sorted(group, key=len, reverse=True)) for start, group in found.items()}


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    """Matches the longest of the words; of no words, nothing."""
    ordered: Sequence[str] = sorted(set(words), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) if ordered else r"(?!)")
