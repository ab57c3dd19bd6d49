"""The lexicon, put right by what was learned of the city's own topics: learned weights are added to the hand-written ones, on one scale.

Whatever the learned weights say nothing about is decided by the lexicon alone, to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nlp.features import Spans, features
from nlp.normalise import Normal
from nlp.pieces import Pieces, Shares
from nlp.topics import RANKED, Reading, Topics, sure
from nlp.weights import Weights, rarity
from workflow.understanding import TopicGuess

ALONE = 0.4  # the best learned sum needed where the lexicon finds no word: "hello" is about nothing
LEAST = 0.05  # a score below says nothing


class Known(NamedTuple):
    """A learned word of the text. `value`: how much one of its weights counts here; `spans`: where it stands."""

    word: str
    value: float
    spans: Spans


@dataclass(frozen=True, slots=True)
class CorrectedTopics:
    """`weights`: of a manifest whose topics are the city's own. Where the lexicon knows a word for a topic, its weight counts and the
    learned one does not. `names`: topic → name."""

    weights: Weights
    by_hand: Topics
    names: Mapping[str, str] = field(default_factory=dict)

    def rank(self, normal: Normal, reading: Reading | None = None) -> tuple[TopicGuess, ...]:
        """Best first. The weights of a guess's evidence add up to its score."""
        reading = reading or self.by_hand.read(normal)
        known = self.known(normal, reading)
        learned = self._learned(known, reading)
        if not learned or (not reading.found and max(learned.values()) < ALONE):
            return self.by_hand.rank(normal, reading)
        spoken = spoken_for(reading)
        scale = length(spoken) / self.weights.manifest.hand
        both = {topic: spoken.get(topic, 0.0) + scale * learned.get(topic, 0.0) for topic in spoken.keys() | learned.keys()}
        ranked = sorted((t for t in both if both[t] >= LEAST), key=lambda t: (-both[t], t))[:RANKED]
        certain = sure([both[t] for t in ranked], math.fsum(score for score in both.values() if score > 0))
        pieces = Pieces(normal)
        evidence = self._evidence(ranked, known, reading, scale, pieces)
        return tuple(
            TopicGuess(t, self._name(t), c, pieces.evidence(evidence[t]), round(both[t], 6)) for t, c in zip(ranked, certain, strict=True)
        )

    def _name(self, topic: str) -> str:
        return self.names.get(topic) or self.weights.manifest.topics.get(topic, topic)

    def known(self, normal: Normal, reading: Reading) -> list[Known]:
        """What was learned of the text's words, without those that are said to be gone."""
        words, texts = self.weights.words, self.weights.manifest.texts
        found: list[Known] = []
        rest = 0
        square = 0.0
        for key, spans in features(normal).items():
            word = words.get(key)
            if word is None:
                rest += 1
                continue
            said = [span for span in spans if not reading.gone(*span)] if reading.cancelled else spans
            if said:
                value = rarity(texts, word.count) * (1 + math.log(len(said)))
                square += value * value
                found.append(Known(key, value, said))
        norm = math.sqrt(square + rest) or 1.0
        return [Known(word, value / norm, spans) for word, value, spans in found]

    def _learned(self, known: Sequence[Known], reading: Reading) -> dict[str, float]:
        sums: dict[str, float] = {}
        for word, value, _ in known:
            for topic, pull in self.weights.words[word].pulls.items():
                if topic not in reading.excluded and (word, topic) not in reading.known:
                    sums[topic] = sums.get(topic, 0.0) + pull * value
        return sums

    def _evidence(
        self, topics: Sequence[str], known: Sequence[Known], reading: Reading, scale: float, pieces: Pieces
    ) -> dict[str, list[tuple[Shares, float]]]:
        found: dict[str, list[tuple[Shares, float]]] = {
            topic: [(pieces.share([(start, end)]), weight) for start, end, weight in reading.found.get(topic, ())] for topic in topics
        }
        for word, value, spans in known:
            shares = pieces.share(spans)
            for topic, pull in self.weights.words[word].pulls.items():
                if topic in found and (word, topic) not in reading.known:
                    found[topic].append((shares, pull * value * scale))
        return found


def spoken_for(reading: Reading) -> dict[str, float]:
    """Topic → sum of its hand-written weights."""
    return {topic: math.fsum(weight for _, _, weight in spans) for topic, spans in reading.found.items()}


def length(spoken: Mapping[str, float]) -> float:
    """What hand-written sums are divided by to be on the scale of learned ones, so that a long text says no more than a short one."""
    return max(1.0, math.hypot(*spoken.values()))
