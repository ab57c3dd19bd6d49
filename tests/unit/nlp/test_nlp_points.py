"""Shared points, without borders: ours stay ours, also on islands; those of the neighbours are outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import LanguageError, points
from nlp.points import Points
from tests import jiangmen
from tests.unit.nlp.cities import LANGUAGE
from workflow.region import Level, Place

POINTS = Points(jiangmen.region(), None, points.load(LANGUAGE / "neighbours.csv"))


def towns() -> list[tuple[Place, float, float]]:
    found = (place for place in jiangmen.region().places.values() if place.level is Level.TOWN)
    return [(place, place.lat, place.lon) for place in found if place.lat is not None and place.lon is not None]


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(22.517, 113.392), (21.858, 111.982), (22.696, 112.225), (22.805, 113.293), (22.209, 113.297), (22.900, 112.893), (22.716, 113.166)],
    ids=["Zhongshan", "Yangjiang", "Xinxing", "Shunde", "Doumen", "Gaoming", "Junan"],
)
def test_centres_of_the_neighbours_are_outside(lat: float, lon: float) -> None:
    assert POINTS.near(lat, lon) == ()
    assert POINTS.near(lat + 0.01, lon - 0.01) == ()


def test_every_town_s_centre_and_what_lies_around_it_is_ours() -> None:
    for town, lat, lon in towns():
        assert POINTS.near(lat, lon)[0][0] == town.code
        assert all(POINTS.near(lat + north, lon + east) for north in (-0.015, 0, 0.015) for east in (-0.015, 0, 0.015)), town.name


def test_between_neighbouring_towns_of_a_county_is_ours() -> None:
    for town, lat, lon in towns():
        others = [(points._km(lat, lon, x, y), x, y) for other, x, y in towns() if other.parent == town.parent and other is not town]
        for _, x, y in sorted(others)[:3]:
            assert all(POINTS.near(lat + part * (x - lat), lon + part * (y - lon)) for part in (0.25, 0.5, 0.75)), town.name


@pytest.mark.parametrize(
    ("lat", "lon"), [(21.70, 112.83), (21.58, 112.77), (21.66, 112.58), (21.88, 112.38), (22.69, 112.56), (22.32, 112.13)]
)
def test_islands_the_coast_and_the_hills_are_ours(lat: float, lon: float) -> None:
    assert POINTS.near(lat, lon)


def test_a_city_without_neighbours_named_has_its_forty_kilometres(tmp_path: Path) -> None:
    alone = Points(jiangmen.region(), None, points.load(tmp_path / "none.csv"))
    assert alone.near(22.517, 113.392)
    assert alone.near(23.129, 113.264) == ()


@pytest.mark.parametrize("cells", ["x,,113", "x,north,113", "x,91,113", "x,22,nan", ",200,113"])
def test_a_neighbour_nowhere_on_earth_is_named_with_its_line(tmp_path: Path, cells: str) -> None:
    path = tmp_path / "neighbours.csv"
    path.write_text(f"name,lat,lon\n{cells}\n", encoding="utf-8")
    with pytest.raises(LanguageError, match=r"neighbours\.csv:2"):
        points.load(path)
