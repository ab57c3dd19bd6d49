"""The list of bursts that were raised."""

from __future__ import annotations

import re

from storage import SqlUnitOfWork
from tests.console.conftest import House
from workflow.bursts import Incident
from workflow.model import Role


async def raised(house: House, place: str, people: int) -> None:
    now = house.town.clock.now()
    async with SqlUnitOfWork(house.town.database) as uow:
        await uow.alike.raise_incident(Incident(0, "T", place, now, now, people - 1, people))
        await uow.commit()


def people(page: str) -> list[str]:
    return re.findall(r"data-label=\"[^\"]*\">(\d+)</td><td data-label=\"[^\"]*\">\d+</td></tr>", page)


async def test_each_post_sees_its_own_area(house: House) -> None:
    await raised(house, "990101001", 7)
    await raised(house, "990101", 21)
    assert people(await (await house.holds(Role.SUPERVISOR)).reads("/console/incidents")) == ["21", "7"]
    officer = await house.enters(await house.code_of("officer"))
    page = await officer.reads("/console/incidents")
    assert people(page) == ["7"]
    assert "Streets" in page and "/console/tickets?place=990101001" in page
    assert people(await (await house.holds(Role.SUPERVISOR, "990102")).reads("/console/incidents")) == []


async def test_a_stranger_sees_none(house: House) -> None:
    await (await house.stranger()).reads("/console/incidents", 401)
