"""Rows of a table from outside: CSV in UTF-8 (with or without BOM) or GB18030, or the active sheet of an XLSX. Cells become text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters, digits
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES = 20_000_000
MAX_UNPACKED = 200_000_000  # an XLSX is a zip: a small one may unpack to a disk full
MAX_ROWS = 100_000
_BROKEN_BOOK = (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, EOFError, OSError)
_PLAIN = {0xFEE0 + ord(plain): plain for plain in ascii_letters + digits}
_Numbered = Iterator[tuple[int, list[str]]]


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


def read_sheet(path: Path, columns: Mapping[str, tuple[str, ...]], required: frozenset[str]) -> tuple[SheetRow, ...]:
    """Rows below the header. `columns`: our name → other headings it may have; others are ignored, so are empty rows, and lines that
    begin with # above the header. Raises ImportFaults.
    """
    rows = _rows(path)
    try:
        header = next(((number, cells) for number, cells in rows if any(cells) and not cells[0].startswith("#")), None)
        if header is None:
            raise _refused(path, 0, "there is no header")
        places = _places(path, header, columns, required)
        found: list[SheetRow] = []
        faults: list[Fault] = []
        for number, cells in rows:
            if not any(cells):
                continue
            if len(found) + len(faults) == MAX_ROWS:
                raise _refused(path, number, f"more than {MAX_ROWS} rows")
            if any(cells[len(header[1]) :]):
                faults.append(Fault(path.name, number, "more cells than the header has"))
                continue
            found.append(SheetRow(number, {name: _at(cells, places.get(name)) for name in columns}))
    except csv.Error as error:
        raise _refused(path, 0, f"no CSV: {error}") from error
    if faults:
        raise ImportFaults(faults)
    return tuple(found)


def _refused(path: Path, row: int, reason: str) -> ImportFaults:
    return ImportFaults([Fault(path.name, row, reason)])


def _at(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _places(
    path: Path, header: tuple[int, list[str]], columns: Mapping[str, tuple[str, ...]], required: frozenset[str]
) -> dict[str, int]:
    """Our name → position in the row."""
    number, headings = header
    found: dict[str, int] = {}
    faults: list[Fault] = []
    for name, others in columns.items():
        hits = [place for place, heading in enumerate(headings) if heading.lower() in {name, *others}]
        if len(hits) > 1:
            faults.append(Fault(path.name, number, f"column {name} stands twice"))
        elif hits:
            found[name] = hits[0]
        elif name in required:
            faults.append(Fault(path.name, number, f"column {name} is missing"))
    if faults:
        raise ImportFaults(faults)
    return found


def _rows(path: Path) -> _Numbered:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refused(path, 0, f"larger than {MAX_BYTES} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise _refused(path, 0, f"can't be read: {type(error).__name__}") from error
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv_rows(path, content)
    if suffix == ".xlsx":
        return iter(_xlsx_rows(path, content))
    raise _refused(path, 0, "neither .csv nor .xlsx")


def _csv_rows(path: Path, content: bytes) -> _Numbered:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _numbered(text)
    raise _refused(path, 0, "neither UTF-8 nor GB18030")


def _numbered(text: str) -> _Numbered:
    """Each record with its first line's number: a quoted cell may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for cells in reader:
        yield line, [_text(cell) for cell in cells]
        line = reader.line_num + 1


def _xlsx_rows(path: Path, content: bytes) -> list[tuple[int, list[str]]]:
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                raise _refused(path, 0, f"unpacks to more than {MAX_UNPACKED} bytes")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        try:
            sheet = book.active
            if sheet is None:
                raise _refused(path, 0, "there is no sheet")
            sheet.reset_dimensions()  # what the file says of its own size is often wrong
            rows = enumerate(sheet.iter_rows(max_row=MAX_ROWS + 2, values_only=True), 1)
            return [(number, [_text(cell) for cell in cells]) for number, cells in rows]
        finally:
            book.close()
    except _BROKEN_BOOK as error:
        raise _refused(path, 0, f"no readable XLSX: {type(error).__name__}") from error


def _text(cell: object) -> str:
    """A cell as people see it: a code kept as a number has no ".0". Full-width digits and letters become plain, brackets stay."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return ("" if cell is None else str(cell)).translate(_PLAIN).strip()
