"""What is wrong with a pack, and reading its tables so that each row knows its line."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LONGEST = 300  # characters of a reason


class PackError(Exception):
    """`faults`: one line each, "file:line: reason"."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(slots=True)
class Faults:
    found: list[str] = field(default_factory=list)

    def add(self, file: Path, line: int, reason: str) -> None:
        """What the reason quotes may be anything: a whole file in one cell, line breaks, nothing."""
        said = f"{reason}nothing" if reason.endswith(" ") else reason
        plain = "".join(char if char.isprintable() else " " for char in said).strip()
        self.found.append(f"{file.name}:{line}: {plain if len(plain) <= _LONGEST else f'{plain[:_LONGEST]}…'}")

    def raise_any(self) -> None:
        if self.found:
            raise PackError(self.found)


def table(file: Path, columns: tuple[str, ...], faults: Faults) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of a CSV in UTF-8 with or without BOM. Lines that begin with # before the header are comments."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        faults.add(file, 0, f"can't be read: {type(error).__name__}")
        return
    start = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.DictReader(lines[start:])
    try:
        yield from _rows(file, reader, start, columns, faults)
    except csv.Error as error:
        faults.add(file, start + reader.line_num, f"no CSV: {error}")


def _rows(
    file: Path, reader: csv.DictReader[str], start: int, columns: tuple[str, ...], faults: Faults
) -> Iterator[tuple[int, dict[str, str]]]:
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        faults.add(file, start + 1, f"columns missing: {', '.join(missing)}")
        return
    for row in reader:
        line = start + reader.line_num
        if None in row or None in row.values():
            faults.add(file, line, "the number of fields differs from the header")
        else:
            yield line, {name: row[name].strip() for name in columns}


def toml(file: Path, faults: Faults) -> dict[str, Any]:
    """Empty, with a fault, where the file can't be read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.add(file, 0, str(error) if isinstance(error, tomllib.TOMLDecodeError) else f"can't be read: {type(error).__name__}")
        return {}


def line_of(file: Path, start: str, nth: int = 1) -> int:
    """The line of the nth line that begins so; 0 if there is none. For faults alone: a parsed TOML has forgotten its lines."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    hits = [number for number, line in enumerate(lines, 1) if line.startswith(start)]
    return hits[nth - 1] if len(hits) >= nth else 0
