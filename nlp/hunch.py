"""A second opinion on danger: a sum over pieces of one to three characters, learned from benchmarks/red_flags.csv, for what no
row of redflags.csv says in so many words. The weights are a table that a person can read and change."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from pathlib import Path

from nlp.hits import Span
from nlp.tables import read

START = "(start)"
KINDS = ("suicide", "gas", "fire", "violence", "medical", "life", "order", "livelihood", "sensitive")
TIERS = {"order": "order", "livelihood": "livelihood", "sensitive": "sensitive"}
EVEN = 6.0  # a piece in a text of as many pieces, squared, counts as its weight: more in a shorter text, less in a longer one
FEWEST = 20  # pieces of a text that still make each count more
SHORT = 8  # characters: a text of fewer says so little that it must say it for sure
SURE = 4.0  # how far above 0 counts as much
DOUBT = -5.0  # how far below 0 a text sounds ordinary, whatever word of danger stands in it
LONGEST = 120  # characters judged at a time: a story of many sentences is judged by each of them
SENTENCE = re.compile(r"[^。！？!?;；\n]+")
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
    """`danger`: piece → how much it speaks for danger. `kinds`: the same pieces → danger again, then each of KINDS. `start`: what
    every text begins with, likewise."""

    danger: Mapping[str, float]
    kinds: Mapping[str, Weights]
    start: Weights

    def judge(self, text: str, *, sure: bool) -> tuple[str, str] | None:
        """(code, tier) of a part of a text that sounds like danger; `sure`: much like it."""
        said = pieces(text)
        if self._sum(said) <= (SURE if sure or len(text) < SHORT else 0.0):
            return None
        weights = [self.kinds[piece] for piece in said & self.danger.keys()]
        kind = max(KINDS, key=lambda kind: self._says(kind, weights, share(said)))
        return kind, TIERS.get(kind, "life")

    def doubts(self, text: str) -> bool:
        """Whether a part of a text sounds so ordinary that a word of danger in it is doubtful."""
        return self._sum(pieces(text)) < DOUBT

    def _sum(self, said: set[str]) -> float:
        return self.start[0] + share(said) * sum(map(self.danger.__getitem__, said & self.danger.keys()))

    def _says(self, kind: str, known: Collection[Weights], each: float) -> float:
        at = KINDS.index(kind) + 1
        return self.start[at] + each * sum(weight[at] for weight in known)


def parts(text: str) -> Iterator[Span]:
    """What is judged by itself: a short text, or each sentence of a longer one."""
    if len(text) <= LONGEST:
        yield 0, len(text)
        return
    for found in SENTENCE.finditer(text):
        for low in range(found.start(), found.end(), LONGEST):
            yield low, min(found.end(), low + LONGEST)


def load(path: Path) -> Hunch:
    """Reads redflag_weights.csv. Raises LanguageError."""
    rows = read(path, ("piece", "danger", *KINDS))
    weights = {row.need("piece"): tuple(row.signed(column) for column in ("danger", *KINDS)) for row in rows}
    start = weights.pop(START, (0.0,) * (len(KINDS) + 1))
    return Hunch({piece: weight[0] for piece, weight in weights.items()}, weights, start)
