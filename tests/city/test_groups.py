"""A unit's group chat, and groups that are nobody's."""

from __future__ import annotations

from itertools import count

import pytest

from tests.botapi import Person
from tests.city import steps
from tests.city.counter import Counter
from tests.city.test_staff import state

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]
_CHATS = count(-1001, -1)


async def bound(counter: Counter, role: str, unit: str, place: str, *members: Person) -> tuple[int, list[Person]]:
    """A group at a post; its members as they talk there."""
    chat = next(_CHATS)
    there = counter.server.group(chat, *members)
    await there[0].says(f"/start@counter_bot {await counter.code(role, unit, place)}")
    await there[0].sees("已绑定")
    return chat, there


async def filed(counter: Counter) -> str:
    return await steps.files(await counter.resident())


async def test_a_unit_works_in_its_group(counter: Counter) -> None:
    member, stranger = await counter.hire("grid_worker", "", steps.GRID), counter.person()
    _, (here, other) = await bound(counter, "grid_worker", "", steps.GRID, member, stranger)
    number = await filed(counter)
    await steps.sends_to_the_grid(counter.staff["officer"], number)
    card = await here.finds("签收", about=number)
    refused = await other.toast(await other.presses("签收", on=card))
    assert "不由您办理" in refused and number not in refused
    assert await state(counter, number) == "DISPATCHED"
    await steps.signs(here, number)
    assert await state(counter, number) == "HANDLING"
    await here.presses("办结反馈", about=number)
    await here.sees("请发")
    await other.says("我看还没清完")
    await here.says("已清运，每周三次")
    draft = await here.sees("已收到：文字 8 字")
    assert "交给综治中心" in "".join(draft.labels), "whoever only talks does not write the reply"
    await here.presses("交给综治中心")
    assert await state(counter, number) == "REPLIED"


async def test_two_colleagues_do_not_write_over_each_other(counter: Counter) -> None:
    first, second = await counter.hire("grid_worker", "", steps.GRID), await counter.hire("grid_worker", "", steps.GRID)
    _, (here, there) = await bound(counter, "grid_worker", "", steps.GRID, first, second)
    number = await filed(counter)
    await steps.sends_to_the_grid(counter.staff["officer"], number)
    await steps.signs(here, number)
    await here.presses("办结反馈", about=number)
    await here.sees("请发")
    assert "同事正在" in await there.toast(await there.presses("联系居民", about=number))
    await here.says("已清运")
    await here.sees("已收到：文字 3 字")


async def test_nobody_files_a_complaint_by_talking_in_a_group(counter: Counter) -> None:
    member, stranger = await counter.hire("grid_worker", "", steps.GRID), counter.person()
    chat, (here, other) = await bound(counter, "grid_worker", "", steps.GRID, member, stranger)
    before = len(counter.server.transcript(chat))
    for words in (steps.LITTER, "楼下好大煤气味", "/my", "/status JM-261125-0001", "/todo@another_bot", "/help@another_bot"):
        await here.says(words)
        await other.says(words)
    await other.sends_photo()
    await other.says("/todo")
    await here.says("/todo")
    await here.sees("待办")
    await counter.settled()
    spoken = [said for said in counter.server.transcript(chat)[before:] if said.by_bot]
    assert len(spoken) == 1, "the one /todo of the one who holds a post"
    assert await counter.tickets_of(member) == await counter.tickets_of(stranger) == ()
    assert not await counter.knows(stranger.id), "who only talks there is not noted"


async def test_a_group_hears_only_what_its_post_may(counter: Counter) -> None:
    officer = counter.staff["officer"]
    chat, (here,) = await bound(counter, "department", "chengguan", steps.COUNTY, officer)
    number = await filed(counter)
    await officer.sees(number, ever=True)
    await here.says(f"/inspect {number}")
    await here.sees("没有找到")
    await here.says("/queue")
    await here.sees("没有待受理")
    await here.says("/todo")
    await here.sees("没有待办")
    await here.says("/console")
    await counter.settled()
    assert not [said for said in counter.server.transcript(chat) if said.by_bot and ("垃圾" in said.text or number in said.text)]


async def test_the_bot_is_silent_where_it_is_nobodys(counter: Counter) -> None:
    chat, stranger = next(_CHATS), counter.person()
    here, worker = counter.server.group(chat, stranger, counter.staff["worker"])
    for words in ("/start", "/help", "/todo", "/start@counter_bot", "/start@counter_bot wrongcodewrongcodewrongcode", steps.LITTER):
        await here.says(words)
        await worker.says(words)
    await here.sends_raw(new_chat_members=[{"id": 1, "is_bot": True, "first_name": "Counter"}])
    await here._member("left", "member")
    await counter.settled()
    assert [said for said in counter.server.transcript(chat) if said.by_bot] == []
    assert not await counter.knows(chat)
    assert not await counter.knows(stranger.id)


async def test_a_group_that_threw_us_out_is_told_of_to_the_hub(counter: Counter) -> None:
    second = "440703103205002"
    chat, (here,) = await bound(counter, "grid_worker", "", second, counter.person())
    officer = counter.staff["officer"]
    await here._member("member", "kicked")
    counter.server.block(chat)
    number = await filed(counter)
    await officer.presses("第2网格", about=number)
    told = await officer.sees("收不到机器人的消息")
    assert number in told.text
    await officer.sees("改派", ever=True)


async def test_a_group_that_became_a_supergroup_keeps_its_post(counter: Counter) -> None:
    member = await counter.hire("grid_worker", "", steps.GRID)
    chat, _ = await bound(counter, "grid_worker", "", steps.GRID, member)
    moved = next(_CHATS)
    (there,) = counter.server.group(moved, member)
    counter.server.migrate(chat, moved)
    number = await filed(counter)
    await steps.sends_to_the_grid(counter.staff["officer"], number)
    await there.finds("签收", about=number)
    assert not await counter.knows(chat) and await counter.knows(moved)
