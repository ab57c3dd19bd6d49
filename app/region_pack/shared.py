"""[duplicates], [bursts] and [digest] of region.toml: when matters are taken to be one, when many at once are raised, and when much that
waits is told in one message. Each may be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from app.region_pack.faults import Faults, line_of
from workflow.region import Bursts, Digest, Duplicates

T = TypeVar("T", Duplicates, Bursts, Digest)


def load_duplicates(head: Mapping[str, Any], topics: Collection[str], file: Path, faults: Faults) -> Duplicates:
    """`topics`: codes of topics and items, whose own days may be given."""
    return _load(Duplicates, "duplicates", head, topics, file, faults)


def load_bursts(head: Mapping[str, Any], items: Collection[str], file: Path, faults: Faults) -> Bursts:
    """`items`: codes of items, whose own numbers of people may be given."""
    return _load(Bursts, "bursts", head, items, file, faults)


def load_digest(head: Mapping[str, Any], file: Path, faults: Faults) -> Digest:
    return _load(Digest, "digest", head, (), file, faults)


def _load(kind: type[T], name: str, head: Mapping[str, Any], codes: Collection[str], file: Path, faults: Faults) -> T:
    given = head.get(name, {})
    reasons = list(_wrong(kind, given, codes))
    for reason in reasons:
        faults.add(file, line_of(file, f"[{name}]"), f"{name}: {reason}")
    return kind() if reasons else kind(**given)


def _wrong(kind: type[T], given: object, codes: Collection[str]) -> Iterator[str]:
    if not isinstance(given, dict):
        yield "a table is needed"
        return
    known = {field.name for field in fields(kind)}
    for key, value in given.items():
        if key not in known:
            yield f"unknown: {key}"
        elif key.endswith("_of"):
            yield from _wrong_numbers(key, value, codes)
        elif not _is_number(value):
            yield f"{key} is a whole number above 0"


def _wrong_numbers(key: str, value: object, codes: Collection[str]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{key} is a table of codes and numbers"
        return
    for code, number in value.items():
        if code not in codes:
            yield f"{key}: unknown code {code}"
        elif not _is_number(number):
            yield f"{key}: {code} is a whole number above 0"


def _is_number(value: object) -> bool:
    return type(value) is int and value > 0
