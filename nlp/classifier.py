"""One text in, one Understanding out: fits `workflow.ports.Classifier`."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.intents import Intents
from nlp.matters import Matters
from nlp.normalise import Normaliser
from nlp.procedures import Procedures
from nlp.redflags import RedFlags
from nlp.segment import Segmenter
from nlp.thanks import PutRight
from nlp.topics import Ranker
from workflow.understanding import Understanding


@dataclass(frozen=True, slots=True)
class LexiconClassifier:
    normalise: Normaliser
    segmenter: Segmenter
    topics: Ranker
    intents: Intents
    flags: RedFlags
    procedures: Procedures
    matters: Matters
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
            parts=self.matters.find(normal),
            thin=_thin(normal.text),
            version=self.version,
        )


def _thin(text: str) -> bool:
    """Nothing to go on: less than two letters (a Chinese character is one) in the whole text."""
    return sum(map(str.isalpha, text)) < 2
