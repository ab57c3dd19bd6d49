"""A shared point and what lies around it. WGS-84 only: Chinese map data is often GCJ-02, some 600 m away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from nlp.tables import read
from workflow.region import Level, Place, Region

FAR = 40.0  # km
SPREAD = 1.25  # times as far from a town as its neighbours are is beyond it
LEAST = 12.0  # km: nearer than that is never beyond
NEARER = 0.75  # of the way to our nearest town: who is that near to a place outside is there, also within our town's reach
EARTH = 6371.0  # km
OFFERED = 3


class Shapes(Protocol):
    """The borders a city has imported."""

    def holding(self, lat: float, lon: float) -> Sequence[str]:
        """Codes of the smallest places whose border holds the point; two on a common border."""
        ...


class Spot(NamedTuple):
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Points:
    """`outside`: where places around the city lie."""

    region: Region
    shapes: Shapes | None = None
    outside: Sequence[Spot] = ()

    def near(self, lat: float, lon: float) -> Sequence[tuple[str, float]]:
        """(code, score), best first: what holds the point, else the three towns with the nearest centres. () outside the city: where a
        place outside is clearly nearer, or is nearer and our towns do not reach, and in any case beyond 40 km."""
        if not _possible(lat, lon):
            return ()
        held = self.shapes.holding(lat, lon) if self.shapes is not None else ()
        return tuple((code, 1.0) for code in held[:OFFERED]) or self._centres(lat, lon)

    def _centres(self, lat: float, lon: float) -> Sequence[tuple[str, float]]:
        towns = self._from(lat, lon)
        if not towns or towns[0][0] > FAR:
            return ()
        # Beyond the reach of our towns whatever place is nearer has it; islands, with nothing nearer, stay ours.
        share = NEARER if towns[0][0] <= self._reach(towns[0][1]) else 1.0
        if min((_km(lat, lon, *spot) for spot in self.outside), default=math.inf) < share * towns[0][0]:
            return ()
        return tuple((place.code, round(1 / (1 + km / 5), 4)) for km, place in towns[:OFFERED])

    def _from(self, lat: float, lon: float) -> list[tuple[float, Place]]:
        """Towns by how far their centres are, in km."""
        towns = (
            (_km(lat, lon, place.lat, place.lon), place)
            for place in self.region.places.values()
            if place.level is Level.TOWN and place.lat is not None and place.lon is not None
        )
        return sorted(towns, key=lambda found: (found[0], found[1].code))

    def _reach(self, town: Place) -> float:
        """Kilometres from its centre beyond which nothing is the town's: towns in the hills lie far apart, in the city near each other."""
        around = self._from(town.lat or 0.0, town.lon or 0.0)[1:3]
        return max(LEAST, SPREAD * around[-1][0]) if around else LEAST


def _possible(lat: float, lon: float) -> bool:
    return abs(lat) <= 90 and abs(lon) <= 180  # false for NaN


def _km(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Great-circle distance (haversine)."""
    a, b = math.radians(lat), math.radians(to_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(to_lon - lon) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, half)))


def load(path: Path) -> tuple[Spot, ...]:
    """Reads neighbours.csv: name,lat,lon; a city need not have one. Raises LanguageError."""
    if not path.exists():
        return ()
    found: list[Spot] = []
    for row in read(path, ("name", "lat", "lon")):
        spot = Spot(row.degrees("lat"), row.degrees("lon"))
        if not _possible(*spot):
            raise row.wrong(f"no place on earth: {spot.lat}, {spot.lon}")
        found.append(spot)
    return tuple(found)
