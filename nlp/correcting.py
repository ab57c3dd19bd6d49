"""Learns how the lexicon is to be put right on the city's own topics: one ridge regression a topic, over what the lexicon leaves wanting.

A text that the lexicon decides rightly teaches next to nothing; one that it decides wrongly teaches just enough to pass the topic it was
taken for. Needs scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from nlp import weights
from nlp.corrected import CorrectedTopics, length, spoken_for
from nlp.judging import SHOWN, Judged
from nlp.topics import Reading, Topics
from nlp.training import SMALLEST, NothingLearned, folds, matrix, ridge, without
from nlp.trial import Trial
from nlp.vocabulary import Seen, choose
from nlp.weights import Manifest, Weights

MARGIN = 0.4  # by how much a corrected text is to lead, where a word that the lexicon is sure of is 1
PER_TEXT, LEAST_HAND = 1 / 2500, 0.3  # with more texts to learn from, hand-written weights count less beside learned ones
STIFFNESS, STIFFEST = 0.05, 1.0  # of the regression, for few texts and for 1,000 and more
MANY = 20  # texts in which a single character or an everyday word must stand; other words in as many as `nlp.vocabulary` says


def hand(texts: int) -> float:
    """How much hand-written weights count beside weights learned from so many texts."""
    return max(LEAST_HAND, round(1 / (1 + texts * PER_TEXT), 4))


def learn(seen: Sequence[Seen], manifest: Manifest, by_hand: Topics, left_out: frozenset[str], plain: Callable[[str], bool]) -> Weights:
    """`left_out`: words never learned. `plain`: whether a word says little by itself, so that few texts prove nothing of it.
    Raises NoTrainer or NothingLearned."""
    known = {word: n for word, n in choose(seen, left_out).items() if n >= MANY or not plain(word)}
    if not known:
        raise NothingLearned
    manifest = replace(manifest, texts=len(seen), hand=hand(len(seen)))
    stiffness = min(STIFFEST, STIFFNESS + len(seen) / 1000)
    readings = [by_hand.read(one.normal) for one in seen]
    wanted = [_wanted(one.label, reading, manifest.hand) for one, reading in zip(seen, readings, strict=True)]
    pulls: dict[str, dict[str, float]] = {}
    texts = matrix(seen, known, whole=True)
    for topic in manifest.topics:
        counted = [frozenset(word for word, of in reading.known if of == topic) for reading in readings]
        found = ridge(without(texts, known, counted), [one.get(topic, 0.0) for one in wanted], stiffness)
        for word, weight in zip(sorted(known), found, strict=True):
            if abs(weight) >= SMALLEST:
                pulls.setdefault(word, {})[topic] = round(weight, 3)
    if not pulls:
        raise NothingLearned
    return weights.of(manifest, {word: (known[word], found) for word, found in pulls.items()})


def _wanted(label: str, reading: Reading, by_hand: float) -> Mapping[str, float]:
    """Topic → what learned weights should add up to in the text of this reading."""
    spoken = spoken_for(reading)
    scale = by_hand / length(spoken)
    said = {topic: weight * scale for topic, weight in spoken.items()}
    others = max((weight for topic, weight in said.items() if topic != label), default=0.0)
    found = {topic: -weight for topic, weight in said.items()}
    found[label] = max(1.0, others + MARGIN) - said.get(label, 0.0)
    return found


def run(seen: Sequence[Seen], manifest: Manifest, by_hand: Topics, left_out: frozenset[str], plain: Callable[[str], bool]) -> Trial:
    """Each text is judged as it would be decided by what was learned without its fold, lexicon and all. Raises NoTrainer or
    NothingLearned."""
    judged: dict[int, Judged] = {}
    for learned_from, judged_on in folds(seen):
        try:
            made = learn([seen[i] for i in learned_from], manifest, by_hand, left_out, plain)
        except NothingLearned:
            made = weights.of(manifest, {})
        ranker = CorrectedTopics(made, by_hand)
        judged |= {i: _judge(seen[i], ranker) for i in judged_on}
    return Trial(learn(seen, manifest, by_hand, left_out, plain), tuple(judged[i] for i in range(len(seen))))


def _judge(one: Seen, ranker: CorrectedTopics) -> Judged:
    guesses = ranker.rank(one.normal)
    return Judged(one.label, tuple(guess.code for guess in guesses[:SHOWN]), guesses[0].confidence if guesses else 0.0)
