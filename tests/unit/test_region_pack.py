"""The shipped pack is whole, and a broken one says where."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from app.region_pack import PackError, load, with_grids
from app.region_pack.synthetic import grids, shares
from workflow.model import Procedure
from workflow.region import Level

PACK = Path(__file__).parents[2] / "regions" / "jiangmen"
TINY = Path(__file__).parents[1] / "regions" / "tinytown"


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
    assert len(region.topics) == 53
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
        ("region.toml", "days = 14", "days = 0", "duplicates: days is a whole number above 0"),
        ("region.toml", '"E2.2" = 3', '"X9" = 3', "duplicates: days_of: unknown code X9"),
        ("region.toml", "people = 6", 'people = "many"', "bursts: people is a whole number above 0"),
        ("region.toml", '"B1" = 4', '"B1" = 0', "bursts: people_of: B1 is a whole number above 0"),
        ("region.toml", "usual = 3", "usually = 3", "bursts: unknown: usually"),
        ("region.toml", "unsure = 0.4", "unsure = 0.8", "understanding: unsure is not above sure"),
        ("region.toml", "sure = 0.7", "sure = 70", "understanding: sure is a number from 0 to 1"),
        ("region.toml", "sure = 0.7", "sure = true", "understanding: sure is a number from 0 to 1"),
        ("region.toml", "sure = 0.7", "sure = nan", "understanding: sure is a number from 0 to 1"),
        ("region.toml", "sure = 0.7", "certain = 0.7", "understanding: unknown: certain"),
        ("topics.csv", "chengguan", "nobody", "unknown unit: nobody"),
        ("units.csv", "\nhub,", "\nhut,", "the unit hub is missing"),
        ("procedures.toml", "amount = 60", "amount = 0", "amount above 0"),
        ("procedures.toml", "[emergency]", "[urgency]", "emergency has no clocks"),
        ("divisions.csv", "440703002101,", "440704002101,", "does not lie in"),
        ("calendar.csv", "date,working\n", "date,working\n2026-02-30,yes\n", "not a date: 2026-02-30"),
        ("region.toml", 'name = "', 'nome = "', "name is missing"),
        ("demo.toml", 'end = "waiting"', 'end = "lost"', "matter 1: end is one of waiting, dispatched,"),
        ("demo.toml", 'route = "', 'rout = "', "unknown: rout"),
        ("demo.toml", 'reason = "', 'result = "', "declined needs reason"),
        ("demo.toml", 'end = "dispatched"', 'end = "dispatched"\nresult = "x"', "dispatched has no result"),
        ("demo.toml", "[[matter]]", "[[story]]", "matters stand under [[matter]], nothing else"),
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
    (broken / "topics.csv").unlink()
    shutil.rmtree(broken / "knowledge")
    with pytest.raises(PackError) as error:
        load(broken)
    assert {fault.split(":")[0] for fault in error.value.faults} >= {"topics.csv", "knowledge"}


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


def test_another_city_is_another_folder() -> None:
    region = load(TINY)
    assert (region.code, region.number_prefix, region.office_hours, region.retention_days) == ("9901", "XC", ("10:00", "19:00"), 30)
    levels = Counter(place.level for place in region.places.values())
    assert [levels[level] for level in Level] == [1, 2, 3, 6, 9]
    assert region.calendar == {"2026-11-21": True, "2026-11-23": False}
    assert [place.code for place in region.path("990102101201002")] == ["990102", "990102101", "990102101201", "990102101201002"]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("divisions.csv", "29.90", "north", "divisions.csv:6: lat is in degrees, not north"),
        ("divisions.csv", "29.90", "nan", "divisions.csv:6: lat is in degrees, not nan"),
        ("divisions.csv", "990102101202,", "99010210120²,", "divisions.csv:14: a village's code has 12 digits, not 99010210120²"),
        ("divisions.csv", "village,990101001,", "village,990101,", "divisions.csv:9: 990101001001 hangs under 990101, which is no town"),
        ("divisions.csv", "9901,小城市,city,,,", "9901,小城市,city,,,\n9902,别市,city,,,", "divisions.csv:4: 9902 is a second city"),
        ("grids.csv", "990101001001001", "99010100100100", "grids.csv:3: a grid's code has 15 digits, not 99010100100100"),
        ("grids.csv", "990101001001002", "990101001001001", "grids.csv:4: 990101001001001 stands twice"),
        ("grids.csv", ",sea,", ",desert,", "grids.csv:9: kind is one of community, rural, park, sea, not desert"),
        ("grids.csv", ",sea,yes", ",sea,maybe", "grids.csv:9: synthetic is yes or no, not maybe"),
        ("units.csv", "道路科,department", "道路科,king", "units.csv:5: roads can't be of the kind king"),
        ("units.csv", "接待站,hub", "接待站,department", "units.csv:2: hub can't be of the kind department"),
        ("topics.csv", "utilities,yes", "utilities,perhaps", "topics.csv:3: hazard is yes or no, not perhaps"),
        ("topics.csv", "utilities,yes", "gas,yes", "topics.csv:3: unknown clocks: gas"),
        ("topics.csv", "grid_event,grid,", "petition_report,grid,", "procedure is one of grid_event, hotline, not petition_report"),
        ("topics.csv", "030501", "3050", "topics.csv:2: a code of the standard has 6 digits, not 3050"),
        ("procedures.toml", 'name = "accept"', 'nam = "accept"', "procedures.toml:3: emergency: a rule has amount"),
        ("procedures.toml", "amount = 2,", 'amount = "2",', "procedures.toml:3: emergency.accept: amount above 0"),
        ("procedures.toml", "rules = [", "rulez = [", "procedures.toml:3: emergency: a table with a list of rules is needed"),
        ("procedures.toml", 'name = "dispute"', 'name = "accept"', "procedures.toml:3: emergency.accept stands twice"),
        ("knowledge/lamps.toml", "[[entry]]", "entry = 3\n[x]", "lamps.toml:0: entries stand under [[entry]]"),
        ("knowledge/lamps.toml", '"2026-11"', '"soon"', "lamps.toml:1: entry 1: updated is a month or a day, not soon"),
        ("calendar.csv", "21,yes", "21,maybe", "calendar.csv:2: working is yes or no, not maybe"),
        ("calendar.csv", "2026-11-23", "2026-11-21", "calendar.csv:3: 2026-11-21 stands twice"),
        ("region.toml", '["10:00", "19:00"]', '["10:00"]', "region.toml:6: office_hours are two times in order"),
        ("region.toml", '"10:00"', '"20:00"', "region.toml:6: office_hours are two times in order"),
        ("region.toml", "Asia/Urumqi", "Mars/Olympus", "region.toml:5: unknown time zone: Mars/Olympus"),
        ("region.toml", "retention_days = 30", "retention_days = -1", "region.toml:7: retention_days is a whole number above 0"),
        *(
            ("region.toml", "[grids]", f"[retention]\n{given}\n[grids]", f"region.toml:10: retention: {fault}")
            for given, fault in (
                ("days_of = { hotline = 0 }", "hotline: a whole number of days, at least 1"),
                ("days_of = { petition_claim = 60 }", "petition_claim: a whole number of days, at least 90"),
                ('held = ["all"]', "all: no procedure"),
                ("held = 3", "held is a list, days_of a table"),
                ("forever = 3", "a table with days_of and held, and nothing else"),
            )
        ),
        ("region.toml", '"9901"', '"1234"', "region.toml:2: 1234 is no city of divisions.csv"),
        ("texts/en.toml", '"city.privacy_full"', '"city.other"', "en.toml:0: city.privacy_full is missing"),
        ("texts/en.toml", '"city.privacy_full" = ', '"city.privacy_full" = 3 #', "en.toml:2: city.privacy_full is no sentence"),
    ],
)
def test_a_fault_has_file_line_and_reason(tmp_path: Path, file: str, old: str, new: str, fault: str) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(TINY, pack)
    text = (pack / file).read_text(encoding="utf-8")
    assert old in text
    (pack / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as error:
        load(pack)
    assert any(fault in found for found in error.value.faults), error.value.faults


def test_the_shipped_topics_carry_codes_of_the_provincial_standard() -> None:
    reference = Path(os.environ.get("PETITION_REFERENCE_DATA", str(PACK.parents[2] / "shared" / "data"))) / "db44t2479_2024_taxonomy.csv"
    topics = load(PACK).topics.values()
    assert all(topic.standard_codes for topic in topics)
    if not reference.exists():
        pytest.skip("the reference data are not here")
    with reference.open(encoding="utf-8-sig", newline="") as file:
        known = {row["l3_code"] for row in csv.DictReader(file)}
    assert {code for topic in topics for code in topic.standard_codes} <= known


def test_the_emergency_sentence_claims_no_call() -> None:
    for language, sentences in load(PACK).sentences.items():
        numbers = set(re.findall(r"\d+", sentences["city.emergency_life"]))
        assert numbers >= {"110", "119", "120", "122", "12110"}, language
