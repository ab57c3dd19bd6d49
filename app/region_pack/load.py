"""Folder → Region. Every fault of the pack is collected before one PackError is raised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from app.region_pack.clocks import load_clocks
from app.region_pack.demo import load_demo
from app.region_pack.faults import Faults, PackError, line_of, table
from app.region_pack.head import load_head, load_sentences
from app.region_pack.knowledge import load_knowledge
from app.region_pack.manners import load_manners
from app.region_pack.places import load_places
from app.region_pack.retention import load_retention
from app.region_pack.shared import load_bursts, load_digest, load_duplicates
from app.region_pack.sureness import load_sureness
from workflow.region import ClockProfile, Level, Place, Region, Topic, Unit, children_of

_NEEDED_UNITS = {"hub": "hub", "grid": "grid", "discipline": "discipline"}  # code → kind: the domain's rules name these three
_UNIT_KINDS = frozenset({"hub", "grid", "discipline", "department", "company"})
_TOPIC_COLUMNS = (
    "code", "name", "item", "item_name", "domain", "lead", "co", "procedure", "first", "clocks", "hazard", "standard_codes",
)  # fmt: skip
_TOPIC_PROCEDURES = frozenset({"grid_event", "hotline"})
_STANDARD_CODE = re.compile(r"[0-9]{6}")
_YES_NO = {"yes": True, "no": False}


def load(folder: Path) -> Region:
    """The city of a pack. Raises PackError with all faults."""
    faults = Faults()
    head = load_head(folder / "region.toml", faults)
    places = load_places(folder, faults)
    units = _units(folder / "units.csv", faults)
    clocks = load_clocks(folder / "procedures.toml", faults)
    topics = _topics(folder / "topics.csv", units, clocks, faults)
    knowledge = load_knowledge(folder / "knowledge", faults)
    calendar = _calendar(folder / "calendar.csv", faults)
    sentences = load_sentences(folder / "texts", faults)
    matters = load_demo(folder / "demo.toml", faults)
    city = places.get(str(head.get("code")))
    if "code" in head and (city is None or city.level is not Level.CITY):
        faults.add(folder / "region.toml", line_of(folder / "region.toml", "code ="), f"{head['code']} is no city of divisions.csv")
    items = {topic.item for topic in topics.values()}
    duplicates = load_duplicates(head, items | topics.keys(), folder / "region.toml", faults)
    bursts = load_bursts(head, items, folder / "region.toml", faults)
    digest = load_digest(head, folder / "region.toml", faults)
    sureness = load_sureness(head, folder / "region.toml", faults)
    retention = load_retention(head, folder / "region.toml", faults)
    manners = load_manners(head, folder / "region.toml", faults)
    faults.raise_any()
    opens, closes = head["office_hours"]
    return Region(
        code=head["code"], name=head["name"], number_prefix=head["number_prefix"], time_zone=head["time_zone"],
        office_hours=(opens, closes), places=places, units=units, topics=topics, clocks=clocks, knowledge=knowledge,
        calendar=calendar, demo_complaint=head.get("demo_complaint", ""), demo_matters=matters, sentences=sentences,
        retention_days=head.get("retention_days", 1825), children=children_of(places.values()),
        duplicates=duplicates, bursts=bursts, digest=digest, sureness=sureness, retention=retention, manners=manners,
    )  # fmt: skip


def with_grids(region: Region, grids: Iterable[Place]) -> Region:
    """The same city with other grids: what an import puts in the place of the generated ones."""
    places = {code: place for code, place in region.places.items() if place.level is not Level.GRID}
    places |= {grid.code: grid for grid in grids}
    return replace(region, places=places, children=children_of(places.values()))


def with_imported(region: Region, grids: Sequence[Place]) -> Region:
    """The city with the grids that were imported into its database, the pack's own where there are none. Raises PackError where the pack
    has got other villages since."""
    if not grids:
        return region
    served = {grid.parent for grid in grids}
    villages = {place.code for place in region.places.values() if place.level is Level.VILLAGE}
    faults = [f"imported grids: {code} is no village of this pack any more: import the grids again" for code in sorted(served - villages)]
    faults += [f"imported grids: {code} has no grid: import the grids again" for code in sorted(villages - served)]
    if faults:
        raise PackError(faults)
    return with_grids(region, grids)


def _units(file: Path, faults: Faults) -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for line, row in table(file, ("code", "name", "kind", "level", "aliases"), faults):
        if row["code"] in found:
            faults.add(file, line, f"{row['code']} stands twice")
        elif not row["code"] or not row["name"]:
            faults.add(file, line, "a code and a name are needed")
        elif row["level"] not in set(map(str, Level)):
            faults.add(file, line, f"unknown level: {row['level']}")
        elif row["kind"] not in _UNIT_KINDS or row["kind"] != _NEEDED_UNITS.get(row["code"], row["kind"]):
            faults.add(file, line, f"{row['code']} can't be of the kind {row['kind']}")
        else:
            aliases = tuple(filter(None, row["aliases"].split("|")))
            found[row["code"]] = Unit(row["code"], row["name"], row["kind"], Level(row["level"]), aliases)
    for code in _NEEDED_UNITS:
        if code not in found:
            faults.add(file, 0, f"the unit {code} is missing")
    return found


def _topics(file: Path, units: dict[str, Unit], clocks: dict[str, ClockProfile], faults: Faults) -> dict[str, Topic]:
    found: dict[str, Topic] = {}
    for line, row in table(file, _TOPIC_COLUMNS, faults):
        co, standard = (tuple(filter(None, row[name].split("|"))) for name in ("co", "standard_codes"))
        reasons = [f"unknown unit: {unit}" for unit in (row["lead"], *co) if unit not in units]
        reasons += _topic_reasons(row, standard, clocks)
        if row["code"] in found:
            reasons.append(f"{row['code']} stands twice")
        for reason in reasons:
            faults.add(file, line, reason)
        found[row["code"]] = Topic(
            row["code"], row["name"], row["item"], row["item_name"], row["domain"], row["lead"], co, row["procedure"], row["first"],
            row["clocks"], row["hazard"] == "yes", standard,
        )  # fmt: skip
    if not found:
        faults.add(file, 0, "there are no topics")
    return found


def _topic_reasons(row: dict[str, str], standard: tuple[str, ...], clocks: dict[str, ClockProfile]) -> Iterator[str]:
    for name in ("code", "name", "item", "item_name", "domain"):
        if not row[name]:
            yield f"{name} is empty"
    if row["clocks"] not in clocks:
        yield f"unknown clocks: {row['clocks']}"
    if row["procedure"] not in _TOPIC_PROCEDURES:
        yield f"procedure is one of {', '.join(sorted(_TOPIC_PROCEDURES))}, not {row['procedure']}"
    if row["first"] not in {"grid", "department"}:
        yield f"first is grid or department, not {row['first']}"
    if row["hazard"] not in _YES_NO:
        yield f"hazard is yes or no, not {row['hazard']}"
    for code in standard:
        if not _STANDARD_CODE.fullmatch(code):
            yield f"a code of the standard has 6 digits, not {code}"


def _calendar(file: Path, faults: Faults) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for line, row in table(file, ("date", "working"), faults):
        try:
            day = date.fromisoformat(row["date"]).isoformat()
        except ValueError:
            faults.add(file, line, f"not a date: {row['date']}")
            continue
        if day in found:
            faults.add(file, line, f"{day} stands twice")
        if row["working"] not in _YES_NO:
            faults.add(file, line, f"working is yes or no, not {row['working']}")
        found[day] = row["working"] == "yes"
    return found
