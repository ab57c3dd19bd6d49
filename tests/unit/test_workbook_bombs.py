"""Files that weigh little and mean a lot: each gets one sentence, in bounded time and memory."""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from app.region_pack import book_bounds
from app.region_pack.sheet import ImportFaults, SheetRow, read_sheet
from app.region_pack.sheet_rows import MAX_ROWS

COLUMNS = {"code": (), "name": ()}
SHEET = "xl/worksheets/sheet1.xml"
_HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_TITLES = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>7</t></is></c><c r="B2" t="inlineStr"><is><t>x</t></is></c></row>'
)
_TAIL = "</sheetData></worksheet>"
_SECONDS = 12.0
_MEGABYTES = 400


def book(path: Path, parts: dict[str, bytes] | None = None) -> Path:
    """A workbook of ours with these parts in the place of its own."""
    made, plain = Workbook(), BytesIO()
    sheet = made.active
    assert sheet is not None
    sheet.append(["code", "name"])
    sheet.append(["7", "x"])
    made.save(plain)
    with ZipFile(plain) as before, ZipFile(path, "w", ZIP_DEFLATED) as after:
        for name in dict.fromkeys((*before.namelist(), *(parts or {}))):
            after.writestr(name, (parts or {}).get(name) or before.read(name))
    return path


def sheet(rows: str, head: str = "", tail: str = "") -> dict[str, bytes]:
    return {SHEET: f"{head}{_HEAD}{_TITLES}{rows}</sheetData>{tail}</worksheet>".encode()}


def read(path: Path) -> tuple[SheetRow, ...]:
    return read_sheet(path, COLUMNS, frozenset(COLUMNS))


def refused(path: Path) -> str:
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(ImportFaults) as error:
        read(path)
    assert time.monotonic() - begun < _SECONDS
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < _MEGABYTES * (1 << 20 if sys.platform == "darwin" else 1 << 10)
    [fault] = error.value.faults
    return fault.reason


def _unpacks() -> dict[str, bytes]:
    return {"xl/media/image1.png": bytes(book_bounds.MAX_UNPACKED + 1)}


def _parts() -> dict[str, bytes]:
    return {f"xl/{number}.xml": b"<a/>" for number in range(book_bounds.MAX_PARTS)}


def _entities(kind: str) -> Callable[[], dict[str, bytes]]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    inner = {
        "laughs": f'<!ENTITY l0 "ha">{laughs}',
        "file": '<!ENTITY l11 SYSTEM "file:///etc/hostname">',
        "net": '<!ENTITY l11 SYSTEM "http://127.0.0.1:9/x">',
        "parameter": '<!ENTITY % p SYSTEM "file:///etc/hostname"> %p; <!ENTITY l11 "x">',
        "none": "",
    }[kind]
    word = "" if kind == "none" else "&l11;"
    return lambda: sheet(f'<row r="3"><c r="A3" t="inlineStr"><is><t>{word}</t></is></c></row>', f"<!DOCTYPE worksheet [{inner}]>")


def _utf16() -> dict[str, bytes]:
    text = f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE worksheet [<!ENTITY a "b">]>{_HEAD}{_TITLES}{_TAIL}'
    return {SHEET: text.encode("utf-16")}


