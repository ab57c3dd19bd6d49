"""Tables that the house writes are opened in spreadsheets: no cell of them is ever computed, and each stays readable."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from app import staff_codes
from app.importer import StaffRow
from app.region_pack import load
from nlp.features import features
from nlp.normalise import Normal
from tests.clock import FrozenClock
from workflow.model import Role

ROOT = Path(__file__).parents[2]
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WRITERS = {
    "app/staff_codes.py",  # labels from an office's own list: what begins like a formula gets an apostrophe
    "app/region_pack/synthetic.py",  # names made from the pack's own villages, for the pack's own folder
    "nlp/weights.py",  # learned words: letters alone
}
ROOMS = ("app", "bot", "nlp", "storage", "texts", "web", "workflow")


@pytest.mark.parametrize("start", STARTS)
def test_no_cell_of_the_codes_is_a_formula_and_every_label_is_readable(start: str) -> None:
    label = f'{start}HYPERLINK("http://x";"y")'
    clock, region = FrozenClock(), load(ROOT / "tests" / "regions" / "tinytown")
    posts = staff_codes.make([StaffRow(Role.ADMIN, "", region.code, label)], region, clock)
    header, row = csv.reader(io.StringIO(staff_codes.as_csv(posts).removeprefix("\ufeff"), newline=""))
    assert tuple(header) == staff_codes.COLUMNS
    assert not [cell for cell in row if cell.startswith(STARTS)]
    assert row[3] == f"'{label}"


def test_no_learned_word_begins_like_a_formula() -> None:
    for text in ("=cmd|'/c calc'!A0", "@SUM(1+1)路灯", "-2+3漏水", "+SUM", "\t=1", "＝ＡＢＣ", "垃圾=垃圾"):
        edges = frozenset(range(len(text) + 1))
        for cut in (edges, frozenset({0, len(text)}), frozenset({0, 2, len(text)})):
            assert all(word.isalpha() for word in features(Normal(text, text, range(len(text)), range(1, len(text) + 1), cut)))


def test_every_table_that_is_written_was_thought_of() -> None:
    written = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if any(mark in path.read_text("utf-8") for mark in ("csv.writer(", "DictWriter(", "Workbook("))
    }
    assert written == WRITERS
