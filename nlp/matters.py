"""Where one message holds several matters. Precision comes before recall: an "also" within one matter is no second one.

A text is cut where it says so: at the items of a list (一、二、 · 1. 2. · ①②), at words that open another matter (另外, 其次), and, with
stronger proof, at weaker words (还有, 同时) and at new lines. A piece that speaks of nothing by itself belongs to the one before it; what
comes before the first matter, a greeting or where it all is, belongs to none. Pieces that speak of the same kind of thing are one matter.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from nlp.normalise import MARKS, Normal
from nlp.tables import read
from nlp.tries import Words
from workflow.region import Topic
from workflow.understanding import TopicGuess

MOST = 5
ENOUGH = 1.2  # evidence for a matter of its own: one word that is hardly ever about anything else
PLENTY = 2.2  # where only a weak word or a new line parts it from the one before
STORY = 60  # code points: a longer piece that speaks of many things is a story, not a matter
CLEAR = 0.55  # the best topic's share of all evidence in a piece that is none
BESIDE = 2.2  # where a topic is mostly a side of another matter
FOREIGN = 0.34  # more of the neighbour's topic in a piece, by its own measure, and the cut does not hold
LONG = 4096  # code points that are looked at

Kind = tuple[str, str]
"""What makes two sub-themes akin: the item and the unit that leads."""

_CIRCLES = "①②③④⑤⑥⑦⑧⑨"
_CIRCLE = re.compile(f"[{_CIRCLES}]")
_GAP = re.compile(f"[{re.escape(''.join(sorted(MARKS)))} ]+")


@dataclass(frozen=True, slots=True)
class Signs:
    """Words that part matters, from the city's language. `opens`: strong ones; `adds`: weak ones; `aspects`: topics that are mostly a side
    of another matter: how somebody behaved, what the estate's manager leaves undone; `numerals`: one, two, three …"""

    opens: Words
    adds: Words
    aspects: frozenset[str]
    numerals: tuple[str, ...]
    item: re.Pattern[str]


def load(path: Path, topics: Container[str]) -> Signs:
    """Reads matters.csv. Raises LanguageError for an unknown topic."""
    found: dict[str, list[str]] = {"opens": [], "adds": [], "aspect": [], "numeral": []}
    for row in read(path, ("kind", "word")):
        kind, word = row.one_of("kind", tuple(found)), row.need("word")
        if kind == "aspect" and word not in topics:
            raise row.wrong(f"unknown topic: {word}")
        found[kind].append(word)
    numerals = tuple(found["numeral"])
    return Signs(Words(found["opens"]), Words(found["adds"]), frozenset(found["aspect"]), numerals, _item(numerals))


