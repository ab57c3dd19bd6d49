"""From place and topic to desks. Never guesses: what is not certain stays with the hub (属地兜底)."""

from __future__ import annotations

from workflow.model import Assignee, Procedure, Ticket
from workflow.region import Level, Region, Topic

DISCIPLINE = "discipline"
HUB = "hub"
GRID = "grid"


def ancestor(region: Region, code: str, level: Level) -> str:
    """The code of the place's ancestor at a level, the place itself included; "" if it is above that level."""
    return next((place.code for place in region.path(code) if place.level is level), "")


def desk(region: Region, unit: str, place: str) -> Assignee:
    """A unit's desk for a place: at the unit's own level where the place is certain enough, else as near as it is known."""
    found = region.units[unit]
    if found.level is Level.CITY:
        return Assignee(unit, region.code)
    code = ancestor(region, place, found.level)
    known = region.path(place)
    return Assignee(unit, code or (known[-1].code if known else region.code))


def hub_for(region: Region, procedure: Procedure, place: str) -> Assignee:
    """The desk that owns the procedure. 检举控告 goes to the discipline counter, past village, town and grid."""
    if procedure is Procedure.PETITION_REPORT:
        return desk(region, DISCIPLINE, place)
    return desk(region, HUB, place)


def grid_of(region: Region, place: str) -> str:
    """The grid's code where it is certain: a grid was named, or the village has only one."""
    found = region.places.get(place)
    if found is None:
        return ""
    if found.level is Level.GRID:
        return found.code
    grids = region.within(place, Level.GRID)
    return grids[0].code if found.level is Level.VILLAGE and len(grids) == 1 else ""


def grids_near(region: Region, place: str) -> tuple[str, ...]:
    """Codes of the grids a matter at this place may fall to: one if certain, those of the village, else none."""
    certain = grid_of(region, place)
    if certain:
        return (certain,)
    found = region.places.get(place)
    if found is None or found.level is not Level.VILLAGE:
        return ()
    return tuple(grid.code for grid in region.within(place, Level.GRID))


def proposals(region: Region, ticket: Ticket) -> tuple[Assignee, ...]:
    """Desks in the order the hub is shown them: who looks first, then lead and co units of the topic. No duplicates."""
    if ticket.procedure is Procedure.PETITION_REPORT:
        return (ticket.hub,)
    topic: Topic | None = region.topics.get(ticket.topic)
    grids = [Assignee(GRID, code) for code in grids_near(region, ticket.place)]
    bodies = [desk(region, unit, ticket.place) for unit in (topic.lead, *topic.co) if unit in region.units] if topic else []
    bodies = [body for body in bodies if body.unit != GRID]
    ordered = [*grids, *bodies] if topic is None or topic.first == GRID else [*bodies[:1], *grids, *bodies[1:]]
    return tuple(dict.fromkeys(ordered)) or (ticket.hub,)


def acceptable(region: Region, ticket: Ticket, chosen: Assignee) -> bool:
    """Whether a ticket may be given to a desk at all: a known unit, at a place that lies in the line of the ticket's own."""
    unit = region.units.get(chosen.unit)
    if unit is None or (chosen.place != region.code and chosen.place not in region.places):
        return False
    if ticket.procedure is Procedure.PETITION_REPORT:
        return chosen.unit == DISCIPLINE
    if chosen.unit == DISCIPLINE:
        return False
    return ticket.place.startswith(chosen.place) or chosen.place.startswith(ticket.place)
