"""A second opinion on danger: a sum over pieces of one to three characters, learned from benchmarks/red_flags.csv, for what no
row of redflags.csv says in so many words. The weights are a table that a person can read and change."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.hits import Span
from nlp.tables import read

LENGTHS = (1, 2, 3)
START = "(start)"
KINDS = ("suicide", "gas", "fire", "violence", "medical", "life", "order", "livelihood", "sensitive")
TIERS = {"order": "order", "livelihood": "livelihood", "sensitive": "sensitive"}
SURE = 4.0  # how far above 0 counts as much
LONGEST = 120  # characters judged at a time: a story of many sentences is judged by each of them
SENTENCE = re.compile(r"[^。！？!?;；\n]+")
Weights = tuple[float, ...]


def pieces(text: str) -> Iterator[str]:
    """Every run of one to three characters, each as often as it stands there."""
    for length in LENGTHS:
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


@dataclass(frozen=True, slots=True)
class Hunch:
    """`weights`: piece → how much it speaks for danger, then for each of KINDS. `start`: what every text begins with."""

    weights: Mapping[str, Weights]
    start: Weights

    def find(self, text: str, *, sure: bool) -> Iterator[tuple[str, str, Span]]:
        """(code, tier, where) of each part that sounds like danger; `sure`: much like it, as a part of a longer text always must."""
        least = SURE if sure or len(text) > LONGEST else 0.0
        for low, high in _parts(text):
            known = [self.weights[piece] for piece in set(pieces(text[low:high])) & self.weights.keys()]
            if self.start[0] + sum(weight[0] for weight in known) > least:
                kind = max(KINDS, key=lambda kind: self._says(kind, known))
                yield kind, TIERS.get(kind, "life"), (low, high)

    def _says(self, kind: str, known: Collection[Weights]) -> float:
        at = KINDS.index(kind) + 1
        return self.start[at] + sum(weight[at] for weight in known)


def _parts(text: str) -> Iterator[Span]:
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
    return Hunch(weights, start)
