"""The raw rows of a file from outside, as people see them: CSV as offices save it, or an XLSX. Every sheet is one `Sheet`.

CSV: UTF-8 (with or without byte order mark), GB18030, or UTF-16 as spreadsheets call "Unicode text"; comma, semicolon or tab. XLSX: every
sheet, beginning with the one that is shown; a formula is marked, never computed.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters, digits
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from app.region_pack.book_bounds import Unreadable, look_through

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
_ABOVE = 20
"""Rows above a header, a title for instance."""
BROKEN_BOOK = (
    BadZipFile, InvalidFileException, ParseError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, EOFError, OSError,
    RuntimeError, AssertionError, struct.error, zlib.error,
)  # fmt: skip
"""What openpyxl and zipfile raise for files that somebody changed; RuntimeError: one that is locked by a password."""
_PLAIN = {0xFEE0 + ord(plain): plain for plain in ascii_letters + digits}
_DELIMITERS = (",", ";", "\t")
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')


class Formula(str):
    """A cell that a spreadsheet would compute. We don't, so there is nothing to take."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: number, from 1, and cells. `name`: "" for a CSV."""

    name: str
    rows: Sequence[tuple[int, list[str]]]


def read(path: Path) -> list[Sheet]:
    """Raises Unreadable."""
    suffix = path.suffix.lower()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(f"larger than {MAX_BYTES} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"can't be read: {error.strerror or type(error).__name__}") from error
    if suffix == ".csv":
        return [Sheet("", list(_csv_rows(content)))]
    if suffix == ".xlsx":
        return _workbook(content)
    raise Unreadable("neither .csv nor .xlsx: save it as one of them" if suffix in {".xls", ".et", ".ods"} else "neither .csv nor .xlsx")


def merged_over_rows(path: Path) -> Iterator[tuple[int, int, int, int, str]]:
    """Of every sheet of an XLSX the merged cells that span several rows: first column, first row, last column, last row (from 1), name."""
    if path.suffix.lower() != ".xlsx":
        return
    with ZipFile(path) as packed:
        for part in packed.namelist():
            if part.startswith("xl/worksheets/sheet"):
                for name in _MERGED.findall(packed.read(part)):
                    area = range_boundaries(name.decode("ascii"))
                    if area[3] > area[1]:
                        yield *area, name.decode("ascii")


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each record with its first line's number: a quoted cell may hold line breaks."""
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line, full = 1, 0
    try:
        for cells in reader:
            row = [_text(cell) for cell in cells]
            if any(row):
                full += 1
                yield line, row
            if full > MAX_ROWS + _ABOVE:
                raise Unreadable(f"more than {MAX_ROWS} rows")
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"no CSV: {error}") from error


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("neither UTF-8 nor GB18030")


def _delimiter(text: str) -> str:
    """The one that cuts the first lines most often; the comma where none does."""
    lines = [line for line in text.splitlines()[:20] if not line.startswith("#")]
    return max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))


def _workbook(content: bytes) -> list[Sheet]:
    try:
        look_through(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about parts that hold no rows, to whoever wrote the library
            return _sheets(content)
    except BROKEN_BOOK as error:
        raise Unreadable(f"no readable XLSX: {type(error).__name__}") from error


def _sheets(content: bytes) -> list[Sheet]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    try:
        shown = getattr(book.active, "title", "")
        sheets = sorted(book.worksheets, key=lambda sheet: sheet.title != shown)
        if not sheets:
            raise Unreadable("there is no sheet")
        return [_sheet(sheet) for sheet in sheets]
    finally:
        book.close()


def _sheet(sheet: Any) -> Sheet:
    """Without the empty rows: offices' files have a million of them."""
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    found: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row = [_cell(cell) for cell in cells]
        if any(row):
            found.append((number, row))
        if len(found) > MAX_ROWS + _ABOVE:
            raise Unreadable(f"more than {MAX_ROWS} rows")
    return Sheet(sheet.title, found)


def _cell(cell: object) -> str:
    text = _text(getattr(cell, "value", None))
    return Formula(text) if getattr(cell, "data_type", "") == "f" else text


def _text(cell: object) -> str:
    """A cell as people see it: a code kept as a number has no ".0". Full-width digits and letters become plain, brackets stay."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return ("" if cell is None else str(cell)).translate(_PLAIN).strip()
