"""[understanding] of region.toml: how sure a topic has to be. It may be left out, as may each of its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from app.region_pack.faults import Faults, line_of
from workflow.region import Sureness

_TABLE = "understanding"
_KNOWN = frozenset(field.name for field in fields(Sureness))


def load_sureness(head: Mapping[str, Any], file: Path, faults: Faults) -> Sureness:
    given = head.get(_TABLE, {})
    reasons = list(_wrong(given))
    for reason in reasons:
        faults.add(file, line_of(file, f"[{_TABLE}]"), f"{_TABLE}: {reason}")
    return Sureness() if reasons else Sureness(**given)


def _wrong(given: object) -> Iterator[str]:
    if not isinstance(given, dict):
        yield "a table is needed"
        return
    yield from (f"unknown: {key}" for key in given if key not in _KNOWN)
    odd = [key for key in given if key in _KNOWN and not _is_share(given[key])]
    yield from (f"{key} is a number from 0 to 1" for key in odd)
    numbers = {key: value for key, value in given.items() if key in _KNOWN}
    if not odd and (found := Sureness(**numbers)).unsure > found.sure:
        yield f"unsure is not above sure, as {found.unsure} is above {found.sure}"


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
