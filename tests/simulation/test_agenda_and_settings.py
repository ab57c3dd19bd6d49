"""The diary, office hours, and what is wrong with a simulation.toml."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.calendar import CityCalendar
from app.region_pack.faults import PackError
from app.simulation.agenda import Diary, Dice, Hours, MovedClock
from app.simulation.report import percentiles
from app.simulation.settings import FILE, load
from tests import jiangmen
from tests.simulation.conftest import TOWN

FRIDAY = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)  # 17:00 in the city, half an hour before closing


@pytest.fixture(scope="module")
def hours() -> Hours:
    return Hours(jiangmen.region(), CityCalendar({}))


async def nothing() -> None: ...


def test_the_clock_is_never_moved_back() -> None:
    clock = MovedClock(FRIDAY)
    clock.move_to(FRIDAY + timedelta(hours=1))
    clock.move_to(FRIDAY)
    assert clock.now() == FRIDAY + timedelta(hours=1)


def test_the_diary_is_read_in_order_and_nobody_does_two_things_at_once() -> None:
    diary = Diary()
    for minute, of in ((5, "b"), (1, "a"), (1, "a"), (2, "b"), (90, "c")):
        diary.note(FRIDAY + timedelta(minutes=minute), of, nothing)
    assert diary.next_at() == FRIDAY + timedelta(minutes=1)
    assert [of for _, of, _ in diary.due(FRIDAY + timedelta(minutes=30), 8)] == ["a"]
    assert [of for _, of, _ in diary.due(FRIDAY + timedelta(minutes=30), 8)] == ["a", "b"]
    assert [of for _, of, _ in diary.due(FRIDAY + timedelta(minutes=30), 8)] == ["b"]
    assert diary.due(FRIDAY + timedelta(minutes=30), 8) == []


def test_office_hours_go_over_the_weekend(hours: Hours) -> None:
    monday = datetime(2026, 3, 9, 0, 30, tzinfo=UTC)  # 8:30 there
    assert hours.open_from(FRIDAY) == FRIDAY
    assert hours.open_from(FRIDAY + timedelta(hours=1)) == monday
    assert hours.after(FRIDAY, timedelta(minutes=20)) == FRIDAY + timedelta(minutes=20)
    assert hours.after(FRIDAY, timedelta(minutes=50)) == monday + timedelta(minutes=20)


def test_dice_fall_alike_in_any_order() -> None:
    one, other = Dice("x"), Dice("x")
    first = [one.of("a", 1).random(), one.of("b", 1).random()]
    assert [other.of("b", 1).random(), other.of("a", 1).random()] == first[::-1]
    assert Dice("y").of("a", 1).random() != first[0]


def test_every_fault_of_the_file_is_named(tmp_path: Path) -> None:
    whole = (TOWN / FILE).read_text("utf-8")
    assert load(TOWN).bursts["typhoon"].people == 12
    wrong = whole.replace("free_days = 0.6", 'free_days = "often"').replace("joins =", "jions =").replace("[10, 240]", "[9, 1]")
    (tmp_path / FILE).write_text(wrong + "\n[weather]\nrain = 1\n", "utf-8")
    with pytest.raises(PackError) as caught:
        load(tmp_path)
    said = "\n".join(caught.value.faults)
    assert all(part in said for part in ("arrivals.free_days", "residents.jions is unknown", "residents.joins is missing", "weather"))
    assert "residents.reads is no Pair" in said
    (tmp_path / FILE).write_text("[arrivals", "utf-8")
    with pytest.raises(PackError):
        load(tmp_path)


def test_the_shipped_city_can_be_played() -> None:
    found = load(jiangmen.PACK)
    assert set(found.topics) - {"others"} <= set(jiangmen.region().topics)
    assert {"typhoon", "outage"} == set(found.bursts)


def test_percentiles_are_of_what_was_found() -> None:
    assert percentiles([]) == {}
    assert percentiles([number / 1000 for number in range(1, 101)]) == {"p50": 51.0, "p95": 96.0, "p99": 100.0, "most": 100.0}
