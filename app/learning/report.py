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
    rows: Sequence[Labelled], judged: Sequence[Judged], sources: Sequence[Source], repeated: tuple[int, int], skipped: Mapping[str, int]
) -> Json:
    """`repeated`: rows left out because their text stood before, and how many of these bore another label. `skipped`: topics that had too
    few texts, and how many."""
    return {
        "figures": asdict(judging.figures(judged)),
        "judged": "five-fold cross-validation: each text as it is decided with what was learned without it",
        "texts": len(rows),
        "before": None,
        "after": None,
        "topics": {topic: asdict(found) for topic, found in judging.of_topics(judged).items()},
        "confusions": [{"label": a, "decided": b, "count": n} for a, b, n in judging.confusions(judged)],
        "sources": [asdict(source) for source in sources],
        "repeated": repeated[0],
        "contradicting": repeated[1],
        "skipped": dict(skipped),
        "changed": 0,
        "changes": [],
    }


def beside(
    rows: Sequence[Labelled], before: Sequence[Judged], after: Sequence[Judged], fold: Sequence[Judged], running: str, examples: Json | None
) -> Json:
    """What a report on the city's own topics says besides. `before`, `after`: what the `running` version and the new one decide over the
    rows, which the new one has seen. `fold`: as decided without the row. `examples`: of `app.learning.guard`."""
    changes = changed(rows, before, fold)
    return {
        "running": running,
        "before": asdict(judging.figures(before)),
        "after": asdict(judging.figures(after)),
        "examples": examples,
        "changed": len(changes),
        "changes": changes[:MOST_CHANGES],
    }


def sides(found: Json) -> Table:
    """The figures of a training beside each other."""
    named = {"before": found["before"], "five-fold": found["figures"], "after, on texts it has seen": found["after"]}
    return table({name: Figures(**values) for name, values in named.items() if values is not None})


def remarks(found: Json) -> list[str]:
    """What a training's figures do not show: topics that must wait, and how the examples fare."""
    told = [f"skipped: {topic[:40]}: {count} texts are too few to learn from" for topic, count in found["skipped"].items()]
    if (shown := found.get("examples")) is not None:
        lost = f"; no longer right: rows {', '.join(map(str, shown['lost']))}" if shown["lost"] else ""
        told.append(f"examples: {shown['before']} of {shown['n']} right before, {shown['after']} after{lost}")
    return told


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
