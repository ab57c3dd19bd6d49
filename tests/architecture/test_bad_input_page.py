"""The page of bad input names tests that exist."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "bad-input.md").read_text("utf-8")


def test_every_row_names_a_test_that_exists() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "proved by" not in line]
    assert len(rows) > 25
    named = {row: re.findall(r"`([a-z_/]+\.py)`", row.rpartition("| ")[0] + row) for row in rows}
    assert [row for row, tests in named.items() if not tests] == []
    assert sorted({one for tests in named.values() for one in tests if not (ROOT / "tests" / one).is_file()}) == []
