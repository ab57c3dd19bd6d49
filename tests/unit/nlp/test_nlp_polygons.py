"""Borders a city has imported: which place holds a point, and what is refused. The polygons are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlp import LanguageError, polygons
from nlp.points import Points
from workflow.region import Level, Place, Region

TOWN, VILLAGE, OTHER, GRID = "990101001", "990101001001", "990101001002", "990101001001001"
Ring = list[list[float]]


def square(west: float, south: float, size: float) -> Ring:
    return [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]


def feature(code: str, *rings: Ring) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": list(rings)}}


def several(code: str, *parts: list[Ring]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "MultiPolygon", "coordinates": list(parts)}}


def region() -> Region:
    places = [
        Place("9901", "小城市", Level.CITY, ""),
        Place("990101", "东山县", Level.COUNTY, "9901"),
        Place(TOWN, "云桥街道", Level.TOWN, "990101", lat=30.0, lon=100.0),
        Place("990101002", "青石镇", Level.TOWN, "990101", lat=30.2, lon=100.2),
        Place(VILLAGE, "云桥社区", Level.VILLAGE, TOWN),
        Place(OTHER, "星河社区", Level.VILLAGE, TOWN),
        Place(GRID, "第1网格", Level.GRID, VILLAGE),
    ]
    return Region("9901", "小城市", "T", "Asia/Shanghai", ("08:30", "17:30"), {p.code: p for p in places}, {}, {}, {})


def written(folder: Path, *features: Any, name: str = "a.geojson", **top: Any) -> Path:
    whole = {"type": "FeatureCollection", "datum": "WGS-84", "features": list(features)} | top
    (folder / name).write_text(json.dumps(whole), "utf-8")
    return folder


def near(folder: Path, lat: float, lon: float) -> list[str]:
    city = region()
    return [code for code, _ in Points(city, polygons.load(folder, city)).near(lat, lon)]


def test_the_smallest_place_that_holds_the_point(tmp_path: Path) -> None:
    written(tmp_path, feature(TOWN, square(99.9, 29.9, 0.2)), feature(VILLAGE, square(99.95, 29.95, 0.05)), name="a.geojson")
    written(tmp_path, feature(GRID, square(99.95, 29.95, 0.01)), name="b.geojson")
    assert near(tmp_path, 29.97, 99.97) == [VILLAGE]
    assert near(tmp_path, 29.955, 99.955) == [GRID]
    assert near(tmp_path, 30.05, 100.05) == [TOWN]


def test_a_hole_is_not_inside(tmp_path: Path) -> None:
    written(tmp_path, feature(VILLAGE, square(99.9, 29.9, 0.2), square(99.98, 29.98, 0.04)), feature(OTHER, square(99.98, 29.98, 0.04)))
    assert near(tmp_path, 29.95, 99.95) == [VILLAGE]
    assert near(tmp_path, 30.0, 100.0) == [OTHER]


def test_a_place_in_two_parts(tmp_path: Path) -> None:
    written(tmp_path, several(VILLAGE, [square(99.9, 29.9, 0.01)], [square(100.1, 30.1, 0.01)]))
    assert near(tmp_path, 29.905, 99.905) == [VILLAGE]
    assert near(tmp_path, 30.105, 100.105) == [VILLAGE]


def test_on_a_common_border_both_are_offered(tmp_path: Path) -> None:
    written(tmp_path, feature(VILLAGE, square(99.9, 29.9, 0.1)), feature(OTHER, square(100.0, 29.9, 0.1)))
    assert near(tmp_path, 29.95, 100.0) == [VILLAGE, OTHER]


def test_outside_all_borders_the_nearest_towns_are_offered(tmp_path: Path) -> None:
    written(tmp_path, feature(VILLAGE, square(99.9, 29.9, 0.01)))
    assert near(tmp_path, 30.01, 100.01) == [TOWN, "990101002"]
    assert near(tmp_path, 39.9, 116.4) == []
    assert near(tmp_path, float("nan"), 100.0) == []
    assert near(tmp_path, float("inf"), 100.0) == []


def test_a_city_without_borders_loads_nothing(tmp_path: Path) -> None:
    assert polygons.load(tmp_path, region()) is None
    assert polygons.load(tmp_path / "polygons", region()) is None


BOW = [[99.9, 29.9], [100.0, 30.0], [100.0, 29.9], [99.9, 30.0], [99.9, 29.9]]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (feature(VILLAGE, BOW), "feature 2: its border is unsound: Self-intersection"),
        (feature(VILLAGE, [[99.9, 29.9], [100.0, 30.0]]), "feature 2: its coordinates can't be read"),
        (feature(VILLAGE), "feature 2: its border is unsound: it is empty"),
        (feature("123", square(99.9, 29.9, 0.1)), "feature 2: properties.code is '123'"),
        (feature("990101", square(99.9, 29.9, 0.1)), "feature 2: properties.code is '990101'"),
        (feature(OTHER, square(99.9, 29.9, 0.1)), f"feature 2: {OTHER} has a border in a.geojson, feature 1 already"),
        (feature(VILLAGE, square(29.9, 99.9, 0.1)), "feature 2: lies far from this city"),
        (feature(VILLAGE, square(500000.0, 3300000.0, 100.0)), "feature 2: lies far from this city"),
        (feature(VILLAGE, [["x", "y"]] * 4), "feature 2: its coordinates can't be read"),  # type: ignore[list-item]  # what a file may hold
        (
            {"type": "Feature", "properties": {"code": VILLAGE}, "geometry": {"type": "Point", "coordinates": [100, 30]}},
            "feature 2: its geometry",
        ),
        ({"type": "Feature", "properties": {"code": VILLAGE}, "geometry": None}, "feature 2: its geometry"),
        ({"type": "Feature", "properties": None, "geometry": None}, "feature 2: properties.code"),
        (None, "feature 2: properties.code"),
    ],
)
def test_a_fault_names_the_file_and_the_feature(tmp_path: Path, made: Any, reason: str) -> None:
    written(tmp_path, feature(OTHER, square(100.0, 29.9, 0.1)), made)
    with pytest.raises(LanguageError) as raised:
        polygons.load(tmp_path, region())
    assert str(raised.value).startswith(f"a.geojson:0: {reason}")


@pytest.mark.parametrize(
    ("top", "reason"),
    [
        ({"datum": "GCJ-02"}, 'says no "datum": "WGS-84"'),
        ({"datum": None}, 'says no "datum": "WGS-84"'),
        ({"crs": {"type": "name", "properties": {"name": "EPSG:4490"}}}, "its crs is not WGS-84"),
        ({"type": "Feature"}, "is no FeatureCollection"),
        ({"features": {}}, "is no FeatureCollection"),
    ],
)
def test_another_datum_is_never_taken_silently(tmp_path: Path, top: dict[str, Any], reason: str) -> None:
    written(tmp_path, feature(VILLAGE, square(99.9, 29.9, 0.1)), **top)
    with pytest.raises(LanguageError) as raised:
        polygons.load(tmp_path, region())
    assert str(raised.value).startswith(f"a.geojson:0: {reason}")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_file_that_is_none_is_named(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.geojson").write_bytes(body)
    with pytest.raises(LanguageError) as raised:
        polygons.load(tmp_path, region())
    assert raised.value.file == "a.geojson"


def test_a_usual_crs_says_the_same(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    written(tmp_path, feature(VILLAGE, square(99.9, 29.9, 0.1)), crs=crs)
    assert near(tmp_path, 29.95, 99.95) == [VILLAGE]
