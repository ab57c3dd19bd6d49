"""What a deep link carries: /start g440703101201001 is the grid whose QR code was scanned."""

from __future__ import annotations

from workflow.region import Level, Region


def place_of(region: Region, text: str) -> str:
    """The code of the grid or village of a /start with a payload, "" if there is none."""
    command, _, payload = text.partition(" ")
    place = region.places.get(payload.strip().removeprefix("g")) if command == "/start" else None
    return place.code if place is not None and place.level in {Level.GRID, Level.VILLAGE} else ""
