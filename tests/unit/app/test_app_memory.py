"""What is kept by person, row or moment stays bounded, however many come: the short form of `benchmarks/memory.py`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.sampling import Waits
from benchmarks import memory
from bot.resident import manners
from bot.resident.manners import Tally
from bot.telegram import pacing
from bot.telegram.pacing import Pacing
from tests import jiangmen

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FEW = 40


async def test_a_process_that_served_many_keeps_nothing_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for few, so that a short run goes far beyond it."""
    monkeypatch.setattr(pacing, "_FORGET", FEW)
    monkeypatch.setattr(manners, "_REMEMBERED", FEW)
    found = await memory.measure(tmp_path, [200, 450], language=jiangmen.language())
    first, last = found["looks"]
    assert last["updates"] >= 450 and found["sent"] > 300
    assert last["held"]["tasks"] == first["held"]["tasks"]
    assert last["held"]["reader"] == 0
    for name in ("relay", "pace", "pace_held", "pace_all", "tally"):
        assert last["held"][name] <= FEW, name


def test_the_pace_forgets_chats_that_are_quiet() -> None:
    pace = Pacing()
    for number in range(3 * pacing._FORGET):
        pace.hold(f"chat {number}", 1, number)
        pace.took(f"chat {number}", "private" if number % 3 else "group", number)
    assert len(pace._full) + len(pace._groups) <= pacing._FORGET + 1
    assert len(pace._held) <= pacing._FORGET + 1
    assert len(pace._all) <= pacing.ALL_MESSAGES


def test_people_are_counted_in_a_room_of_fixed_size() -> None:
    tally = Tally()
    for number in range(3 * manners._REMEMBERED):
        tally.note(number, NOW, timedelta(minutes=10))
    assert len(tally.counts) == manners._REMEMBERED


def test_marks_of_the_outbox_do_not_pile_up_while_nothing_is_sent() -> None:
    waits = Waits()
    for number in range(30_000):
        waits.seconds(1, number + 1, NOW + timedelta(seconds=10 * number))
    assert len(waits._marks) <= 10_000