def _item(numerals: Sequence[str]) -> re.Pattern[str]:
    """The number of an item in a list; the group says of which kind it is."""
    spelt = "|".join(map(re.escape, numerals)) or "(?!)"
    return re.compile(
        rf"(?:第?(?P<spelt>{spelt})(?:[、.:,)]|是)|\((?P<inspelt>{spelt})\)|(?P<digit>[1-9])[、.:,)](?!\d)|\((?P<indigit>[1-9])\))"
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A span of the normalised text. `strong`: how it is parted from the one before."""

    start: int
    end: int
    strong: bool
    scores: Mapping[str, float]

    @property
    def top(self) -> str:
        return max(self.scores, key=lambda topic: (self.scores[topic], topic), default="")

    @property
    def weight(self) -> float:
        return self.scores.get(self.top, 0.0)

    @property
    def clear(self) -> bool:
        return self.end - self.start <= STORY or self.weight >= CLEAR * sum(self.scores.values())


@dataclass(frozen=True, slots=True)
class Matters:
    """`rank`: the topics of a text, best first. `kinds`: what each topic's kind is."""

    rank: Callable[[Normal], Sequence[TopicGuess]]
    kinds: Mapping[str, Kind]
    signs: Signs

    def find(self, normal: Normal) -> tuple[tuple[int, int], ...]:
        """Spans in the original, 2 to 5, in order, none overlapping another; empty where there is one matter, or nobody can say."""
        items = _items(normal, self.signs)
        cuts = dict.fromkeys(items, True) if items else _cuts(normal, self.signs)
        if not cuts:
            return ()
        # What stands before a list introduces it.
        bounds = [*([] if items else [0]), *cuts, min(len(normal.text), LONG)]
        edges = sorted(normal.edges)
        pieces = [self._piece(normal, edges, start, end, strong=cuts.get(start, True)) for start, end in pairwise(bounds) if end > start]
        found = self._gathered(pieces, listed=bool(items))
        if not 2 <= len(found) <= MOST or not all(piece.clear for piece in found):
            return ()
        return tuple(normal.span(piece.start, piece.end) for piece in found)

    def _piece(self, normal: Normal, edges: Sequence[int], start: int, end: int, *, strong: bool) -> Piece:
        part = Normal(
            normal.original, normal.text[start:end], normal.starts[start:end], normal.ends[start:end],
            frozenset(edge - start for edge in edges[bisect_left(edges, start) : bisect_right(edges, end)]),
        )  # fmt: skip
        scores = {guess.code: sum(evidence.weight for evidence in guess.evidence) for guess in self.rank(part)}
        return Piece(start, end, strong, scores)

    def _gathered(self, pieces: Sequence[Piece], *, listed: bool) -> list[Piece]:
        """Pieces that are matters of their own. What is none, and what is only weakly parted, goes with the one before. What speaks of an
        earlier one's kind again, with another between, shows that the text can't be cut cleanly: then there are none."""
        found: list[Piece] = []
        for piece in pieces:
            if piece.weight < ENOUGH:
                found[-1:] = [replace(last, end=piece.end) for last in found[-1:]]
            elif not found:
                found.append(piece)
            elif any(self._akin(old, piece, listed=listed) for old in found[:-1]):
                return []
            elif self._akin(found[-1], piece, listed=listed) or not self._plainly(found[-1], piece, parted=len(found) > 1):
                found[-1] = _joined(found[-1], piece)
            else:
                found.append(piece)
        return found

    def _akin(self, old: Piece, new: Piece, *, listed: bool) -> bool:
        one, other = self.kinds.get(old.top, ("", "")), self.kinds.get(new.top, ("", ""))
        if old.top == new.top or one == other:
            return True
        foreign = max(new.scores.get(old.top, 0.0) / new.weight, old.scores.get(new.top, 0.0) / old.weight)
        beside = not listed and any(piece.top in self.signs.aspects and piece.weight < BESIDE for piece in (old, new))
        return foreign >= FOREIGN or beside

    def _plainly(self, old: Piece, new: Piece, *, parted: bool) -> bool:
        """Whether the sign between them, or what they are about, parts them; less is needed in a text that is `parted` already."""
        leads = [self.kinds.get(piece.top, ("", ""))[1] for piece in (old, new)]
        return new.strong or (leads[0] != leads[1] and (parted or min(old.weight, new.weight) >= PLENTY))


def build(signs: Signs, topics: Mapping[str, Topic], rank: Callable[[Normal], Sequence[TopicGuess]]) -> Matters:
    return Matters(rank, {code: (topic.item, topic.lead) for code, topic in topics.items()}, signs)


def _joined(old: Piece, new: Piece) -> Piece:
    scores = {topic: old.scores.get(topic, 0.0) + new.scores.get(topic, 0.0) for topic in {*old.scores, *new.scores}}
    return Piece(old.start, new.end, old.strong, scores)


def _cuts(normal: Normal, signs: Signs) -> dict[int, bool]:
    """Where a piece begins → whether that is a strong sign, in order."""
    found: dict[int, bool] = {}
    for start, line in _openings(normal):
        if start and any(signs.opens.at(normal.text, start)):
            found[start] = True
        elif start and (line or any(signs.adds.at(normal.text, start))):
            found[start] = False
    return found


def _openings(normal: Normal) -> Iterator[tuple[int, bool]]:
    """Where clauses begin after the first, spaces left out, and whether that is a new line."""
    lines = "\n" in normal.original or "\r" in normal.original
    for gap in _GAP.finditer(normal.text, 0, LONG):
        line = lines and any(normal.original[normal.starts[at]] in "\r\n" for at in range(*gap.span()))
        if gap.end() < len(normal.text) and (line or not MARKS.isdisjoint(gap[0])):
            yield gap.end(), line


def _items(normal: Normal, signs: Signs) -> list[int]:
    """Where the items of a list begin: numbers of one kind, from one upwards, each at the beginning of a clause or after a space."""
    if signs.item.search(normal.text) is None and _CIRCLE.search(normal.original) is None:
        return []
    runs: dict[str, list[int]] = {}
    for index in range(min(len(normal.text), LONG)):
        kind, number = _numbered(normal, index, signs)
        run = runs.setdefault(kind, []) if kind else []
        if number == len(run) + 1:
            run.append(index)
    best = max(runs.values(), key=len, default=[])
    return best if len(best) >= 2 else []


def _numbered(normal: Normal, index: int, signs: Signs) -> tuple[str, int]:
    """The kind of an item's number that begins here, and the number; ("", 0) for none."""
    circle = _CIRCLES.find(normal.original[normal.starts[index]])
    if circle >= 0:
        return "circle", circle + 1
    if index and normal.text[index] != "(" and normal.text[index - 1] not in MARKS and normal.text[index - 1] != " ":
        return "", 0
    found = signs.item.match(normal.text, index)
    if found is None or found.lastgroup is None:
        return "", 0
    sign = found[found.lastgroup]
    return found.lastgroup, signs.numerals.index(sign) + 1 if sign in signs.numerals else int(sign)
