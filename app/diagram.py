"""The state diagram, generated from the table as Mermaid and as SVG: it can't be out of date."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import texts
from web import templating
from workflow.states import FINAL, INITIAL, TABLE, Row


def mermaid(table: Iterable[Row] = TABLE) -> str:
    """One arrow per (from, to), its triggers in the table's order."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for entry in table:
        arrows.setdefault((entry.source.value, entry.target.value), []).append(entry.trigger.value)
    lines = ["stateDiagram-v2", f"    [*] --> {INITIAL.value}"]
    lines += [f"    {source} --> {target}: {', '.join(triggers)}" for (source, target), triggers in arrows.items()]
    lines += [f"    {state.value} --> [*]" for state in sorted(FINAL)]
    return "\n".join(lines) + "\n"


def svg() -> str:
    """The console's drawing without numbers, in the first language."""
    return templating.svg(partial(texts.load().label, texts.FIRST))
