"""Looks a question up in the city's knowledge: fits `workflow.ports.Answers`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

from nlp.normalise import Normaliser
from nlp.segment import Segmenter
from nlp.tries import Words
from workflow.region import Knowledge
from workflow.understanding import Answer

THRESHOLD = 0.35
WORD_BONUS = 0.3  # a keyword the editors gave to the entry stands in the question
MOST = 600  # code points of a question; a longer text is no question


class KnowledgeAnswers:
    """Cosine over rare tokens, with the entries' own keywords as a bonus. The index is small: tens of entries."""

    def __init__(
        self, knowledge: Sequence[Knowledge], normalise: Normaliser, segmenter: Segmenter, asking: Collection[str]
    ) -> None:
        """`asking`: words that only say that something is asked."""
        self._asking = frozenset(token for word in asking for token in (word, *segmenter.cut(word)))
        self._knowledge = tuple(knowledge)
        self._normalise = normalise
        self._segmenter = segmenter
        tokens = [self._tokens(" ".join((entry.question, *entry.words))) for entry in self._knowledge]
        counts = Counter(token for found in tokens for token in found)
        self._idf = {token: math.log(1 + len(tokens) / n) for token, n in counts.items()}
        self._index: dict[str, list[int]] = {}
        for number, found in enumerate(tokens):
            for token in found:
                self._index.setdefault(token, []).append(number)
        self._norms = [math.sqrt(math.fsum(self._idf[t] ** 2 for t in found)) or 1.0 for found in tokens]
        self._keywords = [Words(normalise(word).text for word in entry.words) for entry in self._knowledge]

    def search(self, text: str) -> Answer | None:
        """The best entry, or None where nothing fits well enough. `score` grows with the fit, at most about 1.6."""
        asked = text[:MOST]
        tokens = self._tokens(asked)
        norm = math.sqrt(math.fsum(self._idf.get(t, 1.0) ** 2 for t in tokens)) or 1.0
        scores: dict[int, float] = {}
        for token in tokens:
            for number in self._index.get(token, ()):
                scores[number] = scores.get(number, 0.0) + self._idf[token] ** 2
        plain = self._normalise(asked).text
        ranked = {n: score / norm / self._norms[n] + self._bonus(n, plain) for n, score in scores.items()}
        best = max(ranked, key=lambda n: (ranked[n], -n), default=-1)
        if best < 0 or ranked[best] < THRESHOLD:
            return None
        entry = self._knowledge[best]
        return Answer(entry.code, entry.question, entry.answer, entry.basis, entry.updated, round(ranked[best], 4))

    def _bonus(self, number: int, text: str) -> float:
        hits = {text[a:b] for a, b in self._keywords[number].longest(text)}
        return WORD_BONUS * min(2, len(hits))

    def _tokens(self, text: str) -> frozenset[str]:
        """Words of two characters and more: single ones carry grammar."""
        return frozenset(t for t in self._segmenter.cut(self._normalise(text).text) if len(t) > 1 and t.isalnum()) - self._asking
