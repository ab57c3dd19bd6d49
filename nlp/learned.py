"""Topics by learned weights, with the hand-written ones on top: still a sum over words, each of which can be looked up."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nlp.features import Spans, features
from nlp.normalise import Normal
from nlp.topics import RANKED, Reading, Topics
from nlp.weights import Manifest, Weights
from workflow.understanding import Evidence, TopicGuess

LEAST = 0.05  # a sum below says nothing
ALONE = 0.2  # the best sum needed where no hand-written word is found: "hello" is about nothing
OTHERS = 2  # the slope among the topics behind the first, as a multiple


@dataclass(frozen=True, slots=True)
class Heard:
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

    @property
    def spoken_for(self) -> str | None:
        """The topic that the most hand-written weight speaks for."""
        return max(self.by_hand, key=lambda topic: (self.by_hand[topic], topic), default=None)

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
    names: Mapping[str, str] = field(default_factory=dict)

    def rank(self, normal: Normal) -> tuple[TopicGuess, ...]:
        """Best first. The weights of a guess's evidence add up to its score; they are told by words of the text, not by
        the pieces that were learned."""
        reading = self._read(normal)
        heard = self._heard(normal, reading)
        sums = self._sums(heard, reading)
        manifest = self.weights.manifest
        if self.by_hand and sums.spoken_for is not None and sums.spoken_for not in manifest.topics:
            return self.by_hand.rank(normal)
        ranked = sums.ranked(manifest.hand)
        best = list(ranked.items())[:RANKED]
        if not best:
            return ()
        sure = confidences(ranked, manifest)
        by_word, each = _Pieces(normal), manifest.hand / sums.length
        return tuple(
            TopicGuess(t, self._name(t), sure[t], by_word.evidence(self._shares(t, heard, reading, each)), round(score, 6))
            for t, score in best
        )

    def sums(self, normal: Normal) -> Sums:
        """What speaks for each topic, learned and by hand apart."""
        reading = self._read(normal)
        return self._sums(self._heard(normal, reading), reading)

    def _name(self, topic: str) -> str:
        return self.names.get(topic) or self.weights.manifest.topics.get(topic, topic)

    def _read(self, normal: Normal) -> Reading:
        return self.by_hand.read(normal) if self.by_hand else Reading()

    def _heard(self, normal: Normal, reading: Reading) -> list[Heard]:
        words = self.weights.words
        found: list[Heard] = []
        square = 0.0
        for key, spans in features(normal).items():
            known = words.get(key)
            if known is None:
                continue
            said = [span for span in spans if not reading.gone(*span)] if reading.cancelled else spans
            if said:
                value = known.rarity * (1 + math.log(len(said)))
                square += value * value
                found.append(Heard(key, value, said))
        norm = math.sqrt(square) or 1.0
        return [Heard(h.word, h.value / norm, h.spans) for h in found]

    def _sums(self, heard: Sequence[Heard], reading: Reading) -> Sums:
        learned: dict[str, float] = {}
        words = self.weights.words
        for h in heard:
            for topic, pull in words[h.word].pulls.items():
                if (h.word, topic) not in reading.known:
                    learned[topic] = learned.get(topic, 0.0) + pull * h.value
        by_hand = {topic: math.fsum(weight for _, _, weight in spans) for topic, spans in reading.found.items()}
        return Sums({t: s for t, s in learned.items() if t not in reading.excluded}, by_hand)

    def _shares(self, topic: str, heard: Sequence[Heard], reading: Reading, hand: float) -> list[tuple[int, int, float]]:
        """What each place in the text adds to the topic's score. `hand`: what a hand-written weight of 1 adds here."""
        shares = [(start, end, weight * hand) for start, end, weight in reading.found.get(topic, ())]
        for h in heard:
            pull = self.weights.words[h.word].pulls.get(topic, 0.0)
            if pull and (h.word, topic) not in reading.known:
                each = pull * h.value / len(h.spans)
                shares += [(start, end, each) for start, end in h.spans]
        return shares


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


class _Pieces:
    """Gathers shares of pieces (a pair may cross a word's edge) into the words of the text."""

    def __init__(self, normal: Normal) -> None:
        self._normal = normal
        self._word_of: list[int] = []
        cuts = sorted(normal.edges) or [0, len(normal.text)]
        self._words = list(itertools.pairwise(cuts))
        for number, (start, end) in enumerate(self._words):
            self._word_of += [number] * (end - start)

    def evidence(self, shares: Sequence[tuple[int, int, float]]) -> tuple[Evidence, ...]:
        """One for each different word, at its first place, heaviest first; they add up to the sum of the shares."""
        of_word: dict[int, float] = {}
        for start, end, weight in shares:
            first, last = self._word_of[start], self._word_of[end - 1]
            if first == last:
                of_word[first] = of_word.get(first, 0.0) + weight
                continue
            each = weight / (end - start)
            for at in range(start, end):
                of_word[self._word_of[at]] = of_word.get(self._word_of[at], 0.0) + each
        same: dict[str, tuple[int, float]] = {}
        for number, weight in sorted(of_word.items()):
            text = self._normal.text[slice(*self._words[number])]
            first, sum_ = same.get(text, (number, 0.0))
            same[text] = (first, sum_ + weight)
        told = (self._normal.evidence(*self._words[number], round(weight, 6)) for number, weight in same.values())
        return tuple(sorted(told, key=lambda e: (-abs(e.weight), e.start)))
