"""What a deep link carries: where its QR code hangs.

    g440703101201001                          a grid; a village's 12 digits do, too
    d_440703101201001_<road and number>       a door plate: grid or village, and what stands on the plate as base64url of UTF-8, no padding

Nothing is signed: a link fills in a place that anybody may type, and the person sees it on the card before anything is sent. Of a
plate that is not known it is said so; whatever else stands behind /start is met with the usual greeting.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from workflow.region import Level, Region

LONGEST = 64  # Telegram's limit for a start payload
_PLATE = re.compile(r"d_([0-9]{15}|[0-9]{12})_([A-Za-z0-9_-]+)")
_WRITTEN = re.compile(r"[\w #()（）·-]{1,36}")  # no address of a page, no line break, no markup


@dataclass(frozen=True, slots=True)
class Scanned:
    place: str  # code of a grid or village
    detail: str = ""  # road and number of a door plate


class BadPlate(ValueError):
    """The message says why."""


def scanned(region: Region, text: str) -> Scanned | None:
    """What the link of a /start says, None if it says nothing that is known here."""
    command, _, rest = text.partition(" ")
    payload = rest.strip()
    if command != "/start" or not payload or len(payload) > LONGEST:
        return None
    plate = _PLATE.fullmatch(payload)
    code, detail = (plate[1], _read(plate[2])) if plate else (payload.removeprefix("g"), "")
    place = region.places.get(code)
    if place is None or place.level not in {Level.GRID, Level.VILLAGE} or (plate is not None and not detail):
        return None
    return Scanned(place.code, detail)


def is_plate(payload: str) -> bool:
    """Whether it is meant to be a door plate, known or not: as long as an invite's code, but none."""
    return payload.startswith("d_")


def of_plate(region: Region, code: str, written: str) -> str:
    """The payload of a door plate; of a grid's or village's own code where nothing is written. Raises BadPlate."""
    place = region.places.get(code)
    if place is None or place.level not in {Level.GRID, Level.VILLAGE}:
        raise BadPlate(f"{code} is no grid and no village here")
    if not written:
        return f"g{code}"
    if not _WRITTEN.fullmatch(written):
        raise BadPlate("a plate has 1 to 36 letters, digits, spaces and -#()· on it")
    payload = f"d_{code}_{base64.urlsafe_b64encode(written.encode()).decode().rstrip('=')}"
    if len(payload) > LONGEST:
        raise BadPlate(f"too long by {len(payload) - LONGEST}: a link holds {LONGEST} characters, some eleven Chinese ones on the plate")
    return payload


def _read(encoded: str) -> str:
    """What stands on the plate, "" where it can't be read or would not be on a plate."""
    try:
        written = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return written.strip() if _WRITTEN.fullmatch(written) else ""
