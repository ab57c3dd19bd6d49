"""The staff's half, each in their own chat, and a unit's group."""

from __future__ import annotations

import asyncio

import pytest

from tests.botapi import Person
from tests.city import steps
from tests.city.counter import Counter

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]


async def dispatched(counter: Counter) -> tuple[Person, str]:
    resident = await counter.resident()
    number = await steps.files(resident)
    await steps.sends_to_the_grid(counter.staff["officer"], number)
    return resident, number


async def handling(counter: Counter) -> tuple[Person, str]:
    resident, number = await dispatched(counter)
    await steps.signs(counter.staff["worker"], number)
    return resident, number


async def state(counter: Counter, number: str) -> str:
    await counter.settled()
    return str((await counter.inspect(number))["state"])


async def test_returned_with_a_reason_and_sent_to_somebody_else(counter: Counter) -> None:
    _, number = await dispatched(counter)
    worker, officer, department = (counter.staff[name] for name in ("worker", "officer", "department"))
    await worker.presses("退回", about=number)
    await worker.sees("为什么退回")
    await worker.says("这是主干道，由城管负责")
    returned = await officer.sees("被退单", ever=True)
    assert "这是主干道" in returned.text and number in returned.text
    await officer.presses("城市管理和综合执法局", about=number)
    card = await department.sees(number, ever=True)
    assert "签收" in card.labels
    assert await state(counter, number) == "DISPATCHED"
    assert "不再" not in (await worker.sees(number, ever=True)).text
    assert not (await worker.sees(number, ever=True)).labels, "whom it left has no buttons"


async def test_more_time_is_asked_and_granted_and_the_resident_hears_why(counter: Counter) -> None:
    resident, number = await handling(counter)
    worker, officer = counter.staff["worker"], counter.staff["officer"]
    before = {clock["name"]: clock["due_at"] for clock in (await counter.inspect(number))["deadlines"]}
    await worker.presses("申请延期", about=number)
    await worker.sees("为什么要延期")
    await worker.says("要等清运车从县里调来")
    offered = await worker.sees("需要延长多久")
    await worker.presses(offered.labels[0], on=offered)
    asked = await officer.sees("申请延期", ever=True)
    assert "清运车" in asked.text
    await officer.presses("同意延期", about=number)
    told = await resident.sees("延期办理", ever=True)
    assert "清运车" in told.text
    await counter.settled()
    after = {clock["name"]: clock["due_at"] for clock in (await counter.inspect(number))["deadlines"]}
    assert after["reply"] > before["reply"]


async def test_worker_and_resident_talk_without_numbers(counter: Counter) -> None:
    resident, number = await handling(counter)
    worker = counter.staff["worker"]
    await worker.presses("联系居民", about=number)
    await worker.sees("转给市民的话")
    await worker.says("请问垃圾堆在村口哪一边？我的电话 13912345678")
    asked = await resident.sees("给您留言")
    assert "13912345678" in asked.text or "139****5678" in asked.text
    await resident.says("在村口左边的电线杆旁", reply_to=asked)
    heard = await worker.sees("电线杆", ever=True)
    assert str(resident.id) not in heard.text
    await worker.says("好的，马上去", reply_to=heard)
    await resident.sees("马上去")
    assert (await counter.kinds(number)).count("relayed") == 3


async def test_declined_with_reason_and_route_and_the_resident_objects(counter: Counter) -> None:
    resident, officer = await counter.resident(), counter.staff["officer"]
    number = await steps.files(resident)
    await officer.presses("不予受理", about=number)
    await officer.sees("为什么不予受理")
    await officer.says("已由法院立案")
    await officer.sees("哪里反映")
    await officer.says("请向蓬江区人民法院反映")
    told = await resident.sees("不予受理", ever=True)
    assert "已由法院立案" in told.text and "蓬江区人民法院" in told.text
    assert await state(counter, number) == "DECLINED"
    await officer.presses("异议成立", about=number)
    await officer.sees("异议成立的理由")
    await officer.says("核实后未立案")
    assert await state(counter, number) == "REGISTERED"


async def test_the_hub_sends_a_thin_reply_back(counter: Counter) -> None:
    _, number = await handling(counter)
    worker, officer = counter.staff["worker"], counter.staff["officer"]
    await steps.reports_back(worker, number, photo=False, text="已清")
    await officer.presses("退回重办", about=number)
    await officer.sees("哪里不够")
    await officer.says("请附现场照片")
    back = await worker.sees("请附现场照片", ever=True)
    assert number in back.text
    assert await state(counter, number) == "HANDLING"


