"""What learning takes from the city's language: how texts are read, what is never learned, and the hand-written weights."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nlp import correcting, trial
from nlp.mask import PersonalDataMasker
from nlp.normalise import Normaliser
from nlp.operators import Operators
from nlp.segment import GRAMMAR, PLACES, Segmenter, names
from nlp.topics import Topics
from nlp.trial import Trial
from nlp.tries import Words
from nlp.vocabulary import Names
from nlp.weights import Manifest

EVERYDAY = 9.3  # a rarity up to which few texts prove nothing of a word


@dataclass(frozen=True, slots=True)
class Learner:
    """`intent_words` and `places` are never learned; `marks`: words for a road, an estate … that a name stands before. `place_words`: those
    and others that only say at what kind of place: they say nothing about what happened there."""

    normalise: Normaliser
    segmenter: Segmenter
    masker: PersonalDataMasker
    by_hand: Topics
    intent_words: frozenset[str]
    places: frozenset[str]
    marks: Words
    operators: Operators
    place_words: frozenset[str]

    def learn(
        self, examples: Iterable[tuple[str, str]], topics: Mapping[str, str], made: str, onto: Mapping[str, str], *, own: bool
    ) -> Trial:
        """`examples`: text and label, a code of `topics` (code → name); no text twice. `made`: ISO 8601, UTC. `onto`: sub-theme → topic
        that its hand-written weights speak for. `own`: the topics are the city's. Personal data is masked, and what an operator
        added is cut off, before anything is read.
        Raises NoTrainer."""
        hidden = Names(names() | self.places, self.marks)
        read = (
            (label, self.segmenter.edges(self.normalise(self.masker.mask(self.operators.cut(text))))) for text, label in examples
        )
        seen = [hidden.see(label, normal) for label, normal in read]
        manifest = Manifest(dict(topics), own, len(seen), made, onto=dict(onto))
        left_out = self.intent_words | self.places | names(PLACES) | _grammar()
        if own:
            return correcting.run(seen, manifest, self.by_hand, left_out | self.place_words, self._plain)
        return trial.run(seen, manifest, self.by_hand.onto(onto, topics) if onto else None, left_out)

    def _plain(self, word: str) -> bool:
        """A single character, an everyday word, or a pair with a character that only binds words together or says village or town."""
        rarity = self.segmenter.rarity(word)
        everyday = rarity is not None and rarity < EVERYDAY
        return len(word) == 1 or everyday or not _grammar().isdisjoint(word) or not self.place_words.isdisjoint(word)


@functools.cache
def _grammar() -> frozenset[str]:
    """Single characters that only bind words together: nobody would take one for a reason."""
    return frozenset(word for word in names(GRAMMAR) if len(word) == 1)
