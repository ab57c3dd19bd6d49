"""Well-known places that are no divisions: a university, a hospital, a station. Each is evidence for the division it lies in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nlp.tables import read
from workflow.region import Level, Region

KINDS = ("university", "school", "hospital", "station", "park", "shopping", "scenic", "museum", "venue", "industry")
SHORTEST = 3  # a shorter name is too easily a part of something else
_COLUMNS = ("name", "code", "kind", "aliases")


@dataclass(frozen=True, slots=True)
class Landmark:
    names: tuple[str, ...]
    code: str  # county, town or village
    kind: str


def load(path: Path, region: Region) -> tuple[Landmark, ...]:
    """Reads landmarks.csv; a city needs none. Raises LanguageError for an unknown place, and for a name that stands twice."""
    if not path.exists():
        return ()
    found: list[Landmark] = []
    seen: dict[str, int] = {}
    for row in read(path, _COLUMNS):
        place = region.places.get(row.need("code"))
        if place is None or place.level in {Level.CITY, Level.GRID}:
            raise row.wrong(f"unknown place: {row['code']}: name a county, town or village of this city")
        names = (row.need("name"), *row.several("aliases"))
        for name in names:
            if len(name) < SHORTEST:
                raise row.wrong(f"{name} is too short: {SHORTEST} characters or more")
            if name in seen:
                raise row.wrong(f"{name} stands in line {seen[name]} already")
            seen[name] = row.line
        found.append(Landmark(names, place.code, row.one_of("kind", KINDS)))
    return tuple(found)
