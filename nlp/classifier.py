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
from nlp.topics import Ranker, Topics
from workflow.understanding import Understanding


@dataclass(frozen=True, slots=True)
class LexiconClassifier:
    """`topics`: what ranks them, learned weights or the lexicon. `by_hand`: the lexicon, which alone says whether a subject is named
    at all, and where one matter ends and the next begins: learned weights find something in any text."""

    normalise: Normaliser
    segmenter: Segmenter
    topics: Ranker
    by_hand: Topics
    intents: Intents
    flags: RedFlags
    procedures: Procedures
    matters: Matters
    put_right: PutRight
    version: str

    def understand(self, text: str) -> Understanding:
        """Never raises, whatever the text. Offsets are code points of the text as given."""
        normal = self.segmenter.edges(self.normalise(text))
        reading = self.by_hand.read(normal)
        spoken = self.by_hand.rank(normal, reading)
        guesses = spoken if self.topics is self.by_hand else self.topics.rank(normal, reading)
        flags = self.flags.find(normal)
        put_right = not flags and self.put_right.said(normal, spoken)
        wish = self.intents.find(normal, topical=bool(spoken or flags), put_right=put_right)
        return Understanding(
            procedure=self.procedures.choose(normal.text, wish.intent, guesses, flags).value,
            intent=wish.intent,
            intent_name=wish.name,
            topics=guesses,
            flags=flags,
            intent_evidence=wish.evidence,
            parts=self.matters.find(normal, spoken),
            thin=_thin(normal.text),
            version=self.version,
        )


def _thin(text: str) -> bool:
    """Nothing to go on: less than two letters (a Chinese character is one) in the whole text."""
    return sum(map(str.isalpha, text)) < 2
