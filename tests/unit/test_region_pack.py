"""The shipped pack is whole, and a broken one says where."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from app.region_pack import PackError, load, with_grids
from app.region_pack.synthetic import grids, shares
from workflow.model import Procedure
from workflow.region import Level

PACK = Path(__file__).parents[2] / "regions" / "jiangmen"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    shutil.copytree(PACK, tmp_path / "pack")
    return tmp_path / "pack"


def test_the_shipped_numbers() -> None:
    region = load(PACK)
    found = [place for place in region.places.values() if place.level is Level.GRID]
    by_county = Counter(grid.code[:6] for grid in found)
    assert (len(found), by_county["440703"], by_county["440704"]) == (2954, 410, 190)
    assert all(grid.synthetic and grid.code.startswith(grid.parent) and len(grid.code) == 15 for grid in found)
    assert {grid.kind for grid in found} == {"community", "rural", "park", "sea"}
    villages = [place for place in region.places.values() if place.level is Level.VILLAGE]
    assert all(region.within(village.code, Level.GRID) for village in villages)
    assert len({topic.domain_name for topic in region.topics.values()}) == 5
    assert len({topic.item for topic in region.topics.values()}) == 12
    assert len(region.topics) == 41
    assert set(map(str, Procedure)) <= set(region.clocks)


def test_the_grids_file_is_what_its_script_makes() -> None:
    region = load(PACK)
    assert {grid.code: grid for grid in grids(PACK)} == {c: p for c, p in region.places.items() if p.level is Level.GRID}


def test_the_law_is_in_the_clocks() -> None:
    claim = {rule.name: rule for rule in load(PACK).clocks["petition_claim"].rules}
    assert (claim["reply"].amount, claim["reply"].unit, claim["reply"].starts) == (60, "calendar_days", "accepted")
    assert (claim["dispute"].amount, claim["dispute"].unit) == (5, "working_days")
    for procedure in ("petition_suggestion", "petition_report"):
        assert all(rule.name != "reply" for rule in load(PACK).clocks[procedure].rules)


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("topics.csv", "chengguan", "nobody", "unknown unit: nobody"),
        ("units.csv", "\nhub,", "\nhut,", "the unit hub is missing"),
        ("procedures.toml", "amount = 60", "amount = 0", "amount above 0"),
        ("procedures.toml", "[emergency]", "[urgency]", "emergency has no clocks"),
        ("divisions.csv", "440703002101,", "440704002101,", "does not lie in"),
        ("calendar.csv", "date,working\n", "date,working\n2026-02-30,yes\n", "not a date: 2026-02-30"),
        ("region.toml", 'name = "', 'nome = "', "name is missing"),
    ],
)
def test_a_fault_names_its_file(broken: Path, file: str, old: str, new: str, reason: str) -> None:
    text = (broken / file).read_text(encoding="utf-8")
    assert old in text
    (broken / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as error:
        load(broken)
    assert any(fault.startswith(f"{file}:") and reason in fault for fault in error.value.faults)


def test_all_faults_at_once(broken: Path) -> None:
    for file in ("topics.csv", "knowledge.toml"):
        (broken / file).unlink()
    with pytest.raises(PackError) as error:
        load(broken)
    assert {fault.split(":")[0] for fault in error.value.faults} >= {"topics.csv", "knowledge.toml"}


def test_shares_are_exact_and_leave_nobody_out() -> None:
    found = shares({"a": 1.0, "b": 2.0, "c": 1.0}, 10)
    assert sum(found.values()) == 10
    assert min(found.values()) >= 1
    with pytest.raises(ValueError, match="fewer"):
        shares({"a": 1.0, "b": 1.0}, 1)


def test_imported_grids_replace_the_generated_ones() -> None:
    region = load(PACK)
    real = [place for place in region.places.values() if place.level is Level.GRID][:3]
    assert {p.code for p in with_grids(region, real).places.values() if p.level is Level.GRID} == {grid.code for grid in real}
