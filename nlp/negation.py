"""When a word is named only to say that it's gone.

A text that says a nuisance is no more, or was put right, must not become a complaint about it. Only words listed as
`nuisance` can be cancelled: that there is *no* street lamp is a complaint, that there is no noise is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nlp.normalise import MARKS
from nlp.scan import Scan
from nlp.tables import read

KINDS = ("negator", "nuisance", "settled", "unsettled", "unmet", "done")
REACH = 3  # characters between the negator and its word


@dataclass(frozen=True, slots=True)
class Negation:
    """`settled`: said after a word, that it was put right. `unsettled` before that takes it back."""

    negators: tuple[str, ...]
    nuisances: tuple[str, ...]
    settled: Scan
    unsettled: tuple[str, ...]

    def cancels(self, text: str, start: int, end: int) -> bool:
        """Whether the word at the span is said to be gone."""
        if not text[start:end].endswith(self.nuisances):
            return False
        before = text[max(0, start - REACH - 3) : start]
        cut = max((at for at, char in enumerate(before) if char in MARKS), default=-1)
        before = before[cut + 1 :]
        negated = any((at := before.rfind(n)) >= 0 and len(before) - at - len(n) <= REACH for n in self.negators)
        if negated and not any(word in before for word in self.unsettled):
            return True
        after = text[end : end + 8]
        stop = next((at for at, char in enumerate(after) if char in MARKS), len(after))
        after = after[:stop]
        return self.settled.any_in(after) and not any(word in after for word in self.unsettled)


def load(path: Path) -> Negation:
    words: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for row in read(path, ("kind", "word")):
        words[row.one_of("kind", KINDS)].append(row.need("word"))
    return Negation(tuple(words["negator"]), tuple(words["nuisance"]), Scan(words["settled"]), tuple(words["unsettled"]))
