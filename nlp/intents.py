"""What a person wants, apart from what it's about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.normalise import Normal
from nlp.scan import Scan
from nlp.tables import read
from workflow.model import Intent
from workflow.understanding import Evidence

PRAISE_OVER_TOPICS = 1.5  # thanks at the end of a complaint are only manners
PUT_RIGHT = 2.0  # what thanks gain where the matter is said to be put right


@dataclass(frozen=True, slots=True)
class Wish:
    intent: str
    name: str
    evidence: tuple[Evidence, ...] = ()


class Intents:
    """`weights`: word → intent → weight; `base`: what an intent has before anything is said."""

    def __init__(self, names: Mapping[str, str], weights: Mapping[str, Mapping[str, float]], base: Mapping[str, float]) -> None:
        self._names = names
        self._weights = weights
        self._base = base
        self._words = Scan(weights)

    @property
    def words(self) -> frozenset[str]:
        return self._words.words

    @property
    def thanks(self) -> frozenset[str]:
        return frozenset(word for word, weights in self._weights.items() if Intent.PRAISE in weights)

    def find(self, normal: Normal, *, topical: bool, put_right: bool = False) -> Wish:
        """`topical`: some subject was found in the text, so weak thanks can't make it praise, unless it was `put_right`."""
        found: dict[str, list[Evidence]] = {}
        text = normal.text
        for start, end in self._words.aligned(text, normal.edges):
            for intent, weight in self._weights[text[start:end]].items():
                found.setdefault(intent, []).append(normal.evidence(start, end, weight))
        scores = {intent: math.fsum(e.weight for e in evidence) for intent, evidence in found.items()}
        if put_right and Intent.PRAISE in scores:
            scores[Intent.PRAISE] += PUT_RIGHT
        if topical and scores.get(Intent.PRAISE, 0) < PRAISE_OVER_TOPICS:
            scores.pop(Intent.PRAISE, None)
        if topical or not scores:
            for intent, weight in self._base.items():
                scores[intent] = scores.get(intent, 0) + weight
        best = max(scores, key=lambda intent: (scores[intent], intent), default=Intent.COMPLAIN)
        return Wish(str(best), self._names[best], tuple(found.get(best, ())))


def load(path: Path) -> Intents:
    """Reads intents.csv; a row without a word gives the intent's start. Raises LanguageError."""
    names: dict[str, str] = {}
    weights: dict[str, dict[str, float]] = {}
    base: dict[str, float] = {}
    codes = tuple(intent.value for intent in Intent)
    rows = read(path, ("intent", "name", "word", "weight"))
    for row in rows:
        intent = row.one_of("intent", codes)
        names.setdefault(intent, row.need("name"))
        if names[intent] != row["name"]:
            raise row.wrong(f"{intent} has two names: {names[intent]}, {row['name']}")
        if not row["word"]:
            base[intent] = row.number("weight")
            continue
        if intent in weights.setdefault(row["word"], {}):
            raise row.wrong(f"{row['word']} stands twice under {intent}: keep one")
        weights[row["word"]][intent] = row.number("weight")
    missing = [code for code in codes if code not in names]
    if missing:
        raise rows[-1].wrong(f"no row for {', '.join(missing)}") if rows else ValueError(path.name)
    return Intents(names, weights, base)
