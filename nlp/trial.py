"""Learns, and judges what was learned on texts it was not learned from (five-fold cross-validation)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nlp.judging import Judged
from nlp.learned import LearnedTopics, Sums, confidences
from nlp.topics import RANKED, Topics
from nlp.training import folds, learn
from nlp.vocabulary import Seen
from nlp.weights import Manifest, Weights, of

SHARP = tuple(round(2 * 1.12**step, 3) for step in range(28))  # from 2 to about 43
BY_HAND = (0.03, 0.05, 0.08, 0.12, 0.18, 0.26)
UNSURE = 1e-6


@dataclass(frozen=True, slots=True)
class Trial:
    """`judged`: one for each text, in order, each decided by weights that had not seen it."""

    weights: Weights
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class _Scored:
    label: str
    sums: Sums
    fold: int


def run(seen: Sequence[Seen], manifest: Manifest, by_hand: Topics | None, left_out: frozenset[str]) -> Trial:
    """Raises NoTrainer. How sharp confidence is and how much hand-written weights count is found on the other folds, too."""
    scored: dict[int, _Scored] = {}
    parts = folds(seen)
    for fold, (learned_from, judged_on) in enumerate(parts):
        ranker = LearnedTopics(learn([seen[i] for i in learned_from], manifest, left_out), by_hand)
        scored |= {i: _Scored(seen[i].label, ranker.sums(seen[i].normal), fold) for i in judged_on}
    everything = [scored[i] for i in range(len(seen))]
    count = len(manifest.topics)
    judged: dict[int, Judged] = {}
    for fold in range(len(parts)):
        hand, sharp = _settings([one for one in everything if one.fold != fold], count, by_hand is not None)
        judged |= {i: _judge(one, hand, sharp, count) for i, one in enumerate(everything) if one.fold == fold}
    hand, sharp = _settings(everything, count, by_hand is not None)
    learned = learn(seen, manifest, left_out)
    final = replace(learned.manifest, hand=hand, sharpness=sharp)
    weights = of(final, {word: (known.count, known.pulls) for word, known in learned.words.items()})
    return Trial(weights, tuple(judged[i] for i in range(len(seen))))


def _settings(scored: Sequence[_Scored], topics: int, with_hand: bool) -> tuple[float, float]:
    """What a hand-written weight counts (by accuracy), and how sharp confidence is (by likelihood)."""
    hand = max(BY_HAND, key=lambda h: sum(_judge(one, h, 1.0, topics).right for one in scored)) if with_hand else 0.0
    return hand, max(SHARP, key=lambda sharp: math.fsum(_likelihood(one, hand, sharp, topics) for one in scored))


def _likelihood(one: _Scored, hand: float, sharp: float, topics: int) -> float:
    return math.log(max(UNSURE, confidences(one.sums.scores(hand), sharp, topics).get(one.label, 0.0)))


def _judge(one: _Scored, hand: float, sharp: float, topics: int) -> Judged:
    scores: Mapping[str, float] = one.sums.ranked(hand)
    if not scores:
        return Judged(one.label, (), 0.0)
    ranked = list(scores)
    sure = confidences(one.sums.scores(hand), sharp, topics)
    return Judged(one.label, tuple(ranked[:RANKED]), sure[ranked[0]])
