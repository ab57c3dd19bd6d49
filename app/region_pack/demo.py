"""demo.toml → the matters of other residents in the demo. A pack may do without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.region_pack.faults import Faults, line_of, toml
from workflow.region import DemoEnd, DemoMatter

_HEAD = "[[matter]]"
_FIELDS = ("message", "end", "result", "reason", "route")
_NEEDED = {
    DemoEnd.REPLIED: ("result",), DemoEnd.EVALUATING: ("result",), DemoEnd.SATISFIED: ("result",), DemoEnd.PARTLY: ("result",),
    DemoEnd.ANSWERED: ("result",), DemoEnd.DISPUTED: ("reason",), DemoEnd.DECLINED: ("reason", "route"),
}  # fmt: skip


def load_demo(file: Path, faults: Faults) -> tuple[DemoMatter, ...]:
    if not file.exists():
        return ()
    head = toml(file, faults)
    entries = head.get("matter", [])
    if head.keys() - {"matter"} or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        faults.add(file, 0, f"matters stand under {_HEAD}, nothing else")
        return ()
    found: list[DemoMatter] = []
    for number, entry in enumerate(entries, 1):
        reasons = list(_wrong(entry))
        for reason in reasons:
            faults.add(file, line_of(file, _HEAD, number), f"matter {number}: {reason}")
        if not reasons:
            found.append(DemoMatter(**{**entry, "end": DemoEnd(entry["end"])}))
    return tuple(found)


def _wrong(entry: dict[str, Any]) -> Iterator[str]:
    if unknown := entry.keys() - set(_FIELDS):
        yield f"unknown: {', '.join(sorted(unknown))}"
    for name in ("message", "end"):
        if name not in entry:
            yield f"{name} is missing"
    for name in (name for name in _FIELDS if name in entry):
        if not isinstance(entry[name], str) or not entry[name].strip():
            yield f"{name} is text"
    end = entry.get("end", DemoEnd.WAITING)
    if not isinstance(end, str) or end not in set(DemoEnd):
        yield f"end is one of {', '.join(DemoEnd)}, not {end}"
        return
    needed = _NEEDED.get(DemoEnd(end), ())
    yield from (f"{end} needs {name}" for name in needed if name not in entry)
    yield from (f"{end} has no {name}" for name in _FIELDS[2:] if name in entry and name not in needed)
