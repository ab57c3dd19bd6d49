"""Reads a city's own grids and staff and says everything that is wrong with them at once. Writes nothing.

A file of grids is the full set: it replaces all grids, and every village needs at least one. A file of staff names posts, for which
invite codes are then made; it names no people. All or nothing: with one fault nothing of the file is taken. Formats: see
`app.region_pack.sheet`; a formula is text, and is never computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app import posts
from app.region_pack.sheet import Fault, ImportFaults, SheetRow, read_sheet
from workflow.model import STAFF_ROLES, Role
from workflow.region import VILLAGE_DIGITS, Level, Place, Region

__all__ = ["Fault", "GridImport", "GridRow", "ImportFaults", "StaffImport", "StaffRow", "compared", "read_grids", "read_staff"]

# The headings of a city office are in Chinese as often as not.
_GRID_COLUMNS = {"code": ("编码",), "name": ("名称",), "kind": ("类型",), "synthetic": ()}
_STAFF_COLUMNS = {"role": ("角色",), "unit": ("单位",), "place": ("地点",), "label": ("备注",)}
_KINDS = {"社区": "community", "农村": "rural", "园区": "park", "海域": "sea"}
_GRID_CODE = re.compile(r"[0-9]{15}")
_ROUNDED = re.compile(r"[0-9.]+E\+?[0-9]+", re.IGNORECASE)
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class GridRow:
    """`kind`: community, rural, park, sea. `synthetic`: the file itself says that the grid is made up."""

    code: str
    name: str
    kind: str
    synthetic: bool = False

    @property
    def place(self) -> Place:
        return Place(self.code, self.name, Level.GRID, self.code[:VILLAGE_DIGITS], self.kind, self.synthetic)


@dataclass(frozen=True, slots=True)
class GridImport:
    """The full new set in order of code, and what it changes: the dry run's answer. Codes in order."""

    rows: tuple[GridRow, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]  # another name, kind or synthetic flag

    @property
    def places(self) -> tuple[Place, ...]:
        """What `app.region_pack.with_grids` takes."""
        return tuple(row.place for row in self.rows)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A post that an invite code is to be made for. `label` says in the list of codes whose turn it is; it is not stored."""

    role: Role
    unit: str
    place: str
    label: str


@dataclass(frozen=True, slots=True)
class StaffImport:
    rows: tuple[StaffRow, ...]


def read_grids(path: Path, region: Region) -> GridImport:
    """Columns code, name, kind, and synthetic ("yes") if there is one. Raises ImportFaults with every fault."""
    faults: list[Fault] = []
    found: dict[str, GridRow] = {}
    first: dict[str, int] = {}
    for row in read_sheet(path, _GRID_COLUMNS, frozenset({"code", "name", "kind"})):
        code, kind = row.cells["code"], _KINDS.get(row.cells["kind"], row.cells["kind"])
        reasons = list(_grid_reasons(code, row.cells["name"], kind, region))
        if code and code in first:
            reasons.append(f"{code} stands in row {first[code]} already")
        first.setdefault(code, row.number)
        faults += [Fault(path.name, row.number, reason) for reason in reasons]
        if not reasons:
            found[code] = GridRow(code, row.cells["name"], kind, row.cells["synthetic"] == "yes")
    served = {code[:VILLAGE_DIGITS] for code in first}
    villages = (place for place in region.places.values() if place.level is Level.VILLAGE)
    faults += [Fault(path.name, 0, f"{village.code} {village.name} has no grid") for village in villages if village.code not in served]
    if faults:
        raise ImportFaults(faults)
    return compared(found.values(), region)


def compared(rows: Iterable[GridRow], region: Region) -> GridImport:
    """What a new full set changes in the region as it is."""
    found = {row.code: row for row in rows}
    old = {code: place for code, place in region.places.items() if place.level is Level.GRID}
    changed = (code for code in found.keys() & old.keys() if _differs(found[code], old[code]))
    return GridImport(
        rows=tuple(found[code] for code in sorted(found)),
        added=tuple(sorted(found.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - found.keys())),
        changed=tuple(sorted(changed)),
    )


def _differs(row: GridRow, place: Place) -> bool:
    return (row.name, row.kind, row.synthetic) != (place.name, place.kind, place.synthetic)


def _grid_reasons(code: str, name: str, kind: str, region: Region) -> Iterator[str]:
    if _ROUNDED.fullmatch(code):
        yield f"{code} was rounded by a spreadsheet: keep codes as text"
    elif _GRID_CODE.fullmatch(code) is None:
        yield "a grid's code has 15 digits"
    else:
        village = region.places.get(code[:VILLAGE_DIGITS])
        if village is None or village.level is not Level.VILLAGE:
            yield f"{code[:VILLAGE_DIGITS]} is no village here"
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        yield f"a name of 1 to {_LONGEST_NAME} printable characters is needed"
    if kind not in _KINDS.values():
        yield f"kind is one of {', '.join(_KINDS.values())}"


def read_staff(path: Path, region: Region) -> StaffImport:
    """Columns role, place, unit (needed for a department), label (the same post needs another one). Raises ImportFaults with every fault.

    An empty place is the whole city. A unit may be given by its code, its name or another name of it.
    """
    units = _unit_names(region)
    faults: list[Fault] = []
    first: dict[StaffRow, int] = {}
    sheet = read_sheet(path, _STAFF_COLUMNS, frozenset({"role", "place"}))
    if not sheet:
        raise ImportFaults([Fault(path.name, 0, "there are no rows")])
    for row in sheet:
        made, reasons = _post(row, region, units)
        if made is not None and made in first:
            reasons.append(f"the same as row {first[made]}: tell them apart by label")
        faults += [Fault(path.name, row.number, reason) for reason in reasons]
        if made is not None:
            first.setdefault(made, row.number)
    if faults:
        raise ImportFaults(faults)
    return StaffImport(tuple(first))


def _unit_names(region: Region) -> dict[str, set[str]]:
    """Code, name or alias → codes of the units called so."""
    found: dict[str, set[str]] = {}
    for unit in region.units.values():
        for name in (unit.code, unit.name, *unit.aliases):
            found.setdefault(name, set()).add(unit.code)
    return found


def _post(row: SheetRow, region: Region, units: dict[str, set[str]]) -> tuple[StaffRow | None, list[str]]:
    place, given, label, reasons = row.cells["place"] or region.code, row.cells["unit"], row.cells["label"], list[str]()
    role = next((role for role in STAFF_ROLES if role.value == row.cells["role"]), None)
    if len(label) > _LONGEST_NAME or not label.isprintable():
        reasons.append(f"a label has at most {_LONGEST_NAME} printable characters")
    if role is None:
        reasons.append(f"role is one of {', '.join(sorted(STAFF_ROLES))}")
        if place not in region.places:
            reasons.append(f"unknown place: {place}")
        return None, reasons
    codes = units.get(given, set())
    if len(codes) > 1 and role not in posts.WITHOUT_UNIT:
        reasons.append(f"{given}: more than one unit is called so")
        return None, reasons
    unit = next(iter(codes)) if len(codes) == 1 else given
    reasons += posts.faults(role, unit, place, region)
    return (None if reasons else StaffRow(role, posts.unit_of(role, unit), place, label)), reasons
