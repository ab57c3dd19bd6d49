"""Reads the language files: UTF-8 CSV, lines that start with # are notes, the first other line names the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import LanguageError

HALF_CIRCLE = 180.0  # degrees
HEAVIEST = 100.0  # a weight beyond is a slip of the hand


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, and where it stands."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def need(self, column: str) -> str:
        """The cell, which must not be empty. Raises LanguageError."""
        if not self.cells[column]:
            raise self.wrong(f"{column} is empty")
        return self.cells[column]

    def number(self, column: str) -> float:
        """The cell as a finite number ≥ 0. Raises LanguageError."""
        try:
            value = float(self.need(column))
        except ValueError as error:
            raise self.wrong(f"{column} is not a number: {self.cells[column]!r}") from error
        if not 0 <= value < 1e6:
            raise self.wrong(f"{column} is out of range: {value}")
        return value

    def signed(self, column: str) -> float:
        """The cell as a finite number of either sign. Raises LanguageError."""
        try:
            value = float(self.need(column))
        except ValueError as error:
            raise self.wrong(f"{column} is not a number: {self.cells[column]!r}") from error
        if not -HEAVIEST <= value <= HEAVIEST:
            raise self.wrong(f"{column} is out of range: {value}")
        return value

    def degrees(self, column: str) -> float:
        """The cell as degrees, -180 to 180. Raises LanguageError."""
        try:
            value = float(self.need(column))
        except ValueError as error:
            raise self.wrong(f"{column} is not a number: {self.cells[column]!r}") from error
        if not abs(value) <= HALF_CIRCLE:
            raise self.wrong(f"{column} is out of range: {value}")
        return value

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        """The cell, which must be one of the allowed words. Raises LanguageError."""
        if self.cells[column] not in allowed:
            raise self.wrong(f"{column} is {self.cells[column]!r}, not one of {', '.join(allowed)}")
        return self.cells[column]

    def several(self, column: str) -> tuple[str, ...]:
        """Words parted by |."""
        return tuple(word.strip() for word in self.cells[column].split("|") if word.strip())

    def wrong(self, reason: str) -> LanguageError:
        return LanguageError(self.file, self.line, reason)


def read(path: Path, columns: Sequence[str]) -> tuple[Row, ...]:
    """All rows of one file. Raises LanguageError if it is absent, not UTF-8, or lacks a column."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LanguageError(path.name, 0, f"can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LanguageError(path.name, 0, "is not UTF-8: save it as UTF-8") from error
    return tuple(_rows(path.name, text, columns))


def _rows(name: str, text: str, columns: Sequence[str]) -> Iterator[Row]:
    header: list[str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in next(csv.reader([line]))]
        if header is None:
            header = cells
            missing = [column for column in columns if column not in header]
            if missing:
                raise LanguageError(name, number, f"column missing: {', '.join(missing)}")
            continue
        if len(cells) != len(header):
            raise LanguageError(name, number, f"{len(cells)} cells under {len(header)} columns")
        yield Row(name, number, dict(zip(header, cells, strict=True)))
    if header is None:
        raise LanguageError(name, 0, "has no header line")
