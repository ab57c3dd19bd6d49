"""Learns weights from texts with a label: one ridge regression a topic over the words of `nlp.vocabulary`.

Needs scikit-learn (the extra `train`); what it makes is read without it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nlp import weights
from nlp.vocabulary import Seen, choose
from nlp.weights import Manifest, Weights, rarity

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FOLDS = 5
STIFFNESS = 1.0  # of the regression: higher learns less from each text
SMALLEST = 0.04  # weights below are dropped: they decide nothing and nobody would read them
SEED = 20261124
FLAT, STEEP = 0.1, 5.0  # slopes of certainty: the least that is allowed, and what is taken where nothing was wrong


class NoTrainer(RuntimeError):
    """scikit-learn is not installed."""


class NothingLearned(ValueError):
    """No word stands in enough of the texts."""


def learn(seen: Sequence[Seen], manifest: Manifest, left_out: frozenset[str]) -> Weights:
    """Weights for the topics of the manifest. Raises NoTrainer or NothingLearned."""
    known = choose(seen, left_out)
    manifest = replace(manifest, texts=len(seen))
    pulls = _pulls(seen, list(manifest.topics), known)
    # What decides nothing is dropped before the final fit, so that it does not count in a text's length either.
    kept = {word: known[word] for word, found in pulls.items() if max(map(abs, found.values())) >= SMALLEST}
    return weights.of(manifest, {word: (kept[word], _trimmed(found)) for word, found in _pulls(seen, list(manifest.topics), kept).items()})


def _trimmed(pulls: Mapping[str, float]) -> dict[str, float]:
    """Without the small ones; a word keeps its heaviest."""
    heaviest = max(pulls, key=lambda topic: abs(pulls[topic]))
    return {topic: round(weight, 3) for topic, weight in pulls.items() if abs(weight) >= SMALLEST or topic == heaviest}


def ridge(texts: csr_matrix, wanted: Sequence[float], stiffness: float) -> list[float]:
    """A weight for each column. Raises NoTrainer."""
    found: Any = _ridge(texts, wanted, stiffness)
    return [float(weight) for weight in found]


def _ridge(texts: csr_matrix, wanted: Any, stiffness: float) -> Any:
    try:
        from sklearn.linear_model import Ridge  # noqa: PLC0415  # the running bot does without
    except ImportError as error:
        raise NoTrainer from error
    return Ridge(alpha=stiffness, fit_intercept=False, solver="sparse_cg", tol=1e-4).fit(texts, wanted).coef_


def _pulls(seen: Sequence[Seen], topics: Sequence[str], known: Mapping[str, int]) -> dict[str, dict[str, float]]:
    try:
        import numpy as np  # noqa: PLC0415
    except ImportError as error:
        raise NoTrainer from error
    if not known:
        raise NothingLearned
    words = sorted(known)
    place = {topic: number for number, topic in enumerate(topics)}
    wanted = np.zeros((len(seen), len(topics)))
    for number, one in enumerate(seen):
        wanted[number, place[one.label]] = 1.0
    found = np.atleast_2d(_ridge(matrix(seen, known), wanted, STIFFNESS))
    return {word: dict(zip(topics, map(float, found[:, column]), strict=True)) for column, word in enumerate(words)}


def matrix(seen: Sequence[Seen], known: Mapping[str, int], *, whole: bool = False) -> csr_matrix:
    """One row a text, one column a word in the order of the alphabet: the same sums as `nlp.learned` makes, of length 1. `whole`: as
    `nlp.corrected` makes them, where words of the text that were not learned count in its length, too. Raises NoTrainer."""
    try:
        from scipy.sparse import csr_matrix  # noqa: PLC0415
    except ImportError as error:
        raise NoTrainer from error
    column = {word: number for number, word in enumerate(sorted(known))}
    weight = {word: rarity(len(seen), count) for word, count in known.items()}
    data: list[float] = []
    columns: list[int] = []
    starts = [0]
    for one in seen:
        values = {word: weight[word] * (1 + math.log(n)) for word, n in one.counts.items() if word in column}
        rest = len(one.counts) - len(values) if whole else 0
        norm = math.sqrt(math.fsum(v * v for v in values.values()) + rest) or 1.0
        data += [value / norm for value in values.values()]
        columns += [column[word] for word in values]
        starts.append(len(data))
    return csr_matrix((data, columns, starts), shape=(len(seen), len(column)))


def without(texts: csr_matrix, known: Mapping[str, int], left_out: Sequence[Collection[str]]) -> csr_matrix:
    """A matrix of `matrix` without some words in some rows. `left_out`: for each row."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    column = {word: number for number, word in enumerate(sorted(known))}
    cells = [(row, column[word]) for row, words in enumerate(left_out) for word in words if word in column]
    if not cells:
        return texts
    rows, columns = zip(*cells, strict=True)
    values = texts[list(rows), list(columns)].A1
    return csr_matrix(texts - csr_matrix((values, (rows, columns)), shape=texts.shape))


def folds(seen: Sequence[Seen]) -> list[tuple[list[int], list[int]]]:
    """Numbers of texts to learn from and to judge, five times; every topic is in each part. Raises NoTrainer."""
    try:
        from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415
    except ImportError as error:
        raise NoTrainer from error
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    labels = [one.label for one in seen]
    return [(list(map(int, a)), list(map(int, b))) for a, b in splitter.split(labels, labels)]


def logistic(leads: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Slope (above 0) and start of the curve that tells from a lead how likely a decision is right. Raises NoTrainer."""
    try:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    except ImportError as error:
        raise NoTrainer from error
    if len(set(right)) < 2:
        return STEEP, 0.0
    fitted: Any = LogisticRegression(C=100.0).fit([[lead] for lead in leads], right)
    return max(FLAT, round(float(fitted.coef_[0][0]), 4)), round(float(fitted.intercept_[0]), 4)
