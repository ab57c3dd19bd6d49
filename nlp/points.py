"""A shared point and what lies around it. WGS-84 only: Chinese map data is often GCJ-02, some 600 m away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workflow.region import Level, Region

FAR = 40.0  # km
EARTH = 6371.0  # km
OFFERED = 3


class Shapes(Protocol):
    """The borders a city has imported."""

    def holding(self, lat: float, lon: float) -> Sequence[str]:
        """Codes of the smallest places whose border holds the point; two on a common border."""
        ...


@dataclass(frozen=True, slots=True)
class Points:
    region: Region
    shapes: Shapes | None = None

    def near(self, lat: float, lon: float) -> Sequence[tuple[str, float]]:
        """(code, score), best first: what holds the point, else the three towns with the nearest centres; () beyond 40 km."""
        if not _possible(lat, lon):
            return ()
        held = self.shapes.holding(lat, lon) if self.shapes is not None else ()
        return tuple((code, 1.0) for code in held[:OFFERED]) or self._centres(lat, lon)

    def _centres(self, lat: float, lon: float) -> Sequence[tuple[str, float]]:
        towns = sorted(
            (_km(lat, lon, place.lat, place.lon), place.code)
            for place in self.region.places.values()
            if place.level is Level.TOWN and place.lat is not None and place.lon is not None
        )
        if not towns or towns[0][0] > FAR:
            return ()
        return tuple((code, round(1 / (1 + km / 5), 4)) for km, code in towns[:OFFERED])


def _possible(lat: float, lon: float) -> bool:
    return abs(lat) <= 90 and abs(lon) <= 180  # false for NaN


def _km(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Great-circle distance (haversine)."""
    a, b = math.radians(lat), math.radians(to_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(to_lon - lon) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, half)))
