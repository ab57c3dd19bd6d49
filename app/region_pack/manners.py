"""[manners] of region.toml: how much one person may bring at once. It may be left out, as may each of its entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from app.region_pack.faults import Faults, line_of
from workflow.region import Manners

_TABLE = "manners"
_KNOWN = frozenset(field.name for field in fields(Manners))
_NUMBERS = ("messages", "minutes", "open_cases")
_PHONE = re.compile(r"[0-9+ -]{3,20}")
_LONGEST_MUTE = 30  # days


def load_manners(head: Mapping[str, Any], file: Path, faults: Faults) -> Manners:
    given = head.get(_TABLE, {})
    reasons = list(_wrong(given))
    for reason in reasons:
        faults.add(file, line_of(file, f"[{_TABLE}]"), f"{_TABLE}: {reason}")
    values: dict[str, Any] = {} if reasons else {**given}
    if "mute_days" in values:
        values["mute_days"] = tuple(values["mute_days"])
    return Manners(**values)


def _wrong(given: object) -> Iterator[str]:
    if not isinstance(given, dict):
        yield "a table is needed"
        return
    yield from (f"unknown: {key}" for key in given if key not in _KNOWN)
    yield from (f"{key} is a whole number above 0" for key in _NUMBERS if key in given and not _is_count(given[key]))
    if not _are_days(given.get("mute_days", [1])):
        yield f"mute_days are whole numbers from 1 to {_LONGEST_MUTE}, at most four"
    if "hotline" in given and not (isinstance(given["hotline"], str) and _PHONE.fullmatch(given["hotline"])):
        yield "hotline is a phone number"


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


def _are_days(value: object) -> bool:
    return isinstance(value, list) and 0 < len(value) <= 4 and all(_is_count(day) and day <= _LONGEST_MUTE for day in value)
