"""Topics of another set of labels by learned weights, with the hand-written ones on top: still a sum over words, each of which can be
looked up. The city's own topics: `nlp.corrected`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nlp.features import Spans, features
from nlp.normalise import Normal
from nlp.pieces import Pieces, Shares
from nlp.topics import Reading, Topics
from nlp.weights import Manifest, Weights
from workflow.understanding import TopicGuess

SHOWN = 3  # so many guesses are told with their evidence
LEAST = 0.05  # a sum below says nothing
ALONE = 0.2  # the best sum needed where no hand-written word is found: "hello" is about nothing
OTHERS = 2  # the slope among the topics behind the first, as a multiple


class Heard(NamedTuple):
    """A known word of the text. `value`: how much one of its weights counts here; `spans`: all places it stands at."""

    word: str
    value: float
    spans: Spans


@dataclass(frozen=True, slots=True)
class Sums:
    """Topic → sum of weights. `hand` of its methods: how much hand-written weights count."""

    learned: Mapping[str, float]
    by_hand: Mapping[str, float]

    def scores(self, hand: float) -> dict[str, float]:
        both = dict(self.learned)
        each = hand / self.length
        for topic, weight in self.by_hand.items():
            both[topic] = both.get(topic, 0.0) + each * weight
        return both

    @property
    def length(self) -> float:
        """What hand-written sums are divided by, so that a long text says no more than a short one."""
        return max(1.0, math.hypot(*self.by_hand.values()))

    def ranked(self, hand: float) -> dict[str, float]:
        """Those with enough evidence to be named, best first."""
        scores = self.scores(hand)
        if not self.by_hand and max(scores.values(), default=0.0) < ALONE:
            return {}
        enough = [(topic, score) for topic, score in scores.items() if score >= LEAST]
        return dict(sorted(enough, key=lambda known: (-known[1], known[0])))


@dataclass(frozen=True, slots=True)
class LearnedTopics:
    """`by_hand`: the lexicon, about the same topics. Where both know a word for a topic the hand-written weight counts and the learned
    one does not."""

    weights: Weights
    by_hand: Topics | None = None

    def rank(self, normal: Normal, reading: Reading | None = None) -> tuple[TopicGuess, ...]:
        """Best first. The weights of a guess's evidence add up to its score; they are told by words of the text, not by
        the pieces that were learned."""
        reading = self._read(normal)  # what was found already is about the city's own topics
        heard = self._heard(normal, reading)
        sums = self._sums(heard, reading)
        manifest = self.weights.manifest
        ranked = sums.ranked(manifest.hand)
        best = dict(list(ranked.items())[:SHOWN])
        if not best:
            return ()
        sure = confidences(ranked, manifest)
        pieces = Pieces(normal)
        weights = self._weights(best, heard, reading, manifest.hand / sums.length, pieces)
        named = manifest.topics
        return tuple(TopicGuess(t, named.get(t, t), sure[t], pieces.evidence(weights[t]), round(score, 6)) for t, score in best.items())

    def sums(self, normal: Normal) -> Sums:
        """What speaks for each topic, learned and by hand apart."""
        reading = self._read(normal)
        return self._sums(self._heard(normal, reading), reading)

    def _read(self, normal: Normal) -> Reading:
        return self.by_hand.read(normal) if self.by_hand else Reading()

    def _heard(self, normal: Normal, reading: Reading) -> list[Heard]:
        words = self.weights.words
        found: list[tuple[str, float, Spans]] = []
        square = 0.0
        for key, spans in features(normal).items():
            known = words.get(key)
            if known is None:
                continue
            said = [span for span in spans if not reading.gone(*span)] if reading.cancelled else spans
            if said:
                value = known.rarity * (1 + math.log(len(said))) if len(said) > 1 else known.rarity
                square += value * value
                found.append((key, value, said))
        norm = math.sqrt(square) or 1.0
        return [Heard(word, value / norm, spans) for word, value, spans in found]

    def _sums(self, heard: Sequence[Heard], reading: Reading) -> Sums:
        topics = self.weights.topics
        learned = [0.0] * len(topics)
        words, by_hand_too = self.weights.words, {word for word, _ in reading.known}
        for h in heard:
            value = h.value
            if h.word not in by_hand_too:
                for topic, pull in words[h.word].rows:
                    learned[topic] += pull * value
                continue
            for topic, pull in words[h.word].rows:
                if (h.word, topics[topic]) not in reading.known:
                    learned[topic] += pull * value
        sums = {topic: score for topic, score in zip(topics, learned, strict=True) if score and topic not in reading.excluded}
        return Sums(sums, {topic: math.fsum(weight for _, _, weight in spans) for topic, spans in reading.found.items()})

    def _weights(
        self, best: Mapping[str, float], heard: Sequence[Heard], reading: Reading, hand: float, pieces: Pieces
    ) -> dict[str, list[tuple[Shares, float]]]:
        """Topic → what adds to its score, and where. `hand`: what a hand-written weight of 1 adds here."""
        found: dict[str, list[tuple[Shares, float]]] = {
            topic: [(pieces.share([(start, end)]), weight * hand) for start, end, weight in reading.found.get(topic, ())] for topic in best
        }
        for h in heard:
            pulls = self.weights.words[h.word].pulls
            wanted = [topic for topic in pulls if topic in best and (h.word, topic) not in reading.known]
            if wanted:
                shares = pieces.share(h.spans)
                for topic in wanted:
                    found[topic].append((shares, pulls[topic] * h.value))
        return found


def confidences(scores: Mapping[str, float], manifest: Manifest) -> dict[str, float]:
    """How likely each topic is, adding up to at most 1. The first: by its lead over the second; the others share the rest by their
    scores, and none passes the first. `scores`: best first."""
    ranked = list(scores.items())
    if not ranked:
        return {}
    lead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)
    first = certainty(lead, manifest.slope, manifest.start)
    odds = {topic: math.exp(OTHERS * manifest.slope * (score - ranked[0][1])) for topic, score in ranked[1:]}
    total = math.fsum(odds.values()) or 1.0
    rest = {topic: round(min(first, (1 - first) * odd / total), 4) for topic, odd in odds.items()}
    return {ranked[0][0]: round(first, 4), **rest}


def certainty(lead: float, slope: float, start: float) -> float:
    return 1 / (1 + math.exp(-(slope * lead + start)))
