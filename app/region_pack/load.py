"""Folder → Region. Every fault of the pack is collected before one PackError is raised."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app.region_pack.faults import Faults, table
from workflow.model import Procedure
from workflow.region import ClockProfile, ClockRule, Knowledge, Level, Place, Region, Topic, Unit, children_of

_UNITS_OF_TIME = ("hours", "working_days", "calendar_days")
_STARTS = ("registered", "accepted", "dispatched", "replied")
_DIVISIONS = frozenset(map(str, Level)) - {"grid"}
_NEEDED_UNITS = ("hub", "grid", "discipline")


def load(folder: Path) -> Region:
    """The city of a pack. Raises PackError with all faults."""
    faults = Faults()
    head = _toml(folder / "region.toml", faults)
    places = _places(folder, faults)
    units = _units(folder / "units.csv", faults)
    clocks = _clocks(folder / "procedures.toml", faults)
    topics = _topics(folder / "topics.csv", units, clocks, faults)
    knowledge = _knowledge(folder / "knowledge.toml", faults)
    calendar = _calendar(folder / "calendar.csv", faults)
    sentences = {file.stem: _toml(file, faults) for file in sorted((folder / "texts").glob("*.toml"))}
    for name in ("code", "name", "number_prefix", "time_zone", "office_hours"):
        if name not in head:
            faults.add(folder / "region.toml", 0, f"{name} is missing")
    faults.raise_any()
    opens, closes = head["office_hours"]
    return Region(
        code=head["code"], name=head["name"], number_prefix=head["number_prefix"], time_zone=head["time_zone"],
        office_hours=(opens, closes), places=places, units=units, topics=topics, clocks=clocks, knowledge=knowledge,
        calendar=calendar, demo_complaint=head.get("demo_complaint", ""), sentences=sentences,
        retention_days=head.get("retention_days", 1825), children=children_of(places.values()),
    )  # fmt: skip


def with_grids(region: Region, grids: Iterable[Place]) -> Region:
    """The same city with other grids: what an import puts in the place of the generated ones."""
    places = {code: place for code, place in region.places.items() if place.level is not Level.GRID}
    places |= {grid.code: grid for grid in grids}
    return replace(region, places=places, children=children_of(places.values()))


def _toml(file: Path, faults: Faults) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.add(file, 0, str(error) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__)
        return {}


def _places(folder: Path, faults: Faults) -> dict[str, Place]:
    found: dict[str, Place] = {}
    file = folder / "divisions.csv"
    for line, row in table(file, ("code", "name", "level", "parent", "lat", "lon"), faults):
        if row["level"] not in _DIVISIONS:
            faults.add(file, line, f"unknown level: {row['level']}")
            continue
        lat, lon = (float(row[name]) if row[name] else None for name in ("lat", "lon"))
        _add(found, Place(row["code"], row["name"], Level(row["level"]), row["parent"], lat=lat, lon=lon), file, line, faults)
    file = folder / "grids.csv"
    for line, row in table(file, ("code", "name", "village", "kind", "synthetic"), faults):
        grid = Place(row["code"], row["name"], Level.GRID, row["village"], row["kind"], row["synthetic"] == "yes")
        _add(found, grid, file, line, faults)
    with_grid = {place.parent for place in found.values() if place.level is Level.GRID}
    for place in found.values():
        if place.level is Level.VILLAGE and place.code not in with_grid:
            faults.add(file, 0, f"{place.code} {place.name} has no grid")
    return found


def _add(found: dict[str, Place], place: Place, file: Path, line: int, faults: Faults) -> None:
    if place.code in found:
        faults.add(file, line, f"{place.code} stands twice")
    elif not place.code.isdigit() or not place.name:
        faults.add(file, line, "a code of digits and a name are needed")
    elif place.level is not Level.CITY and (place.parent not in found or not place.code.startswith(place.parent)):
        faults.add(file, line, f"{place.code} does not lie in {place.parent or 'anything'}")
    elif place.level is Level.GRID and found[place.parent].level is not Level.VILLAGE:
        faults.add(file, line, f"{place.code} hangs under {place.parent}, which is no village")
    else:
        found[place.code] = place


def _units(file: Path, faults: Faults) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for line, row in table(file, ("code", "name", "kind", "level", "aliases"), faults):
        if row["code"] in found:
            faults.add(file, line, f"{row['code']} stands twice")
        elif row["level"] not in set(map(str, Level)):
            faults.add(file, line, f"unknown level: {row['level']}")
        else:
            aliases = tuple(filter(None, row["aliases"].split("|")))
            found[row["code"]] = Unit(row["code"], row["name"], row["kind"], Level(row["level"]), aliases)
    for code in _NEEDED_UNITS:
        if code not in found:
            faults.add(file, 0, f"the unit {code} is missing")
    return found


def _clocks(file: Path, faults: Faults) -> dict[str, ClockProfile]:
    found: dict[str, ClockProfile] = {}
    for code, profile in _toml(file, faults).items():
        rules = tuple(ClockRule(**rule) for rule in profile["rules"])
        for rule in rules:
            if rule.amount <= 0 or rule.unit not in _UNITS_OF_TIME or rule.starts not in _STARTS:
                faults.add(file, 0, f"{code}.{rule.name}: amount above 0, unit of {_UNITS_OF_TIME}, starts of {_STARTS}")
        found[code] = ClockProfile(code, rules, profile.get("extension_max", 0), profile.get("extension_unit", "working_days"))
    for procedure in Procedure:
        if procedure.value not in found:
            faults.add(file, 0, f"the procedure {procedure.value} has no clocks")
    return found


def _topics(file: Path, units: dict[str, Unit], clocks: dict[str, ClockProfile], faults: Faults) -> dict[str, Topic]:
    columns = (
        "code", "name", "item", "item_name", "domain", "lead", "co", "procedure", "first", "clocks", "hazard", "standard_codes",
    )  # fmt: skip
    found: dict[str, Topic] = {}
    for line, row in table(file, columns, faults):
        co, standard = (tuple(filter(None, row[name].split("|"))) for name in ("co", "standard_codes"))
        faults.found += [f"{file.name}:{line}: unknown unit: {unit}" for unit in (row["lead"], *co) if unit not in units]
        if row["clocks"] not in clocks or row["procedure"] not in set(map(str, Procedure)) or row["first"] not in {"grid", "department"}:
            faults.add(file, line, "unknown clocks, procedure or first")
        if row["code"] in found:
            faults.add(file, line, f"{row['code']} stands twice")
        found[row["code"]] = Topic(
            row["code"], row["name"], row["item"], row["item_name"], row["domain"], row["lead"], co, row["procedure"], row["first"],
            row["clocks"], row["hazard"] == "yes", standard,
        )  # fmt: skip
    return found


def _knowledge(file: Path, faults: Faults) -> tuple[Knowledge, ...]:
    names = ("code", "question", "answer", "basis", "updated")
    found = []
    for number, entry in enumerate(_toml(file, faults).get("entry", ()), 1):
        if any(not entry.get(name) for name in names):
            faults.add(file, 0, f"entry {number}: {', '.join(names)} are needed")
        else:
            fields = {name: str(entry[name]) for name in names}
            found.append(Knowledge(**fields, words=tuple(entry.get("words", ()))))
    return tuple(found)


def _calendar(file: Path, faults: Faults) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for line, row in table(file, ("date", "working"), faults):
        try:
            found[date.fromisoformat(row["date"]).isoformat()] = row["working"] == "yes"
        except ValueError:
            faults.add(file, line, f"not a date: {row['date']}")
    return found
