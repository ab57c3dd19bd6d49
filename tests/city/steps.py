"""What people do on the way of one matter, each step waited for on the telephone where it shows."""

from __future__ import annotations

import re

from tests.botapi import Person, Said

LITTER = "杜阮井根村村口的垃圾堆三天没人清，好臭"
GRID = "440703103205001"
TOWN = "440703103"
COUNTY = "440703"
CITY = "4407"
UNDERSTOOD = "我这样理解"
_NUMBER = re.compile(r"JM-\d{6}-\d{4}")


def number_in(said: Said) -> str:
    found = _NUMBER.search(said.text)
    assert found is not None, said.text
    return found[0]


async def comes_in(resident: Person) -> None:
    """The notice, and the person's consent."""
    await resident.says("/start")
    assert "演示系统，非政府渠道" in (await resident.sees("信访超市")).text
    await resident.presses("继续")
    await resident.sees("请直接说")


async def files(resident: Person, text: str = LITTER) -> str:
    """From the first words to the number."""
    await resident.says(text)
    await resident.sees(UNDERSTOOD)
    return await submits(resident)


async def submits(resident: Person) -> str:
    await resident.presses("提交")
    return number_in(await resident.sees("已登记"))


async def sends_to_the_grid(officer: Person, number: str) -> None:
    query = await officer.presses("第1网格", about=number, within=20)
    assert "已办" in await officer.toast(query)


async def signs(worker: Person, number: str) -> None:
    query = await worker.presses("签收", about=number, within=20)
    assert "已办" in await worker.toast(query)


async def reports_back(worker: Person, number: str, *, photo: bool = True, text: str = "已清运，加派保洁员，每周三次") -> None:
    await worker.presses("办结反馈", about=number, within=20)
    await worker.sees("请发", within=20)
    if photo:
        await worker.sends_photo()
        await worker.sees("附件 1 个", within=20)
    await worker.says(text)
    await worker.sees("已收到：文字", within=20)
    query = await worker.presses("交给综治中心", within=20)
    assert "已办" in await worker.toast(query)


async def lets_pass(officer: Person, number: str) -> None:
    query = await officer.presses("通过", about=number, within=20)
    assert "已办" in await officer.toast(query)


async def is_satisfied(resident: Person, number: str) -> None:
    card = await resident.sees("待评价", within=20)
    # A long answer comes in parts, with the buttons below the last.
    await resident.presses("解决了", on=card if card.labels else await resident.finds("解决了", within=20))
    await resident.sees("已办结", within=20)
    await resident.presses("满意", about=number, within=20)
    await resident.sees("您的评价：满意", within=20)
