"""Two matters in one message, walked to 办结 through the web chat: two tickets, one card, one last word."""

from __future__ import annotations

import asyncio
import re

from app import demo
from tests.journeys.test_web_chat import PATIENCE, Counter, Person, counter

__all__ = ["counter"]
TWO = "杜阮井根村村口的垃圾堆三天没人清，好臭。另外楼上漏水，天花板都湿了"
NUMBER = re.compile(r"JM-\d{6}-\d{4}")


async def presses_on(person: Person, number: str, label: str) -> None:
    """A button on the card of one ticket; the other's number may stand on it, too."""
    async with asyncio.timeout(PATIENCE):
        while (found := _on(person, number, label)) is None:
            await person.reads()
    await person.sends(button=found[1], message_id=found[0])


def _on(person: Person, number: str, label: str) -> tuple[str, str] | None:
    cards = [message for message in person.messages.values() if f"<b>{number}</b>" in message["html"]]
    for message in reversed(cards):
        for key in (key for line in message["buttons"] for key in line):
            if label in key["label"]:
                return str(message["id"]), str(key["data"])
    return None


async def is_handled(hall: Counter, number: str) -> None:
    """One of the tickets, from the hub's card to the resident's verdict."""
    await presses_on(hall.officer, number, "受理并派")
    await presses_on(hall.worker, number, "签收")
    await presses_on(hall.worker, number, "办结反馈")
    await hall.worker.says("已处理，每周回访")
    await hall.worker.presses("综治中心")
    await presses_on(hall.officer, number, "通过")
    await presses_on(hall.resident, number, "解决了")
    await hall.resident.sees(f"{number} 已办结")


async def test_two_matters_go_apart_and_end_together(counter: Counter) -> None:
    resident = counter.resident
    await counter.officer.sees("已绑定")
    await counter.worker.sees("已绑定")
    await resident.says("/start")
    await resident.presses("继续")
    await resident.says(TWO)
    assert "环境卫生与垃圾" in (card := await resident.sees("2 件事")) and "邻里与婚姻家庭纠纷" in card
    await resident.presses("分成 2 件办")
    first, second = NUMBER.findall(await resident.sees("已登记，分成"))
    assert f"同一来信的第 1/2 件，另有 {second}" in await counter.officer.sees(f"<b>{first}</b>")
    await is_handled(counter, first)
    live = await resident.sees(f"<b>{first}</b> · 已办结　查询码")
    assert f"<b>{second}</b> · 已登记" in live and "全部办结" not in live
    assert await demo.counts(counter.city) == {"CLOSED": 1, "REGISTERED": 1}
    await is_handled(counter, second)
    assert first in (last := await resident.sees("全部办结")) and second in last
    await presses_on(resident, second, "满意")
    await resident.sees("您的评价：满意")
    assert await demo.counts(counter.city) == {"CLOSED": 2}
    assert sum("全部办结" in message["html"] for message in resident.messages.values()) == 1
