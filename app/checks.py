"""Start-up checks with stable codes: what an operator must know before residents find out.

C001 database reachable and migrated · C002 files path writable · C003 region pack valid · C004 grids add up · C005 units without a
person · C006 holidays known for this year and the next · C007 Telegram reachable with the token · C008 webhook secret strong
 C009 published weights can be used · C010 to C013: see `app.machine_checks` · C014 keys that seal personal data
"""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.calendar import CityCalendar
from app.config import Config
from app.keys import KeyFault, keys_of
from app.learning.versions import Versions, in_use
from storage.rotation import Fit
from workflow.region import Level, Region

OK, WARNING, FAULT = "ok", "warning", "fault"
_SECRET_FORM = re.compile(r"[A-Za-z0-9_-]{1,256}")
_STRONG = 24
"""Characters below which a secret is worth a warning."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`level`: ok, warning or fault. `text` is for operators and holds no personal data; `way_out` says what to do about it."""

    code: str
    level: str
    text: str
    way_out: str = ""


def nowhere() -> Finding:
    return Finding("C001", FAULT, "there is no database file", "put it back where it was; only a new city makes one: python -m app migrate")


async def database(revision: Callable[[], Awaitable[str]], newest: str, known: Callable[[str], bool]) -> Finding:
    """`revision`: what the database is at, empty if it was never migrated; `newest`: what this version works with."""
    try:
        found = await revision()
    except Exception as error:
        why = f"the database cannot be opened ({type(error).__name__})"
        return Finding("C001", FAULT, why, "see [database] url, the folder's owner and the disk")
    if found == newest:
        return Finding("C001", OK, f"database at schema {found}")
    if not known(found):
        return Finding(
            "C001", FAULT, f"a newer version migrated the database (schema {found})", "install that version; migrations go forward only",
        )  # fmt: skip
    state = f"is at schema {found}, {newest} is needed" if found else "is not migrated"
    return Finding("C001", FAULT, f"the database {state}: run migrate", "back up, then: python -m app migrate")


def files(path: Path) -> Finding:
    """The folder, or the nearest one above that exists, must be writable."""
    nearest = path
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding("C002", OK, "files path writable")
    return Finding("C002", FAULT, f"files path not writable: {path}", "give the folder to the system user that runs the city")


def grids(region: Region) -> Finding:
    """Every village has a grid: else a matter there finds nobody."""
    bare = [
        place.code
        for place in region.places.values()
        if place.level is Level.VILLAGE and not region.within(place.code, Level.GRID)
    ]
    count = sum(place.level is Level.GRID for place in region.places.values())
    if bare:
        return Finding(
            "C004", FAULT, f"{len(bare)} villages without a grid, such as {bare[0]}",
            "add grids to the pack, or: python -m app import grids FILE",
        )  # fmt: skip
    made_up = sum(place.synthetic for place in region.places.values() if place.level is Level.GRID)
    way_out = "python -m app import grids FILE brings the real ones" if made_up else ""
    return Finding("C004", WARNING if made_up else OK, f"{count} grids, {made_up} of them synthetic", way_out)


def people(region: Region, staffed: Iterable[str]) -> Finding:
    """`staffed`: units that have at least one post anywhere."""
    empty = sorted(set(region.units) - set(staffed))
    if not empty:
        return Finding("C005", OK, "every unit has a person")
    return Finding("C005", WARNING, f"{len(empty)} units without a person: {', '.join(empty[:8])}", "python -m app invite, or import staff")


def holidays(calendar: CityCalendar, today: date) -> Finding:
    for year in (today.year, today.year + 1):
        calendar.is_working_day(date(year, 1, 4))
    missing = [str(year) for year in calendar.fallback_years]
    if missing:
        return Finding(
            "C006", WARNING, f"holidays of {', '.join(missing)} not known: weekends only",
            "update chinesecalendar, or name the days in region.toml",
        )  # fmt: skip
    return Finding("C006", OK, "holidays known")


async def telegram(config: Config, reach: Callable[[], Awaitable[None]]) -> Finding:
    if config.telegram.mode == "off":
        return Finding("C007", OK, "telegram is off")
    try:
        await reach()
    except Exception as error:
        why = f"Telegram does not answer to this token ({type(error).__name__})"
        return Finding("C007", FAULT, why, "see telegram.token and base_url, and whether the machine reaches it")
    return Finding("C007", OK, "telegram answers")


def webhook(config: Config) -> Finding:
    secret = config.telegram.webhook_secret.reveal()
    if config.telegram.mode != "webhook":
        return Finding("C008", OK, "no webhook")
    if not _SECRET_FORM.fullmatch(secret):
        return Finding("C008", FAULT, "webhook secret must be 1 to 256 characters of A-Z a-z 0-9 _ -", "set telegram.webhook_secret anew")
    if len(secret) < _STRONG:
        return Finding(
            "C008", WARNING, f"webhook secret is short: take {_STRONG} characters or more",
            "set telegram.webhook_secret to 32 random characters",
        )  # fmt: skip
    return Finding("C008", OK, "webhook secret strong")


def worst(findings: Iterable[Finding]) -> str:
    order: Mapping[str, int] = {OK: 0, WARNING: 1, FAULT: 2}
    return max((finding.level for finding in findings), key=order.__getitem__, default=OK)


def weights(config: Config, region: Region) -> Finding:
    published = Versions(config.language.weights).published()
    if not published:
        return Finding("C009", OK, "the hand-written lexicon alone")
    if in_use(config.language.weights, region) is None:
        return Finding("C009", FAULT, f"published weights {published[-1]} cannot be used: python -m app weights rollback", "or train anew")
    return Finding("C009", OK, f"learned weights {published[-1]}")


def keys(config: Config, fitting: Fit | None = None) -> Finding:
    """`fitting`: None where there is no database to try them on."""
    way_out = "put the key file back where it was; only a new city makes its first key: keys new"
    try:
        found = keys_of(config.privacy)
    except KeyFault as error:
        return Finding("C014", FAULT, str(error), way_out)
    if fitting is not None and fitting.closed:
        text = f"sealed words that these keys do not open, sealed with {', '.join(fitting.closed)}"
        return Finding("C014", WARNING if fitting.opened else FAULT, text, way_out)
    return Finding("C014", OK, f"{len(found.names)} keys, {found.current.name} seals")
