"""Two words that mean something together: water and yellow, in one clause and near each other, whatever stands between them."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Self

from nlp.normalise import MARKS

APART = "…"  # between the two in a lexicon's row
GAP = 6  # characters between them
DENIED = "不没无"  # none of these between them: water that is not yellow is no complaint


@dataclass(frozen=True, slots=True)
class Pair:
    topic: str
    weight: float
    word: str
    patterns: tuple[tuple[str, re.Pattern[str]], ...]

    @classmethod
    def of(cls, topic: str, word: str, weight: float) -> Self:
        """`word`: two sides, each of words parted by |. Raises ValueError for anything else."""
        first, second = ([one.strip() for one in side.split("|") if one.strip()] for side in word.split(APART))
        if not first or not second:
            raise ValueError(word)
        between = f"[^{re.escape(''.join(sorted(MARKS)) + DENIED)}]{{0,{GAP}}}?"
        ends = "|".join(map(re.escape, second))
        return cls(topic, weight, word, tuple((begin, re.compile(f"(?=({re.escape(begin)}){between}({ends}))")) for begin in first))

    def find(self, text: str, edges: Container[int]) -> tuple[int, int] | None:
        """Where it first stands: from the beginning of the first word, which must be a word by itself, to the end of the second."""
        for begin, pattern in self.patterns:
            for found in pattern.finditer(text) if begin in text else ():
                if found.start(1) in edges and found.end(1) in edges:
                    return found.start(1), found.end(2)
        return None
