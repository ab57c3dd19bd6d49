"""Lets a classifier decide over labelled texts."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.learning.labelled import Labelled
from app.region_pack.sheet import Fault, ImportFaults
from nlp.judging import Judged
from workflow.ports import Classifier
from workflow.understanding import TopicGuess


def judge(rows: Sequence[Labelled], classifier: Classifier, onto: Mapping[str, str] | None = None) -> list[Judged]:
    """`onto`: the classifier's topic → the label it stands for; several may stand for one, and count together. A topic it does not name
    is left out."""
    return [_judged(row.label, classifier.understand(row.text).topics, onto) for row in rows]


def _judged(label: str, guesses: Sequence[TopicGuess], onto: Mapping[str, str] | None) -> Judged:
    ranked: dict[str, float] = {}
    for guess in guesses:
        topic = guess.code if onto is None else onto.get(guess.code)
        if topic is not None:
            ranked[topic] = ranked.get(topic, 0.0) + guess.confidence
    first = next(iter(ranked), None)
    return Judged(label, tuple(ranked), min(1.0, ranked[first]) if first is not None else 0.0)


def read_map(path: Path) -> dict[str, str]:
    """A table sub_theme,topic: which of another city's topics each of our sub-themes stands for. Raises ImportFaults."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in file if line.strip() and not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFaults([Fault(path.name, 0, f"can't be read: {type(error).__name__}")]) from error
    table = csv.DictReader(lines)
    if not {"sub_theme", "topic"} <= set(table.fieldnames or ()):
        raise ImportFaults([Fault(path.name, 1, "needs the columns sub_theme,topic")])
    return {row["sub_theme"].strip(): row["topic"].strip() for row in table if row["sub_theme"] and row["topic"]}
