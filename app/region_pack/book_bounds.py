"""Looks through an XLSX before anything of it is built in memory: what it unpacks to, how many cells that makes, and that it holds no DTD.

An XLSX is a zip of XML, both of which can be made to mean a thousand times what they weigh: a row number of a billion, a cell in the
last of 16,384 columns in every row, entities that stand for entities. Nothing here is kept but counts.
"""

from __future__ import annotations

import io
import re
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

MAX_UNPACKED = 200_000_000
MAX_PARTS = 2_000
MAX_CELLS = 10_000_000
"""Of all rows up to their last cell each, empty ones between included: what reading them makes."""
MAX_HEIGHT = 1_048_576
"""The rows that a spreadsheet has."""
MAX_ELEMENTS = 5_000_000
MAX_OTHERS = 200_000
"""Of a part that is read as a whole (everything but sheets and the table of words), and of a sheet what stands outside its rows."""
_DEPTH = 64
_CHUNK = 1 << 16
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_WORDS = "xl/sharedstrings.xml"
_COLUMN = re.compile(r"[A-Za-z]{1,3}")


class Unreadable(Exception):
    """The file as a whole can't be read; the message says why."""


def look_through(content: bytes) -> None:
    """Raises Unreadable for what would fill the memory, BadZipFile and its like for what is no zip."""
    with ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MAX_PARTS:
            raise Unreadable(f"has more than {MAX_PARTS} parts")
        if sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Unreadable(f"unpacks to more than {MAX_UNPACKED} bytes")
        seen = _Seen()
        for part in parts:
            _look_at(packed, part, seen)


class _Seen:
    """Counts over the whole file, and where in a part we are."""

    def __init__(self) -> None:
        self._elements = self._cells = 0
        self.begin("")

    def begin(self, part: str) -> None:
        self._sheet, self._words, self._others = bool(_SHEET.fullmatch(part)), part.lower() == _WORDS, 0
        self._depth = self._row_depth = self._row = self._column = 0

    def started(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        row = name.rpartition(":")[2] == "row"
        self._others += not (self._words or (self._sheet and (row or self._row_depth)))
        if self._depth > _DEPTH or self._elements > MAX_ELEMENTS or self._others > MAX_OTHERS:
            raise Unreadable("holds more than a table does: paste the columns that are needed into a new file")
        if row:
            self._row_depth = self._depth
            self._started_row(attributes.get("r", ""))
        elif self._depth == self._row_depth + 1:
            self._started_cell(attributes.get("r", ""))

    def ended(self, _name: str) -> None:
        if self._depth == self._row_depth:
            self._row_depth = 0
        self._depth -= 1

    def _started_row(self, number: str) -> None:
        self._row = int(number) if number else self._row + 1
        self._column = 0
        if self._row > MAX_HEIGHT:
            raise Unreadable(f"says it has a row {number[:20]}: a sheet has {MAX_HEIGHT}")

    def _started_cell(self, reference: str) -> None:
        letters = _COLUMN.match(reference)
        before = self._column
        self._column = _number(letters[0]) if letters else before + 1
        self._cells += max(self._column - before, 1)
        if self._cells > MAX_CELLS:
            raise Unreadable(f"makes more than {MAX_CELLS} cells: keep the columns that are needed and delete the others")


def _number(letters: str) -> int:
    """A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _look_at(packed: ZipFile, part: ZipInfo, seen: _Seen) -> None:
    """What is no XML (a picture) ends at its first byte; XML that breaks off will break off for its reader, too."""
    seen.begin(part.filename)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = seen.started, seen.ended
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with packed.open(part) as unpacked:
        try:
            while chunk := unpacked.read(_CHUNK):
                parser.Parse(chunk, False)
        except expat.ExpatError:
            return


def _refuse_doctype(_name: str, _system: str | None, _public: str | None, _internal: bool) -> None:
    raise Unreadable("holds a document type with entities: no spreadsheet writes one")
