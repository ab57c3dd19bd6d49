"""How good decisions were: the same figures for a lexicon, for learned weights, and for one against the other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BINS = 10  # of confidence, for the calibration error
COVERED = 0.7  # the share of the most confident decisions that is judged apart
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """One decision. `ranked`: topics, best first; () = no hit. `confidence`: of the first, 0..1."""

    label: str
    ranked: tuple[str, ...]
    confidence: float

    @property
    def right(self) -> bool:
        return self.ranked[:1] == (self.label,)


@dataclass(frozen=True, slots=True)
class OfTopic:
    """Shares are of 1; `precision` is 0 where the topic was never decided for."""

    texts: int
    recall: float
    precision: float
    f1: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are of 1. `top3`: the right one is among the first three. `ece`: expected calibration error over ten bins.
    `coverage70_accuracy`: accuracy of the 70 % most confident decisions."""

    n: int
    accuracy: float
    macro_f1: float
    top3: float
    no_hit: float
    ece: float
    coverage70_accuracy: float


def figures(judged: Sequence[Judged]) -> Figures:
    """Raises ValueError for no decisions at all."""
    if not judged:
        raise ValueError("nothing to judge")
    n = len(judged)
    covered = sorted(judged, key=lambda j: -j.confidence)[: max(1, math.floor(n * COVERED))]
    by_topic = of_topics(judged)
    return Figures(
        n=n,
        accuracy=_share(sum(j.right for j in judged), n),
        macro_f1=round(math.fsum(t.f1 for t in by_topic.values()) / len(by_topic), 4),
        top3=_share(sum(j.label in j.ranked[:SHOWN] for j in judged), n),
        no_hit=_share(sum(not j.ranked for j in judged), n),
        ece=_calibration_error(judged),
        coverage70_accuracy=_share(sum(j.right for j in covered), len(covered)),
    )


def of_topics(judged: Sequence[Judged]) -> Mapping[str, OfTopic]:
    """For every topic that is a label."""
    labels = Counter(j.label for j in judged)
    decided = Counter(j.ranked[0] for j in judged if j.ranked)
    right = Counter(j.label for j in judged if j.right)
    return {
        topic: OfTopic(
            texts=texts,
            recall=_share(right[topic], texts),
            precision=_share(right[topic], decided[topic]),
            f1=round(2 * right[topic] / (texts + decided[topic]), 4),
        )
        for topic, texts in sorted(labels.items())
    }


def confusions(judged: Sequence[Judged], most: int = 20) -> list[tuple[str, str, int]]:
    """Label, what was decided ("" = nothing), how often; the commonest first."""
    wrong = Counter((j.label, j.ranked[0] if j.ranked else "") for j in judged if not j.right)
    return [(label, decided, count) for (label, decided), count in sorted(wrong.items(), key=lambda w: (-w[1], w[0]))[:most]]


def _calibration_error(judged: Sequence[Judged]) -> float:
    bins: dict[int, list[Judged]] = {}
    for j in judged:
        bins.setdefault(min(BINS - 1, int(j.confidence * BINS)), []).append(j)
    off = (abs(sum(j.right for j in found) - math.fsum(j.confidence for j in found)) for found in bins.values())
    return round(math.fsum(off) / len(judged), 4)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
