"""Whether a text says that a matter was put right, so that thanks in it are meant and are not only manners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.negation import KINDS
from nlp.normalise import Normal, clauses
from nlp.scan import Scan
from nlp.tables import read
from workflow.understanding import TopicGuess


@dataclass(frozen=True, slots=True)
class PutRight:
    """`settled` words at the end of a clause (or before `thanks` words) say it, and `done` ones anywhere in a clause that begins with
    thanks; one of the `unmet` words anywhere takes it back."""

    settled: Scan
    done: Scan
    unmet: Scan
    thanks: Scan

    def said(self, normal: Normal, guesses: Sequence[TopicGuess]) -> bool:
        """False too if a topic comes after it: that's another matter, and nobody has put it right."""
        text = normal.text
        if self.unmet.any_in(text):
            return False
        ends = [end for start, end in clauses(text) if self._closes(text[start:end])]
        if not ends:
            return False
        _, last = normal.span(0, ends[-1])
        return all(e.start < last for guess in guesses for e in guess.evidence)

    def _closes(self, clause: str) -> bool:
        if any(self.thanks.at(clause, 0)) and self.done.any_in(clause):
            return True
        tails = [clause[end:].strip() for _, end in self.settled.longest(clause)]
        return any(not any(map(str.isalpha, tail)) or any(self.thanks.at(tail, 0)) for tail in tails)


def load(path: Path, thanks: frozenset[str]) -> PutRight:
    """Reads the settled and unmet words of negation.csv. Raises LanguageError."""
    words: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for row in read(path, ("kind", "word")):
        words[row.one_of("kind", KINDS)].append(row.need("word"))
    return PutRight(Scan(words["settled"]), Scan([*words["settled"], *words["done"]]), Scan(words["unmet"]), Scan(thanks))
