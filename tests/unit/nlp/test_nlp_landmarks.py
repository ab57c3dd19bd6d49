"""Landmarks and grids with names of their own: evidence for where they lie, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from nlp import LanguageError, build, landmarks
from tests.unit.nlp import cities
from workflow.region import Level, Place, Region

pytestmark = pytest.mark.skipif(cities.divisions() is None, reason="the list of divisions is not here")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("五邑大学旁边占道经营", "440703002"),
        ("五邑大學門口塞車", "440703002"),
        ("蓬江区五邑大学对面", "440703002"),
        ("小鸟天堂停车场乱收费", "440705001225"),
        ("新会区小鸟天堂门口堵车", "440705001225"),
        ("江门站打车难", "440705001"),
        ("江门东站", "440704"),
        ("台山市人民医院排队太久", "440781001"),
        ("棠下镇五邑大学附近", "440703101"),
        ("我住五邑大学旁边，会城街道灵镇村的亲戚家停水", "440705001"),
    ],
)
def test_a_landmark_says_its_place_unless_another_is_named(text: str, code: str) -> None:
    found = cities.language().places.locate(text).code
    assert found == code or (len(code) < 12 and found.startswith(code) and "灵镇" in text)


def test_the_landmark_stands_in_the_detail() -> None:
    places = cities.language().places
    assert places.locate("五邑大学对面有人摆摊").detail == "五邑大学对面"
    assert places.locate("小鸟天堂乱收费").detail == "小鸟天堂"


def test_every_landmark_is_found_where_it_lies() -> None:
    region, places = cities.jiangmen(), cities.language().places
    known = landmarks.load(cities.LANGUAGE / "landmarks.csv", region)
    assert len(known) >= 40
    for landmark in known:
        for name in landmark.names:
            assert places.locate(f"{name}门口有人摆摊").code.startswith(landmark.code), name


def written(folder: Path, *rows: str) -> Path:
    path = folder / "landmarks.csv"
    path.write_text("\n".join(["# Made up.", "name,code,kind,aliases", *rows]), "utf-8")
    return path


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["大学城,999999999,university,"], "landmarks.csv:3: unknown place: 999999999"),
        (["大学城,4407,university,"], "landmarks.csv:3: unknown place: 4407"),
        (["大学城,440703002,university,", "大学城,440703005,university,"], "landmarks.csv:4: 大学城 stands in line 3 already"),
        (["大学城,440703002,shop,"], "landmarks.csv:3: kind is 'shop'"),
        (["学城,440703002,university,"], "landmarks.csv:3: 学城 is too short"),
        (["大学城,440703002,university"], "landmarks.csv:3: 3 cells under 4 columns"),
    ],
)
def test_a_faulty_row_is_named_by_its_line(tmp_path: Path, rows: Sequence[str], reason: str) -> None:
    with pytest.raises(LanguageError) as raised:
        landmarks.load(written(tmp_path, *rows), cities.jiangmen())
    assert str(raised.value).startswith(reason)


def test_a_city_needs_no_landmarks(tmp_path: Path) -> None:
    assert landmarks.load(tmp_path / "landmarks.csv", cities.jiangmen()) == ()


def with_grids(region: Region, *grids: tuple[str, str]) -> Region:
    made = {code: Place(code, name, Level.GRID, code[:12]) for code, name in grids}
    return replace(region, places={**region.places, **made})


def test_a_grid_with_a_name_of_its_own_is_found_by_it() -> None:
    region = with_grids(
        cities.jiangmen(),
        ("440703002101001", "羊桥社区第1网格"),
        ("440703002101002", "翠湖星光网格"),
        ("440703002102001", "晨曦网格"),
        ("440703002104001", "晨曦网格"),
    )
    places = build(cities.LANGUAGE, region).places
    own = places.locate("翠湖星光网格的路灯坏了")
    assert (own.decision, own.code, own.grid) == ("village", "440703002101", "440703002101002")
    assert own.candidates[0].code == own.code
    numbered = places.locate("羊桥社区第1网格的路灯坏了")
    assert (numbered.code, numbered.grid) == ("440703002101", "440703002101001")
    assert places.locate("440703002101002").grid == "440703002101002"
    assert places.locate("晨曦网格的路灯坏了").decision == "none", "two grids have this name"
    assert places.locate("棠下镇翠湖星光网格").decision == "ask"
