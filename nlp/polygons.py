"""Borders a city has imported: GeoJSON files in its pack's folder `polygons/`. WGS-84, and said to be.

Each file is a FeatureCollection with `"datum": "WGS-84"` at its top. Each feature is a Polygon or MultiPolygon whose `properties.code` is a
grid, village or town of the city.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nlp.errors import LanguageError
from workflow.region import Level, Region

DATUM = "WGS-84"
_SAME_DATUM = ("CRS84", "EPSG::4326", "EPSG:4326")
_SHAPES = ("Polygon", "MultiPolygon")
_LEVELS = frozenset({Level.TOWN, Level.VILLAGE, Level.GRID})
_SPAN = 3.0  # degrees a border may be away from the nearest town's centre: farther, it is another city, or not in degrees, or swapped


class Polygons:
    """Fits `nlp.points.Shapes`. Shapely is loaded here only: a city without borders does not pay for it."""

    def __init__(self, shapes: Sequence[tuple[str, Any]]) -> None:
        import shapely  # noqa: PLC0415  # 20 MB and a tenth of a second, for cities with borders alone

        self._shapely = shapely
        self._codes = [code for code, _ in shapes]
        self._tree = shapely.STRtree([shape for _, shape in shapes])

    def holding(self, lat: float, lon: float) -> Sequence[str]:
        """Codes of the smallest places whose border holds the point, or goes through it; () if none does."""
        hits = self._tree.query(self._shapely.Point(lon, lat), predicate="intersects")
        codes = sorted({self._codes[int(hit)] for hit in hits})
        return tuple(code for code in codes if not any(other != code and other.startswith(code) for other in codes))


def load(folder: Path, region: Region) -> Polygons | None:
    """None where the city has no borders. Raises LanguageError that names the file and the feature, counted from 1."""
    files = sorted(folder.glob("*.geojson")) if folder.is_dir() else []
    shapes: list[tuple[str, Any]] = []
    seen: dict[str, str] = {}
    for file in files:
        for number, feature in enumerate(_features(file), 1):
            code = _code(file, number, feature, region)
            if code in seen:
                raise _wrong(file, number, f"{code} has a border in {seen[code]} already: make it one MultiPolygon")
            seen[code] = f"{file.name}, feature {number}"
            shapes.append((code, _shape(file, number, feature, region)))
    return Polygons(shapes) if shapes else None


def _features(file: Path) -> Iterator[Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise LanguageError(file.name, 0, f"can't be read as GeoJSON in UTF-8: {type(error).__name__}") from error
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection" or not isinstance(found.get("features"), list):
        raise LanguageError(file.name, 0, "is no FeatureCollection")
    if found.get("datum") != DATUM:
        reason = f'says no "datum": "{DATUM}" at its top. GCJ-02 and BD-09 (most Chinese web maps) lie 600 m off: convert them first'
        raise LanguageError(file.name, 0, reason)
    crs = json.dumps(found.get("crs") or _SAME_DATUM[0])
    if not any(name in crs for name in _SAME_DATUM):
        raise LanguageError(file.name, 0, f"its crs is not {DATUM} in degrees: convert it to EPSG:4326")
    yield from found["features"]


def _code(file: Path, number: int, feature: Any, region: Region) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = str(properties.get("code", "")) if isinstance(properties, dict) else ""
    place = region.places.get(code)
    if place is None or place.level not in _LEVELS:
        raise _wrong(file, number, f"properties.code is {code!r}, no grid, village or town of this city")
    return code


def _shape(file: Path, number: int, feature: Any, region: Region) -> Any:
    """A sound polygon near the city."""
    import shapely  # noqa: PLC0415  # see above
    from shapely.geometry import shape  # noqa: PLC0415  # see above

    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in _SHAPES:
        raise _wrong(file, number, f"its geometry is none of {', '.join(_SHAPES)}")
    try:
        made = shape(geometry)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, IndexError) as error:
        raise _wrong(file, number, f"its coordinates can't be read ({type(error).__name__}): rings of [longitude, latitude]") from error
    if made.is_empty or not made.is_valid:
        reason = "it is empty" if made.is_empty else shapely.is_valid_reason(made)
        raise _wrong(file, number, f"its border is unsound: {reason}")
    if not _near(made.bounds, region):
        raise _wrong(file, number, "lies far from this city: coordinates are [longitude, latitude] in degrees")
    return made


def _near(bounds: Sequence[float], region: Region) -> bool:
    """Whether no corner is far from every town's centre; a city without centres can't tell."""
    centres = [(place.lat, place.lon) for place in region.places.values() if place.lat is not None and place.lon is not None]
    west, south, east, north = bounds
    return not centres or any(
        lat - _SPAN <= south and north <= lat + _SPAN and lon - _SPAN <= west and east <= lon + _SPAN for lat, lon in centres
    )


def _wrong(file: Path, number: int, reason: str) -> LanguageError:
    return LanguageError(file.name, 0, f"feature {number}: {reason}")
