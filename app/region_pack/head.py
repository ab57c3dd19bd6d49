"""region.toml and the city's own sentences: what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.region_pack.faults import Faults, line_of, toml

NEEDED_SENTENCES = ("city.emergency_life", "city.privacy_full")
_TEXTS = ("code", "name", "number_prefix", "time_zone")
_PREFIX = re.compile(r"[A-Z]{1,4}")


def load_head(file: Path, faults: Faults) -> dict[str, Any]:
    head = toml(file, faults)
    for key, reason in _wrong(head):
        faults.add(file, line_of(file, f"{key} ="), reason)
    return head


def _wrong(head: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in (*_TEXTS, "office_hours"):
        if key not in head:
            yield key, f"{key} is missing"
    for key in (*_TEXTS, "demo_complaint"):
        if not isinstance(head.get(key, ""), str):
            yield key, f"{key} is text"
    if not _PREFIX.fullmatch(str(head.get("number_prefix", "X"))):
        yield "number_prefix", "number_prefix has one to four capital letters"
    if not _known_zone(str(head.get("time_zone", "UTC"))):
        yield "time_zone", f"unknown time zone: {head['time_zone']}"
    if not _are_hours(head.get("office_hours", ["00:00", "23:59"])):
        yield "office_hours", 'office_hours are two times in order, such as ["08:30", "17:30"]'
    days = head.get("retention_days", 1)
    if type(days) is not int or days <= 0:
        yield "retention_days", "retention_days is a whole number above 0"


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _are_hours(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    try:
        opens, closes = (time.fromisoformat(str(text)) for text in value)
    except ValueError:
        return False
    return opens < closes


def load_sentences(folder: Path, faults: Faults) -> dict[str, dict[str, str]]:
    """Language → key → sentence. All languages have the same keys."""
    found: dict[str, dict[str, str]] = {}
    files = sorted(folder.glob("*.toml"))
    for file in files:
        entries = toml(file, faults)
        for key in (key for key, text in entries.items() if not isinstance(text, str) or not text.strip()):
            faults.add(file, line_of(file, f'"{key}"'), f"{key} is no sentence")
        found[file.stem] = {key: text for key, text in entries.items() if isinstance(text, str)}
    everywhere = {key for entries in found.values() for key in entries} | set(NEEDED_SENTENCES)
    for file in files:
        for key in sorted(everywhere - found[file.stem].keys()):
            faults.add(file, 0, f"{key} is missing")
    if not files:
        faults.add(folder, 0, "there are no sentences in any language")
    return found
