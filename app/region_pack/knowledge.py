"""Answers to consultations: every TOML file of the folder knowledge/."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from app.region_pack.faults import Faults, line_of, toml
from workflow.region import Knowledge

_TEXTS = ("code", "question", "answer", "basis", "updated")


def load_knowledge(folder: Path, faults: Faults) -> tuple[Knowledge, ...]:
    """In the order of the files' names. A code stands once in all of them."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        faults.add(folder, 0, "a folder with a TOML file is needed")
    found: dict[str, Knowledge] = {}
    for file in files:
        _read(file, found, faults)
    return tuple(found.values())


def _read(file: Path, found: dict[str, Knowledge], faults: Faults) -> None:
    entries = toml(file, faults).get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        faults.add(file, 0, "entries stand under [[entry]]")
        return
    for number, entry in enumerate(entries, 1):
        reasons = list(_reasons(entry))
        if not reasons and entry["code"] in found:
            reasons.append(f"{entry['code']} stands twice")
        for reason in reasons:
            faults.add(file, line_of(file, "[[entry]]", number), f"entry {number}: {reason}")
        if not reasons:
            fields = {name: str(entry[name]) for name in _TEXTS}
            found[entry["code"]] = Knowledge(**fields, words=tuple(entry["words"]))


def _reasons(entry: dict[str, Any]) -> Iterator[str]:
    missing = [name for name in _TEXTS if not isinstance(entry.get(name), str) or not entry[name]]
    if missing:
        yield f"{', '.join(missing)}: text is needed"
    words = entry.get("words")
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        yield "words, a list of text, are needed to find it"
    if "updated" not in missing and not _is_date(entry["updated"]):
        yield f"updated is a month or a day, not {entry['updated']}"


def _is_date(text: str) -> bool:
    """2026-11 or 2026-11-23."""
    try:
        date.fromisoformat(text if text.count("-") > 1 else f"{text}-01")
    except ValueError:
        return False
    return True
