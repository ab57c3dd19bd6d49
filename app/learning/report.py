"""What a training or an evaluation found, as JSON and for people. It names rows, never what stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from app.learning.labelled import Labelled, Source
from nlp import judging
from nlp.judging import Figures, Judged

Json = dict[str, Any]
MOST_CHANGES = 500


def of_training(
    rows: Sequence[Labelled],
    before: Sequence[Judged] | None,
    judged: Sequence[Judged],
    sources: Sequence[Source],
    repeated: tuple[int, int],
) -> Json:
    """`before`: what the running version decides over the same rows, where it knows their topics. `repeated`: rows left out because their
    text stood before, and how many of these bore another label."""
    changes = changed(rows, before, judged) if before is not None else []
    return {
        "figures": asdict(judging.figures(judged)),
        "judged": "five-fold cross-validation: each text by weights that had not seen it",
        "before": asdict(judging.figures(before)) if before is not None else None,
        "topics": {topic: asdict(found) for topic, found in judging.of_topics(judged).items()},
        "confusions": [{"label": a, "decided": b, "count": n} for a, b, n in judging.confusions(judged)],
        "sources": [asdict(source) for source in sources],
        "repeated": repeated[0],
        "contradicting": repeated[1],
        "changed": len(changes),
        "changes": changes[:MOST_CHANGES],
    }


def changed(rows: Sequence[Labelled], before: Sequence[Judged], after: Sequence[Judged]) -> list[Json]:
    """Rows decided otherwise: where they stand, their label, and what was decided before and after ("" = nothing)."""
    return [
        {"file": row.file, "row": row.row, "label": row.label, "before": _first(old), "after": _first(new)}
        for row, old, new in zip(rows, before, after, strict=True)
        if _first(old) != _first(new)
    ]


def _first(judged: Judged) -> str:
    return judged.ranked[0] if judged.ranked else ""


def table(figures: Mapping[str, Figures]) -> Table:
    """A column for each named set of figures."""
    made = Table("", *figures)
    for name in ("n", "accuracy", "macro_f1", "top3", "no_hit", "ece", "coverage70_accuracy"):
        made.add_row(name, *(_shown(name, getattr(found, name)) for found in figures.values()))
    return made


def topics(judged: Sequence[Judged], names: Mapping[str, str]) -> Table:
    made = Table("topic", "texts", "recall", "precision", "F1")
    for topic, found in judging.of_topics(judged).items():
        made.add_row(escape(names.get(topic, topic)), str(found.texts), f"{found.recall:.0%}", f"{found.precision:.0%}", f"{found.f1:.2f}")
    return made


def _shown(name: str, value: float) -> str:
    return str(value) if name == "n" else f"{value:.3f}" if name == "ece" else f"{value:.1%}"
