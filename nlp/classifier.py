"""One text in, one Understanding out: fits `workflow.ports.Classifier`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from nlp.intents import Intents
from nlp.normalise import Normal, Normaliser, clauses
from nlp.procedures import Procedures
from nlp.redflags import RedFlags
from nlp.segment import Segmenter
from nlp.thanks import PutRight
from nlp.topics import Ranker
from nlp.tries import Words
from workflow.understanding import Understanding

PART_SCORE = 1.5  # a part with less evidence is no matter of its own
MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class LexiconClassifier:
    normalise: Normaliser
    segmenter: Segmenter
    topics: Ranker
    intents: Intents
    flags: RedFlags
    procedures: Procedures
    splits: Words
    put_right: PutRight
    version: str

    def understand(self, text: str) -> Understanding:
        """Never raises, whatever the text. Offsets are code points of the text as given."""
        normal = self.segmenter.edges(self.normalise(text))
        guesses = self.topics.rank(normal)
        flags = self.flags.find(normal)
        put_right = not flags and self.put_right.said(normal, guesses)
        wish = self.intents.find(normal, topical=bool(guesses or flags), put_right=put_right)
        return Understanding(
            procedure=self.procedures.choose(normal.text, wish.intent, guesses, flags).value,
            intent=wish.intent,
            intent_name=wish.name,
            topics=guesses,
            flags=flags,
            intent_evidence=wish.evidence,
            parts=self._parts(normal),
            thin=_thin(normal.text),
            version=self.version,
        )

    def _parts(self, normal: Normal) -> tuple[tuple[int, int], ...]:
        """Spans of separate matters, if the text says that it holds several and their topics differ; else nothing."""
        cuts = [
            start
            for start, end in clauses(normal.text)
            if any(normal.text.startswith(word, start) for word in self.splits.at(normal.text, start))
        ]
        bounds = [0, *(cut for cut in cuts if cut), len(normal.text)]
        if not 3 <= len(bounds) <= MOST_PARTS + 1:
            return ()
        spans = list(pairwise(bounds))
        tops = [self._top(normal, start, end) for start, end in spans]
        if "" in tops or len(set(tops)) < len(tops):
            return ()
        return tuple(normal.span(start, end) for start, end in spans)

    def _top(self, normal: Normal, start: int, end: int) -> str:
        guesses = self.topics.rank(normal, start, end)
        return guesses[0].code if guesses and sum(e.weight for e in guesses[0].evidence) >= PART_SCORE else ""


def _thin(text: str) -> bool:
    """Nothing to go on: less than two letters (a Chinese character is one) in the whole text."""
    return sum(map(str.isalpha, text)) < 2
