"""Which posts there can be: a role's unit, and how wide a place it may be given. The same for a file of staff and for one invite."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.model import Role
from workflow.region import Level, Region

_DEPTH = {level: depth for depth, level in enumerate(Level)}
_OWN_UNIT = {Role.GRID_WORKER: "grid", Role.GRID_LEADER: "grid", Role.HUB_OFFICER: "hub"}
WITHOUT_UNIT = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN})
_WIDEST = {Role.GRID_WORKER: Level.VILLAGE, Role.GRID_LEADER: Level.TOWN}
"""The widest place a grid post may be given: who walks a village doesn't read a county."""


def unit_of(role: Role, given: str) -> str:
    """The unit of a post: as given, else the role's own; "" where the role has none."""
    return given or _OWN_UNIT.get(role, "")


def faults(role: Role, given: str, place: str, region: Region) -> Iterator[str]:
    """Why there can't be such a post; nothing if there can. `given`: a unit's code, "" for the role's own. `place`: the city's code is
    the whole city; of a place that is not known only that is said."""
    level = Level.CITY if place == region.code else region.places[place].level if place in region.places else None
    if level is None:
        yield f"unknown place: {place}"
    fault = _unit_fault(role, given, region)
    if fault:
        yield fault
    elif level is not None:
        yield from _desk_faults(role, unit_of(role, given), place, level, region)


def _unit_fault(role: Role, given: str, region: Region) -> str:
    own, unit = _OWN_UNIT.get(role, ""), unit_of(role, given)
    if role in WITHOUT_UNIT:
        return f"{role.value} has no unit" if given else ""
    if not unit:
        return f"a {role.value} needs its unit"
    if unit not in region.units:
        return f"{unit}: unknown unit"
    if own and unit != own:
        return f"{role.value} works at unit {own}"
    return f"{role.value} works at neither hub nor grid" if not own and unit in _OWN_UNIT.values() else ""


def _desk_faults(role: Role, unit: str, place: str, level: Level, region: Region) -> Iterator[str]:
    if unit and _DEPTH[level] > _DEPTH[region.units[unit].level]:
        yield f"{unit} has its desks at level {region.units[unit].level}: a post in {place} would never be given anything"
    widest = _WIDEST.get(role)
    if widest is not None and _DEPTH[level] < _DEPTH[widest]:
        yield f"{role.value} needs a place no wider than a {widest}"
