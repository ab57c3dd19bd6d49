"""What a text is about: a sum over words that a person can read, question and change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from nlp.negation import Negation
from nlp.normalise import Normal
from nlp.pairs import APART, Pair
from nlp.scan import Scan
from nlp.tables import Row, read
from nlp.tries import Words
from workflow.region import Topic
from workflow.understanding import Evidence, TopicGuess

RANKED = 8  # so many guesses are worth showing
PER_SCORE, PER_LEAD, START = 0.9, 2.5, -0.9  # the curve of certainty


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`weights`: word → topic → weight. `excludes`: word → topics it rules out. `pairs`: words that speak for a topic together."""

    weights: Mapping[str, Mapping[str, float]]
    excludes: Mapping[str, frozenset[str]]
    pairs: Sequence[Pair] = ()


def load(path: Path, topics: Mapping[str, Topic]) -> Lexicon:
    """Reads lexicon.csv. Raises LanguageError for an unknown topic or rows that contradict each other."""
    weights: dict[str, dict[str, float]] = {}
    excludes: dict[str, frozenset[str]] = {}
    pairs: list[Pair] = []
    for row in read(path, ("topic", "word", "weight", "kind")):
        topic, word = row.need("topic"), row.need("word").lower()
        if topic not in topics:
            raise row.wrong(f"unknown topic: {topic}")
        kind = row.one_of("kind", ("keyword", "exclude", "pair"))
        if kind == "pair":
            pairs.append(_pair(row, topic))
            continue
        if kind == "exclude":
            excludes[word] = excludes.get(word, frozenset()) | {topic}
        elif topic in weights.setdefault(word, {}):
            raise row.wrong(f"{word} stands twice under {topic}: keep one")
        else:
            weights[word][topic] = row.number("weight")
        if topic in excludes.get(word, ()) and topic in weights.get(word, {}):
            raise row.wrong(f"{word} is a keyword and an exclusion of {topic}: keep one")
    return Lexicon(weights, excludes, tuple(pairs))


def _pair(row: Row, topic: str) -> Pair:
    try:
        return Pair.of(topic, row.need("word").lower(), row.number("weight"))
    except ValueError as error:
        raise row.wrong(f"a pair is two sides with {APART} between them, each of words parted by |: {row['word']}") from error


@dataclass(frozen=True, slots=True)
class Reading:
    """What the lexicon finds. `found`: topic → start, end, weight. `excluded`: topics that are ruled out. `cancelled`: where a
    nuisance is said to be gone. `known`: pairs of word and topic that were counted."""

    found: Mapping[str, Sequence[tuple[int, int, float]]] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()
    cancelled: tuple[tuple[int, int], ...] = ()
    known: frozenset[tuple[str, str]] = frozenset()

    def gone(self, start: int, end: int) -> bool:
        """Whether the span touches a word that is said to be gone."""
        return any(first < end and start < last for first, last in self.cancelled)


class Ranker(Protocol):
    """Says what a text is about. `reading`: what the city's lexicon found in it, if that was looked for already."""

    def rank(self, normal: Normal, reading: Reading | None = None) -> tuple[TopicGuess, ...]: ...


class Topics:
    def __init__(self, lexicon: Lexicon, names: Mapping[str, str], negation: Negation) -> None:
        self._lexicon = lexicon
        self._names = names
        self._negation = negation
        self._keywords = Words(lexicon.weights)
        self._excludes = Scan(lexicon.excludes)

    def onto(self, labels: Mapping[str, str], names: Mapping[str, str]) -> Topics:
        """The same words speaking for another set of topics. `labels`: our topic → theirs; of several that stand for one, the heaviest
        weight of a word counts. `names`: their topic → name. Exclusions are ours alone and are left out."""
        weights: dict[str, dict[str, float]] = {}
        for word, pulls in self._lexicon.weights.items():
            for topic, weight in pulls.items():
                if topic in labels:
                    theirs = weights.setdefault(word, {})
                    theirs[labels[topic]] = max(weight, theirs.get(labels[topic], 0.0))
        pairs = tuple(replace(pair, topic=labels[pair.topic]) for pair in self._lexicon.pairs if pair.topic in labels)
        return Topics(Lexicon(weights, {}, pairs), names, self._negation)

    def rank(self, normal: Normal, reading: Reading | None = None) -> tuple[TopicGuess, ...]:
        """Best first. The weights of a guess's evidence add up to its score; a word counts once."""
        found = (reading or self.read(normal)).found
        return self._guesses(
            {topic: [normal.evidence(first, last, weight) for first, last, weight in hits] for topic, hits in found.items()}
        )

    def read(self, normal: Normal) -> Reading:
        found: dict[str, list[tuple[int, int, float]]] = {}
        cancelled: list[tuple[int, int]] = []
        known: set[tuple[str, str]] = set()
        text = normal.text
        seen: set[str] = set()
        for first, last in self._keywords.aligned(text, normal.edges):
            word = text[first:last]
            if word in seen:
                continue
            if self._negation.cancels(text, first, last):
                cancelled.append((first, last))
                continue
            seen.add(word)
            for topic, weight in self._lexicon.weights[word].items():
                found.setdefault(topic, []).append((first, last, weight))
                known.add((word, topic))
        for pair in self._lexicon.pairs:
            if (span := pair.find(text, normal.edges)) is not None:
                found.setdefault(pair.topic, []).append((*span, pair.weight))
        excluded = {topic for first, last in self._excludes.longest(text) for topic in self._lexicon.excludes[text[first:last]]}
        for topic in excluded:
            found.pop(topic, None)
        return Reading(found, frozenset(excluded), tuple(cancelled), frozenset(known))

    def _guesses(self, found: Mapping[str, list[Evidence]]) -> tuple[TopicGuess, ...]:
        scores = {topic: math.fsum(e.weight for e in evidence) for topic, evidence in found.items()}
        best = sorted((t for t in scores if scores[t] > 0), key=lambda t: (-scores[t], t))[:RANKED]
        certain = sure([scores[t] for t in best], math.fsum(scores.values()))
        return tuple(
            TopicGuess(t, self._names[t], c, tuple(found[t]), round(scores[t], 6)) for t, c in zip(best, certain, strict=True)
        )


def sure(scores: Sequence[float], total: float) -> list[float]:
    """How likely each guess is, for scores in falling order; they add up to at most 1.

    The first: by how much speaks for it and how far it leads, on a curve rounded from a logistic fit over one half of the
    hotline texts (docs/understanding.md). The others part the rest by their shares, and never pass the first.
    """
    if not scores:
        return []
    lead = (scores[0] - (scores[1] if len(scores) > 1 else 0.0)) / scores[0]
    top = 1 / (1 + math.exp(-(PER_SCORE * math.log(scores[0]) + PER_LEAD * lead + START)))
    rest = total - scores[0]
    return [round(top, 4), *(round(min(top, (1 - top) * score / rest), 4) for score in scores[1:])]
