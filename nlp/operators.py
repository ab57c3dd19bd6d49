"""Cuts off what the operator of a hotline wrote into a ticket: whom it is passed to. To learn from it would be to learn the answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nlp.normalise import Normaliser, clauses
from nlp.tables import read
from nlp.tries import Words


@dataclass(frozen=True, slots=True)
class Operators:
    """`opens`: words that such a clause begins with; `acts`: what it asks of a unit."""

    normalise: Normaliser
    opens: Words
    acts: Words

    def cut(self, text: str) -> str:
        """The text without such clauses at its end; as it was if nothing else would be left."""
        normal = self.normalise(text)
        parts = clauses(normal.text)
        kept = len(parts)
        while kept > 1 and self._passes_on(normal.text[slice(*parts[kept - 1])].strip()):
            kept -= 1
        if kept == len(parts):
            return text
        return text[: normal.span(0, parts[kept - 1][1])[1]]

    def _passes_on(self, clause: str) -> bool:
        return bool(clause) and any(True for _ in self.opens.at(clause, 0)) and self.acts.any_in(clause)


def load(path: Path, normalise: Normaliser) -> Operators:
    """Reads operators.csv. Raises LanguageError."""
    words: dict[str, list[str]] = {"opens": [], "acts": []}
    for row in read(path, ("kind", "word")):
        words[row.one_of("kind", tuple(words))].append(row.need("word"))
    return Operators(normalise, Words(words["opens"]), Words(words["acts"]))
