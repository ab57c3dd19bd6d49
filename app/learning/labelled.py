"""Texts with a label, from a file an office keeps: CSV or XLSX, as `app.region_pack.sheet` reads them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.region_pack.sheet import Fault, ImportFaults, read_sheet

_COLUMNS = {"text": ("正文", "内容", "文本", "诉求"), "label": ("标签", "主题", "类别", "分类")}
FEWEST = 5
"""Texts of a topic: with fewer it can't be learned and judged apart."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """`file` and `row` say where it stands, so that a report need not repeat what a resident wrote."""

    file: str
    row: int
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was learned from: name, SHA-256 of its content, rows with text and label."""

    name: str
    sha256: str
    rows: int


def read(path: Path) -> tuple[Source, tuple[Labelled, ...]]:
    """Raises ImportFaults, naming file, row and reason: a column is missing, the file is empty, a cell is."""
    rows = read_sheet(path, _COLUMNS, frozenset(_COLUMNS))
    if not rows:
        raise ImportFaults([Fault(path.name, 0, "there are no rows below the header: give at least one text with its label")])
    faults = [
        Fault(path.name, row.number, f"{name} is empty: fill it in or delete the row")
        for row in rows
        for name in _COLUMNS
        if not row.cells[name].strip()
    ]
    if faults:
        raise ImportFaults(faults)
    found = tuple(Labelled(path.name, row.number, row.cells["text"], row.cells["label"].strip()) for row in rows)
    return Source(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), len(found)), found


def own_labels(rows: Sequence[Labelled], topics: Mapping[str, str]) -> tuple[Labelled, ...] | None:
    """With the codes of the city's sub-themes (`topics`: code → name), if most labels are these, as codes or as names; else None: they are
    another set's, in which a name may happen to be the same. Raises ImportFaults for the labels among the city's that are slips."""
    by_name = {name: code for code, name in topics.items()} | {code: code for code in topics}
    if 2 * sum(row.label in by_name for row in rows) <= len(rows):
        return None
    among(rows, by_name, "use a code or a name of topics.csv")
    return tuple(Labelled(row.file, row.row, row.text, by_name[row.label]) for row in rows)


def among(rows: Sequence[Labelled], known: Collection[str], way_out: str) -> None:
    """Raises ImportFaults that name each unknown label once, where it first stands."""
    first: dict[str, Labelled] = {}
    for row in rows:
        if row.label not in known:
            first.setdefault(row.label, row)
    if first:
        raise ImportFaults([Fault(row.file, row.row, f"unknown label: {label[:40]}; {way_out}") for label, row in first.items()])


def distinct(rows: Iterable[Labelled]) -> tuple[tuple[Labelled, ...], int, int]:
    """Each text once, with its first label: no text may be learned from and judged on. How many were left out, and how many of these
    had another label than the first."""
    seen: dict[str, Labelled] = {}
    repeated = contradicting = 0
    for row in rows:
        first = seen.setdefault("".join(row.text.split()), row)
        repeated += first is not row
        contradicting += first.label != row.label
    return tuple(seen.values()), repeated, contradicting


def scarce(rows: Sequence[Labelled]) -> dict[str, int]:
    """Topics with too few texts, and how many they have."""
    return {label: count for label, count in sorted(Counter(row.label for row in rows).items()) if count < FEWEST}


def enough(rows: Sequence[Labelled], labels: int = 2) -> None:
    """Raises ImportFaults if a topic has too few texts, or there are fewer topics than `labels`."""
    name = rows[0].file if rows else ""
    faults = [
        Fault(name, 0, f"{label[:40]} has {count} different texts: give at least {FEWEST}, or leave it out")
        for label, count in scarce(rows).items()
    ]
    if len({row.label for row in rows}) < labels:
        faults.append(Fault(name, 0, "there is only one label: learning needs at least two"))
    if faults:
        raise ImportFaults(faults)
