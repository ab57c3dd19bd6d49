"""A second opinion on danger: a sum over pieces of one to three characters and over the groups of redflag_words.csv that a text
holds a word of, learned from benchmarks/red_flags.csv, for what no row of redflags.csv says in so many words. The weights are a
table that a person can read and change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from pathlib import Path

from nlp.hits import Span
from nlp.normalise import clauses
from nlp.tables import read

START = "(start)"
KINDS = ("suicide", "gas", "fire", "violence", "medical", "life", "order", "livelihood", "sensitive")
TIERS = {"order": "order", "livelihood": "livelihood", "sensitive": "sensitive"}
EVEN = 6.0  # a piece in a text of as many pieces, squared, counts as its weight: more in a shorter text, less in a longer one
FEWEST = 20  # pieces of a text that still make each count more
SHORT = 8  # characters: a text of fewer says so little that it must say it for sure
SURE = 2.0  # how far above 0 counts as much
DOUBT = -2.0  # how far below 0 a text sounds ordinary, whatever word of danger stands in it
FAMILIAR = 8  # pieces of a text that must be known before it can sound ordinary
LONGEST = 100  # characters judged at a time: of a longer text every run of clauses that fits is judged by itself
STEP = 30  # characters between the beginnings of two runs, at least
Weights = tuple[float, ...]


def pieces(text: str) -> set[str]:
    """Every run of one to three characters."""
    pairs = map("".join, pairwise(text))
    return {*text, *pairs, *map("".join, zip(text, text[1:], text[2:], strict=False))}


def share(said: Collection[str]) -> float:
    """How much each piece of a text counts."""
    return EVEN / sqrt(max(FEWEST, len(said)))


@dataclass(frozen=True, slots=True)
class Hunch:
    """`danger`: piece or [group] → how much it speaks for danger. `kinds`: the same → danger again, then each of KINDS. `start`:
    what every text begins with, likewise."""

    danger: Mapping[str, float]
    kinds: Mapping[str, Weights]
    start: Weights

    def judge(self, text: str, groups: frozenset[str], *, sure: bool) -> tuple[str, str] | None:
        """(code, tier) of a part of a text, with the groups it holds a word of, that sounds like danger; `sure`: much like it."""
        said = pieces(text)
        if self._sum(said, groups) <= (SURE if sure or len(text) < SHORT else 0.0):
            return None
        known = [(share(said), self.kinds[piece]) for piece in said & self.danger.keys()]
        known += [(1.0, self.kinds[group]) for group in groups & self.danger.keys()]
        kind = max(KINDS, key=lambda kind: self._says(kind, known))
        return kind, TIERS.get(kind, "life")

    def doubts(self, text: str, groups: frozenset[str]) -> bool:
        """Whether a part of a text sounds so ordinary that a word of danger in it is doubtful."""
        said = pieces(text)
        return len(said & self.danger.keys()) >= FAMILIAR and self._sum(said, groups) < DOUBT

    def _sum(self, said: set[str], groups: frozenset[str]) -> float:
        weight, known = self.danger.__getitem__, self.danger.keys()
        return self.start[0] + share(said) * sum(map(weight, said & known)) + sum(map(weight, groups & known))

    def _says(self, kind: str, known: Collection[tuple[float, Weights]]) -> float:
        at = KINDS.index(kind) + 1
        return self.start[at] + sum(each * weight[at] for each, weight in known)


def parts(text: str) -> tuple[Span, ...]:
    """What is judged by itself: a short text, or every run of whole clauses of a longer one; runs overlap."""
    if len(text) <= LONGEST:
        return ((0, len(text)),)
    cuts = [(low, min(end, low + LONGEST)) for start, end in clauses(text) for low in range(start, end, LONGEST)]
    found: list[Span] = []
    last = 0
    for index, (start, _) in enumerate(cuts):
        last = max(last, index)
        while last + 1 < len(cuts) and cuts[last + 1][1] - start <= LONGEST:
            last += 1
        if not found or (cuts[last][1] > found[-1][1] and (start >= found[-1][0] + STEP or cuts[last] is cuts[-1])):
            found.append((start, cuts[last][1]))
    return tuple(found)


def load(path: Path) -> Hunch:
    """Reads redflag_weights.csv. Raises LanguageError."""
    rows = read(path, ("piece", "danger", *KINDS))
    weights = {row.need("piece"): tuple(row.signed(column) for column in ("danger", *KINDS)) for row in rows}
    start = weights.pop(START, (0.0,) * (len(KINDS) + 1))
    return Hunch({piece: weight[0] for piece, weight in weights.items()}, weights, start)
