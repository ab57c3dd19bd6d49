"""Before a version is published: is the one that runs better, on texts that neither was to learn from?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.learning.judge import judge
from app.learning.labelled import Labelled, among, read
from workflow.ports import Classifier

EXAMPLES = "examples.csv"
"""In a region pack: everyday texts with the city's topics, which every version should decide rightly. Nothing is learned from them."""
REPORT = "report.json"


def examples(pack: Path, topics: Mapping[str, object]) -> Sequence[Labelled]:
    """The pack's; none if it has none. Raises ImportFaults."""
    path = pack / EXAMPLES
    if not path.exists():
        return ()
    _, rows = read(path)
    among(rows, topics, "use a code of topics.csv")
    return rows


def on_examples(rows: Sequence[Labelled], running: Classifier, made: Classifier) -> dict[str, Any] | None:
    """How many each decides rightly, and the rows that only the running one does."""
    if not rows:
        return None
    before, after = (judge(rows, classifier) for classifier in (running, made))
    lost = [row.row for row, old, new in zip(rows, before, after, strict=True) if old.right and not new.right]
    return {"n": len(rows), "before": sum(j.right for j in before), "after": sum(j.right for j in after), "lost": lost}


def objections(found: Mapping[str, Any] | None, report: Mapping[str, Any] | None, running: str, *, lexicon: bool) -> list[str]:
    """Why the version should not be published. `found`: of `on_examples`. `report`: what `train` wrote beside the version; figures that
    were taken against another version than the `running` one say nothing. `lexicon`: whether nothing learned runs yet."""
    reasons: list[str] = []
    if found is not None and found["after"] < found["before"]:
        lost = ", ".join(map(str, found["lost"][:8]))
        reasons.append(
            f"of {found['n']} texts of {EXAMPLES} it decides {found['after']} rightly, the running version {found['before']} (rows {lost})"
        )
    if report is None or report.get("before") is None or report.get("running") != running:
        return reasons
    before, fold, after = (report[side]["accuracy"] for side in ("before", "figures", "after"))
    # A running version that was learned has seen some of these texts: only a new one that has seen them too can be held against it.
    if before > (fold if lexicon else max(fold, after)):
        reasons.append(
            f"the running version decides {before:.1%} of the texts rightly that it was learned from, this one {fold:.1%} unseen"
        )
    return reasons


def told(folder: Path) -> Mapping[str, Any] | None:
    """The report beside a version; None if there is none that can be used."""
    try:
        found = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        sound = isinstance(found, dict) and all(
            found[side] is None or float(found[side]["accuracy"]) >= 0 for side in ("before", "figures", "after")
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if sound else None
