"""Rows of a table from outside under the columns that were asked for. Says what it did not find, and what stands there instead.

The header is the first row that has every needed column: what stands above (a title over merged cells, notes) is passed over. In an XLSX
the sheet that is shown first comes first, then the others. See `app.region_pack.sheet_rows` for the forms of files.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.region_pack.book_bounds import Unreadable
from app.region_pack.sheet_rows import BROKEN_BOOK, MAX_ROWS, Formula, Sheet, merged_over_rows, read

_ABOVE = 10
"""Rows in which a header is looked for."""
_Columns = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Fault:
    """`row`: the line or the sheet's row, from 1; 0 = the file as a whole."""

    file: str
    row: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}: {self.reason}"


class ImportFaults(Exception):
    """A file is not taken. `faults` holds every one, in order of rows."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class SheetRow:
    number: int
    cells: Mapping[str, str]  # every column that was asked for; "" where the file has none


@dataclass(frozen=True, slots=True)
class _Header:
    """`places`: our name → position in a row, from 0."""

    number: int
    width: int
    places: Mapping[str, int]


def read_sheet(path: Path, columns: _Columns, required: frozenset[str]) -> tuple[SheetRow, ...]:
    """Rows below the header, empty ones left out. `columns`: our name → other headings it may have; other columns are ignored. Raises
    ImportFaults."""
    try:
        sheets = read(path)
    except Unreadable as error:
        raise ImportFaults([Fault(path.name, 0, str(error))]) from error
    sheet, header = _found(path, sheets, columns, required)
    below = [(number, cells) for number, cells in sheet.rows if number > header.number and any(cells)]
    if len(below) > MAX_ROWS:
        raise ImportFaults([Fault(path.name, below[MAX_ROWS][0], f"more than {MAX_ROWS} rows")])
    rows: list[SheetRow] = []
    faults: list[Fault] = []
    for number, cells in below:
        row = SheetRow(number, {name: _at(cells, header.places.get(name)) for name in columns})
        reasons = list(_wrong(row, cells, header))
        faults += [Fault(path.name, number, reason) for reason in reasons]
        rows.append(row)
    faults += _merged(path, rows, header, required)
    if faults:
        raise ImportFaults(faults)
    return tuple(rows)


def _at(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _wrong(row: SheetRow, cells: list[str], header: _Header) -> Iterator[str]:
    if any(cells[header.width :]):
        yield "more cells than the header has"
    for name, cell in row.cells.items():
        if isinstance(cell, Formula):
            yield f"column {name} holds a formula: paste its value instead"


def _merged(path: Path, rows: list[SheetRow], header: _Header, required: frozenset[str]) -> Iterator[Fault]:
    """A cell merged over several rows has its value in the first one only."""
    empty = {header.places[name] + 1: name for name in sorted(required & header.places.keys()) if not all(row.cells[name] for row in rows)}
    if not empty:
        return
    try:
        areas = sorted(merged_over_rows(path), key=lambda area: area[1])
    except BROKEN_BOOK:
        return
    for column, name in empty.items():
        over = [area for area in areas if area[0] <= column <= area[2]]
        tops = [top for _, top, *_ in over]
        for row in rows:
            before = bisect_left(tops, row.number) - 1  # merged cells don't overlap
            if not row.cells[name] and before >= 0 and row.number <= over[before][3]:
                reason = f"column {name} is empty here because {over[before][4]} is merged: unmerge it, each row needs its own"
                yield Fault(path.name, row.number, reason)


def _found(path: Path, sheets: list[Sheet], columns: _Columns, required: frozenset[str]) -> tuple[Sheet, _Header]:
    """The first sheet with a row that has every needed column. Raises ImportFaults with what the best candidate lacks."""
    for sheet in sheets:
        for number, cells in _first_rows(sheet):
            faults = list(_header_faults(path, sheet, number, cells, columns, required))
            if not faults:
                return sheet, _Header(number, len(cells), _places(cells, columns))
    candidates = [(sheet, number, cells) for sheet in sheets for number, cells in _first_rows(sheet)]
    if not candidates:
        raise ImportFaults([Fault(path.name, 0, "there is no header")])
    best = max(candidates, key=lambda row: len(_places(row[2], columns)))
    raise ImportFaults(_header_faults(path, *best, columns, required))


def _first_rows(sheet: Sheet) -> list[tuple[int, list[str]]]:
    full = [(number, cells) for number, cells in sheet.rows if any(cells) and not cells[0].startswith("#")]
    return full[:_ABOVE]


def _hits(cells: list[str], name: str, columns: _Columns) -> list[int]:
    return [place for place, heading in enumerate(cells) if heading.lower() in {name, *columns[name]}]


def _places(cells: list[str], columns: _Columns) -> dict[str, int]:
    return {name: hits[0] for name in columns if (hits := _hits(cells, name, columns))}


def _header_faults(
    path: Path, sheet: Sheet, number: int, cells: list[str], columns: _Columns, required: frozenset[str]
) -> Iterator[Fault]:
    where = f" of sheet {sheet.name}" if sheet.name else ""
    for name, others in columns.items():
        hits = _hits(cells, name, columns)
        if len(hits) > 1:
            yield Fault(path.name, number, f"column {name} stands twice")
        elif not hits and name in required:
            also = f" (or {', '.join(others)})" if others else ""
            headings = ", ".join(filter(None, cells))[:200]
            yield Fault(path.name, number, f"column {name} is missing{also}; row {number}{where} has: {headings}")