BOMBS: dict[str, tuple[Callable[[], dict[str, bytes]], str]] = {
    "a zip that unpacks to a disk full": (_unpacks, "unpacks to more than"),
    "too many parts": (_parts, "parts"),
    "a row number of a billion": (lambda: sheet('<row r="999999999"><c r="A999999999"><v>1</v></c></row>'), "a sheet has 1048576"),
    "every row up to the last column": (
        lambda: sheet("".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, 60_000))),
        "makes more than",
    ),
    "the last columns, and cells by another name": (
        lambda: sheet("".join(f'<row r="{n}"><x r="ZZZ{n}"/></row>' for n in range(3, 60_000))),
        "makes more than",
    ),
    "cells of no table": (lambda: sheet("", tail="<x/>" * 300_000), "holds more than a table does"),
    "merged cells without end": (lambda: sheet("", tail='<mergeCell ref="A1:A2"/>' * 300_000), "holds more than a table does"),
    "styles without end": (lambda: {"xl/styles.xml": b"<a>" + b"<b/>" * 300_000 + b"</a>"}, "holds more than a table does"),
    "words in words in words": (lambda: {"xl/sharedStrings.xml": b"<a>" * 200}, "holds more than a table does"),
    "entities of entities": (_entities("laughs"), "document type"),
    "an entity of this machine": (_entities("file"), "document type"),
    "an entity of another machine": (_entities("net"), "document type"),
    "an entity of the document type": (_entities("parameter"), "document type"),
    "a document type alone": (_entities("none"), "document type"),
    "a document type in another encoding": (_utf16, "document type"),
    "a document type where nobody looks": (lambda: {"docProps/core.xml": b"<!DOCTYPE a><a/>"}, "document type"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_told_what_is_wrong(tmp_path: Path, bomb: str) -> None:
    parts, reason = BOMBS[bomb]
    assert reason in refused(book(tmp_path / "x.xlsx", parts()))


def test_what_a_workbook_says_of_its_own_size_is_not_believed(tmp_path: Path) -> None:
    for said in ("A1:XFD1048576", "A1:ZZZ99999999", "A1", "B2:A1"):
        parts = sheet("")
        parts[SHEET] = parts[SHEET].replace(b"<sheetData>", f'<dimension ref="{said}"/><sheetData>'.encode(), 1)
        [row] = read(book(tmp_path / "x.xlsx", parts))
        assert row.cells == {"code": "7", "name": "x"}


def test_empty_rows_without_end_and_16384_columns_are_passed_over(tmp_path: Path) -> None:
    """As offices' files are that somebody formatted down to the end; neither is more than a header and a row."""
    begun = time.monotonic()
    rows = "".join(f'<row r="{n}" ht="15" customHeight="1"/>' for n in range(4, 200_000))
    wide = '<row r="3">' + "<c/>" * 16_384 + "</row>"
    assert [row.number for row in read(book(tmp_path / "x.xlsx", sheet(wide + rows)))] == [2]
    assert time.monotonic() - begun < _SECONDS


def test_a_header_of_16384_columns_is_read(tmp_path: Path) -> None:
    made = Workbook(write_only=True)
    lines = made.create_sheet()
    lines.append([*(f"c{number}" for number in range(16_382)), "code", "name"])
    lines.append([*[""] * 16_382, "7", "x"])
    made.save(tmp_path / "x.xlsx")
    [row] = read(tmp_path / "x.xlsx")
    assert row.cells == {"code": "7", "name": "x"}


@pytest.mark.parametrize("content", [b"code,name\n" + b"\n" * 2_000_000, b"code,name\n" + b",\n" * 1_000_000])
def test_empty_lines_of_a_csv_are_passed_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert read(path) == ()


def test_a_csv_of_too_many_rows_is_refused_before_they_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"code,name\n" + b"1,x\n" * 2_000_000)
    assert refused(path) == f"more than {MAX_ROWS} rows"


def test_a_workbook_that_somebody_changed_is_read_or_refused(tmp_path: Path) -> None:
    """Bytes flipped in its parts and in the zip itself: a sentence each time, never a trace."""
    chance, path = random.Random(4), book(tmp_path / "x.xlsx")  # the same changes each time
    whole = path.read_bytes()
    with ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for turn in range(300):
        name = chance.choice(sorted(parts))
        if turn % 3:
            book(path, {name: _changed(parts[name], chance)})
        else:
            path.write_bytes(_changed(whole, chance))
        with suppress(ImportFaults):
            read(path)


def _changed(content: bytes, chance: random.Random) -> bytes:
    made = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(made))
        made[place : place + chance.randint(0, 3)] = chance.choice((b"", b"0", b"-1", b"999999999999", b"<", b'"', b"\xff", b"e9", b"A"))
    return bytes(made)
