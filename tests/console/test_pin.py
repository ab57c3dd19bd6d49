"""A shared point on the console's page: as text, and only for those who may read what people wrote."""

from __future__ import annotations

from tests.console.conftest import House
from tests.console.test_pages import registered
from workflow.commands import Pin
from workflow.model import Point, Role


async def test_a_point_is_shown_to_readers_alone_and_as_text(house: House) -> None:
    ticket = await registered(house.town)
    await house.town.do("resident", Pin(ticket.id, Point(22.60552, 113.0095), ("990101001",)))
    page = await (await house.holds(Role.SUPERVISOR)).reads(f"/console/tickets/{ticket.number}")
    assert "22.60552, 113.00950" in page and "geo:22.60552,113.00950" in page
    assert 'href="geo:' not in page
    hidden = await (await house.holds(Role.ADMIN)).reads(f"/console/tickets/{ticket.number}")
    assert "22.60552" not in hidden
