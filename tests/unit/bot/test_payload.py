"""Deep links of grids and door plates: what they say, and that anything else is met with the usual greeting."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.resident.payload import LONGEST, BadPlate, Scanned, is_plate, of_plate, scanned
from tests.workflow.build import REGION

VILLAGE, GRID = "990101001001", "990101001001001"


@pytest.mark.parametrize("written", ["桥东路12号", "A座3-502", "沙湾巷 7 号（后门）", "1"])
def test_a_plate_says_its_place_and_what_is_written_on_it(written: str) -> None:
    for code in (VILLAGE, GRID):
        payload = of_plate(REGION, code, written)
        assert len(payload) <= LONGEST and is_plate(payload)
        assert scanned(REGION, f"/start {payload}") == Scanned(code, written)


def test_a_grids_and_a_villages_own_code() -> None:
    assert scanned(REGION, f"/start g{GRID}") == Scanned(GRID)
    assert scanned(REGION, f"/start {of_plate(REGION, VILLAGE, '')}") == Scanned(VILLAGE)


def test_a_plate_that_a_link_cannot_hold_is_refused() -> None:
    with pytest.raises(BadPlate, match="too long by"):
        of_plate(REGION, GRID, "桥东大道西段中国农业银行后巷")
    with pytest.raises(BadPlate, match="no grid and no village"):
        of_plate(REGION, "990101001", "桥东路12号")
    for bad in ("http://x.example", "桥东路\n12号", "<b>", "x" * 37, "\u202e桥"):
        with pytest.raises(BadPlate, match="a plate has"):
            of_plate(REGION, GRID, bad)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "/start",
        "/start ",
        "/start x",
        f"/start d_{GRID}_",
        f"/start d_{GRID}_A",
        f"/start d_{GRID}",
        f"/start d_999999999999_{encoded(b'1')}",
        f"/start d_{GRID}_{encoded(b'http://x.y')}",
        f"/start d_{GRID}_{encoded(bytes([255, 254]))}",
        f"/start d_{GRID}_{encoded(b'<b>x</b>')}",
        f"/start d_{GRID}_{encoded(b'   ')}",
        f"/start d_{GRID}_{encoded(b'x' * 40)}",
        f"/start g{GRID}9",
        f"/status g{GRID}",
        f"g{GRID}",
        f"/start g{'9' * 15}",
        f"/start d_990101001_{encoded(b'1')}",
    ],
)
def test_anything_else_says_nothing(text: str) -> None:
    assert scanned(REGION, text) is None


@given(st.text(max_size=80) | st.from_regex(r"d_[0-9]{12}([0-9]{3})?_[A-Za-z0-9_-]*", fullmatch=True))
def test_no_payload_does_harm(payload: str) -> None:
    found = scanned(REGION, f"/start {payload}")
    assert found is None or found.place in REGION.places
