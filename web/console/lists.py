"""Lists of tickets: everything that narrows them stands in the address, and what makes no sense there narrows nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from urllib.parse import urlencode

from aiohttp import web

from web.console.pages import show, visitor_of
from web.services import console_of
from workflow import cursors
from workflow.cursors import Cursor
from workflow.model import Procedure
from workflow.policy import Reach
from workflow.region import Level, Place, Region, Topic
from workflow.states import State
from workflow.views import Filter

PROCEDURES = tuple(procedure for procedure in Procedure if procedure is not Procedure.PETITION_REPORT)
_NOT_IN_NUMBERS = re.compile(r"[^A-Z0-9-]")
_LONGEST_NUMBER = 24


async def tickets(request: web.Request) -> web.Response:
    console, visitor = console_of(request), visitor_of(request)
    region = console.region()
    wanted = read(request.query, region)
    page = await console.views.page(visitor.reach, wanted, console.clock.now(), cursors.read(request.query.get("at", "")))
    return show(
        request, "tickets.html", page=page, wanted=wanted, address=address, states=tuple(State), procedures=PROCEDURES,
        topics=_topics(region), places=_places(region, visitor.reach),
    )  # fmt: skip


def read(query: Mapping[str, str], region: Region) -> Filter:
    """What is unknown, or is no value at all, is as if it were not there."""
    state, procedure = query.get("state", ""), query.get("procedure", "")
    topic, place = query.get("topic", ""), query.get("place", "")
    return Filter(
        State(state) if state in set(State) else None,
        Procedure(procedure) if procedure in PROCEDURES else None,
        topic if topic in region.topics else "",
        place if place in region.places else "",
        query.get("overdue") == "1",
        query.get("urgent") == "1",
        _NOT_IN_NUMBERS.sub("", query.get("number", "").upper())[:_LONGEST_NUMBER],
    )


def address(wanted: Filter, cursor: Cursor | None = None) -> str:
    """The list's address, from where the cursor stands."""
    fields = {
        "state": wanted.state, "procedure": wanted.procedure, "topic": wanted.topic, "place": wanted.place,
        "overdue": "1" if wanted.overdue else "", "urgent": "1" if wanted.urgent else "", "number": wanted.number,
        "at": cursor.word if cursor is not None else "",
    }  # fmt: skip
    query = urlencode({name: str(value) for name, value in fields.items() if value})
    return f"/console/tickets?{query}" if query else "/console/tickets"


def _topics(region: Region) -> list[tuple[str, list[Topic]]]:
    ordered = sorted(region.topics.values(), key=lambda topic: topic.code)
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda topic: topic.item_name)]


def _places(region: Region, reach: Sequence[Reach]) -> list[tuple[Place, list[Place]]]:
    """Counties with their towns, as far as the posts reach."""

    def mine(place: Place) -> bool:
        return any(place.code.startswith(part.place) or part.place.startswith(place.code) for part in reach)

    counties = [place for place in region.places.values() if place.level is Level.COUNTY and mine(place)]
    return [(county, [town for town in region.within(county.code, Level.TOWN) if mine(town)]) for county in counties]
