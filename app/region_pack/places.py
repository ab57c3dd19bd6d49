"""divisions.csv and grids.csv → places: codes nest by prefix, every village has a grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from app.region_pack.faults import Faults, table
from workflow.region import Level, Place

GRID_KINDS = ("community", "rural", "park", "sea")
DIGITS = {Level.CITY: 4, Level.COUNTY: 6, Level.TOWN: 9, Level.VILLAGE: 12, Level.GRID: 15}
_ABOVE = {Level.COUNTY: Level.CITY, Level.TOWN: Level.COUNTY, Level.VILLAGE: Level.TOWN, Level.GRID: Level.VILLAGE}
_DIVISIONS = frozenset(map(str, Level)) - {"grid"}
_FARTHEST = {"lat": 90.0, "lon": 180.0}


def load_places(folder: Path, faults: Faults) -> dict[str, Place]:
    found: dict[str, Place] = {}
    file = folder / "divisions.csv"
    for line, row in table(file, ("code", "name", "level", "parent", "lat", "lon"), faults):
        if row["level"] not in _DIVISIONS:
            faults.add(file, line, f"unknown level: {row['level']}")
            continue
        lat, lon = (_degrees(row[name], name, file, line, faults) for name in ("lat", "lon"))
        _add(found, Place(row["code"], row["name"], Level(row["level"]), row["parent"], lat=lat, lon=lon), file, line, faults)
    file = folder / "grids.csv"
    for line, row in table(file, ("code", "name", "village", "kind", "synthetic"), faults):
        if row["kind"] not in GRID_KINDS:
            faults.add(file, line, f"kind is one of {', '.join(GRID_KINDS)}, not {row['kind']}")
        if row["synthetic"] not in {"yes", "no"}:
            faults.add(file, line, f"synthetic is yes or no, not {row['synthetic']}")
        grid = Place(row["code"], row["name"], Level.GRID, row["village"], row["kind"], row["synthetic"] == "yes")
        _add(found, grid, file, line, faults)
    with_grid = {place.parent for place in found.values() if place.level is Level.GRID}
    for place in found.values():
        if place.level is Level.VILLAGE and place.code not in with_grid:
            faults.add(file, 0, f"{place.code} {place.name} has no grid")
    return found


def _degrees(text: str, name: str, file: Path, line: int, faults: Faults) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _FARTHEST[name]:  # false for nan too
        faults.add(file, line, f"{name} is in degrees, not {text}")
        return None
    return value


def _add(found: dict[str, Place], place: Place, file: Path, line: int, faults: Faults) -> None:
    """Keeps a place, or says why not. A place in one that was refused is refused too."""
    reasons = list(_wrong(found, place))
    for reason in reasons:
        faults.add(file, line, reason)
    if not reasons:
        found[place.code] = place


def _wrong(found: dict[str, Place], place: Place) -> Iterator[str]:
    code = place.code
    if code in found:
        yield f"{code} stands twice"
    elif not (code.isascii() and code.isdigit() and len(code) == DIGITS[place.level]):
        yield f"a {place.level}'s code has {DIGITS[place.level]} digits, not {code}"
    elif not place.name:
        yield "a code of digits and a name are needed"
    elif place.level is Level.CITY:
        if any(other.level is Level.CITY for other in found.values()):
            yield f"{code} is a second city"
    elif place.parent not in found or not code.startswith(place.parent):
        yield f"{code} does not lie in {place.parent or 'anything'}"
    elif found[place.parent].level is not _ABOVE[place.level]:
        yield f"{code} hangs under {place.parent}, which is no {_ABOVE[place.level]}"
