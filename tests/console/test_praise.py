"""The board's count of thanks."""

from __future__ import annotations

import re

from storage import SqlUnitOfWork
from tests.console.conftest import House
from workflow.model import Role
from workflow.praise import Praise

_ROW = re.compile(r">([^<]*)</td><td[^>]*>([^<]*)</td><td[^>]*>(\d+)</td></tr>")


async def praised(house: House, *places: str) -> None:
    async with SqlUnitOfWork(house.town.database) as uow:
        for number, place in enumerate(places):
            await uow.praises.count(Praise(f"p{number}", house.town.clock.now(), place, "T1" if number else "", "7"))
        await uow.commit()


def shown(page: str) -> list[tuple[str, ...]]:
    section = page.partition('id="praised"')[2]
    assert section, "no count on the page"
    return _ROW.findall(section)


async def test_each_post_sees_its_own_area(house: House) -> None:
    await praised(house, "9901", "990101001001", "990101001001", "990102")
    whole = await (await house.holds(Role.SUPERVISOR)).reads("/console")
    assert "共 4 次" in whole and "近 30 天" in whole
    assert ("North Hill Spring", "Litter", "2") in shown(whole) and len(shown(whole)) == 3
    officer = await (await house.enters(await house.code_of("officer"))).reads("/console")
    assert shown(officer) == [("North Hill Spring", "Litter", "2")] and "共 2 次" in officer
    assert shown(await (await house.holds(Role.SUPERVISOR, "990103")).reads("/console")) == []


async def test_a_stranger_sees_none(house: House) -> None:
    await praised(house, "990101001001")
    assert "praised" not in await (await house.stranger()).reads("/console", 401)
