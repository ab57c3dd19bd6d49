"""Tells by words of the text what was learned of pieces of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from nlp.normalise import Normal
from workflow.understanding import Evidence

Shares = dict[int, float]  # position of a word's first place in the text → its share


class Pieces:
    """Each piece's weight goes to the words it stands in, by characters (a pair may cross a word's edge), and a word that stands
    several times is told of once, at its first place."""

    def __init__(self, normal: Normal) -> None:
        self._normal = normal
        self._ends: dict[int, int] = {}
        self._first_of: list[int] = []
        seen: dict[str, int] = {}
        for start, end in itertools.pairwise(sorted(normal.edges) or [0, len(normal.text)]):
            first = seen.setdefault(normal.text[start:end], start)
            self._ends.setdefault(first, end)
            self._first_of += [first] * (end - start)

    def share(self, spans: Sequence[tuple[int, int]]) -> Shares:
        """How a weight that counts once for all the spans is parted; the shares add up to 1."""
        shares: Shares = {}
        each = 1 / len(spans)
        for start, end in spans:
            for at in range(start, end):
                first = self._first_of[at]
                shares[first] = shares.get(first, 0.0) + each / (end - start)
        return shares

    def evidence(self, weights: Iterable[tuple[Shares, float]]) -> tuple[Evidence, ...]:
        """Heaviest first; they add up to the sum of the weights."""
        of_word: Shares = {}
        for shares, weight in weights:
            for first, share in shares.items():
                of_word[first] = of_word.get(first, 0.0) + weight * share
        told = [self._normal.evidence(first, self._ends[first], round(weight, 6)) for first, weight in of_word.items()]
        return tuple(sorted(told, key=lambda e: (-abs(e.weight), e.start)))
