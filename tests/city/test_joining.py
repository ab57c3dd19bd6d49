"""Joining somebody else's matter, by Telegram."""

from __future__ import annotations

import pytest

from tests.city import steps
from tests.city.counter import Counter

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]
SECOND = "井根村村口垃圾堆没人清，老鼠到处跑，我是6栋的陈大文"


async def test_a_neighbour_joins_adds_and_leaves_by_telegram(counter: Counter) -> None:
    reporter, neighbour, officer = await counter.resident(), await counter.resident(), counter.staff["officer"]
    number = await steps.files(reporter)
    await neighbour.says(SECOND)
    assert "可能已有人反映同一件事" in (await neighbour.sees(steps.UNDERSTOOD)).text
    await neighbour.presses("加入第 1 件")
    card = await neighbour.sees("您已加入")
    assert number in card.text
    await officer.sees("已有 2 人反映", within=20)
    await neighbour.says("后面还有一堆", reply_to=card)
    await neighbour.sees("已补充到")
    await steps.sends_to_the_grid(officer, number)
    await neighbour.sees("已派单", within=20)
    await neighbour.presses("退出关注", within=20)
    await neighbour.presses("确定退出")
    await neighbour.sees("您已不再关注")
    assert await counter.kinds(number) == ["registered", "joined", "seconded", "accept", "dispatch", "left"]
    await steps.signs(counter.staff["worker"], number)
    await counter.settled()
    assert all("老鼠" not in said.text and "陈大文" not in said.text for said in reporter.seen())
    assert all("好臭" not in said.text for said in neighbour.seen())


async def test_a_reporter_who_withdraws_leaves_it_to_the_neighbour(counter: Counter) -> None:
    reporter, neighbour = await counter.resident(), await counter.resident()
    number = await steps.files(reporter, "杜阮镇龙榜村祠堂后面有人倒建筑垃圾，一地都是")
    await neighbour.says("龙榜村祠堂后面又有人倒建筑垃圾")
    await neighbour.presses("加入第 1 件")
    await neighbour.sees("您已加入")
    await reporter.presses("撤回", about=number)
    await reporter.presses("确定撤回")
    await reporter.sees("还有其他市民反映同一件事")
    after = await counter.ticket(number)
    assert (after.state, after.reporter) == ("REGISTERED", None)
    assert (await counter.kinds(number))[-1] == "withdrawn_shared"
