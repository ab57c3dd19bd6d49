"""Learns, and judges what was learned on texts it was not learned from (five-fold cross-validation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.judging import Judged
from nlp.learned import SHOWN, LearnedTopics, Sums, certainty
from nlp.topics import Topics
from nlp.training import folds, learn, logistic
from nlp.vocabulary import Seen
from nlp.weights import Manifest, Weights, of

BY_HAND = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)


@dataclass(frozen=True, slots=True)
class Trial:
    """`judged`: one for each text, in order, each decided by weights that had not seen it."""

    weights: Weights
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class _Scored:
    label: str
    sums: Sums

    def decided(self, hand: float) -> tuple[tuple[str, ...], float]:
        """Topics, best first, and the lead of the first."""
        ranked = self.sums.ranked(hand)
        scores = [*ranked.values(), 0.0, 0.0]
        return tuple(ranked), scores[0] - scores[1]

    def right(self, hand: float) -> bool:
        return self.decided(hand)[0][:1] == (self.label,)


def run(seen: Sequence[Seen], manifest: Manifest, by_hand: Topics | None, left_out: frozenset[str]) -> Trial:
    """Raises NoTrainer. What hand-written weights count, and the curve of certainty, are found on the other folds, too."""
    scored: dict[int, _Scored] = {}
    parts = folds(seen)
    for learned_from, judged_on in parts:
        ranker = LearnedTopics(learn([seen[i] for i in learned_from], manifest, left_out), by_hand)
        scored |= {i: _Scored(seen[i].label, ranker.sums(seen[i].normal)) for i in judged_on}
    judged: dict[int, Judged] = {}
    for learned_from, judged_on in parts:
        found = _settled(manifest, [scored[i] for i in learned_from], with_hand=by_hand is not None)
        judged |= {i: _judge(scored[i], found) for i in judged_on}
    learned = learn(seen, manifest, left_out)
    settled = _settled(learned.manifest, list(scored.values()), with_hand=by_hand is not None)
    weights = of(settled, {word: (known.count, known.pulls) for word, known in learned.words.items()})
    return Trial(weights, tuple(judged[i] for i in range(len(seen))))


def _settled(manifest: Manifest, scored: Sequence[_Scored], *, with_hand: bool) -> Manifest:
    hand = max(BY_HAND, key=lambda h: sum(one.right(h) for one in scored)) if with_hand else 0.0
    slope, start = logistic([one.decided(hand)[1] for one in scored], [one.right(hand) for one in scored])
    return replace(manifest, hand=hand, slope=slope, start=start)


def _judge(one: _Scored, found: Manifest) -> Judged:
    ranked, lead = one.decided(found.hand)
    return Judged(one.label, ranked[:SHOWN], certainty(lead, found.slope, found.start) if ranked else 0.0)