async def test_two_press_at_once_and_one_wins(counter: Counter) -> None:
    _, number = await dispatched(counter)
    worker, colleague = counter.staff["worker"], counter.staff["colleague"]
    cards = [await person.finds("签收", about=number) for person in (worker, colleague)]
    queries = await asyncio.gather(worker.presses("签收", on=cards[0]), colleague.presses("签收", on=cards[1]))
    toasts = sorted([await worker.toast(queries[0]), await colleague.toast(queries[1])], key=lambda toast: "已办" in toast)
    assert "已办" in toasts[1] and "已办" not in toasts[0] and toasts[0]
    assert (await counter.kinds(number)).count("sign") == 1


async def test_a_button_pressed_twice_moves_once(counter: Counter) -> None:
    _, number = await dispatched(counter)
    worker = counter.staff["worker"]
    card = await worker.finds("签收", about=number)
    data = card.button("签收")
    assert data is not None
    queries = [await worker.presses_data(data["callback_data"], card) for _ in range(2)]
    assert "已办" in await worker.toast(queries[0])
    assert "已不适用" in await worker.toast(queries[1])
    assert (await counter.kinds(number)).count("sign") == 1


async def test_a_stranger_presses_and_learns_nothing(counter: Counter) -> None:
    _, number = await dispatched(counter)
    card = await counter.staff["worker"].finds("签收", about=number)
    data = card.button("签收")
    assert data is not None
    stranger = await counter.resident()
    mine = stranger.seen()[-1]
    ticket = await counter.ticket(number)
    for forged in (data["callback_data"], f"s:full:{ticket.id}", f"s:open:{ticket.id}", f"r:show:{ticket.id}", f"r:gone:{ticket.id}"):
        toast = await stranger.toast(await stranger.presses_data(forged, mine))
        assert number not in toast and "垃圾" not in toast
    await counter.settled()
    assert not [said for said in stranger.seen() if number in said.text]
    assert await state(counter, number) == "DISPATCHED"


@pytest.mark.parametrize(
    "data", ["", "m", "m:sign", "m:sign:x:0", "m:nonsense:1:0", "s:full:99999999", "i:submit:gone", "r:show:x", "x:y", "字"]
)
async def test_buttons_of_last_month_and_of_nobody(counter: Counter, data: str) -> None:
    for person in (await counter.resident(), counter.staff["worker"]):
        toast = await person.toast(await person.presses_data(data, person.seen()[-1]))
        assert toast


async def test_a_code_works_once_and_says_what_is_wrong_with_it(counter: Counter) -> None:
    code = await counter.code("grid_worker", "", steps.GRID)
    first, second = counter.person(), await counter.resident()
    await first.says(f"/start {code}")
    await first.sees("已绑定")
    await first.says(f"/start {code}")
    await first.sees("已绑定")
    await second.says(f"/start {code}")
    await second.sees("已经用过")
    await second.says("/start abcdefghijklmnopqrstuvwx")
    await second.sees("邀请码不正确")
    stale = await counter.code("grid_worker", "", steps.GRID)
    counter.clock.move(days=8)
    await second.says(f"/start {stale}")
    await second.sees("已过期")
    await second.says("/todo")
    await second.sees("/my")


async def test_menus_follow_the_post(counter: Counter) -> None:
    await counter.settled()
    menus = counter.server.methods.commands
    assert [*menus[f"chat {counter.staff['worker'].id}", ""]][:2] == ["todo", "inspect"]
    assert "queue" in menus[f"chat {counter.staff['officer'].id}", ""]
    assert "queue" in menus[f"chat {counter.staff['discipline'].id}", ""]
    assert next(iter(menus[f"chat {counter.staff['admin'].id}", ""])) == "inspect"
    assert {("all_private_chats", tag) for tag in ("", "zh", "en")} | {("all_group_chats", tag) for tag in ("", "zh", "en")} <= menus.keys()
    assert menus["all_private_chats", "en"]["my"].startswith("My")
    for person in counter.staff.values():
        for command in menus[f"chat {person.id}", ""]:
            await person.says(f"/{command}")
            assert (await person.sees_new()).text
