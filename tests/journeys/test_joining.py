"""Two neighbours and one heap of litter, through the web chat: HTTP, inbox, understanding, desk, outbox, cards, on a real database."""

from __future__ import annotations

from app import demo
from tests.journeys import test_web_chat
from tests.journeys.test_web_chat import Counter, Person

counter = test_web_chat.counter
FIRST = "杜阮井根村村口的垃圾堆三天没人清，好臭，我家是三巷9号"
SECOND = "井根村村口垃圾堆没人清，老鼠到处跑"


async def comes(counter: Counter, says: str) -> Person:
    token, _ = await counter.city.mailbox.open_chat()
    person = Person(counter.client, token)
    await person.says(says)
    await person.presses("继续")
    await person.sees("我这样理解")
    return person


async def test_a_neighbour_joins_and_hears_the_same_to_the_end(counter: Counter) -> None:
    worker, officer = counter.worker, counter.officer
    await worker.sees("已绑定")
    await officer.sees("已绑定")
    reporter = await comes(counter, FIRST)
    await reporter.presses("提交")
    await reporter.sees("JM-")
    neighbour = await comes(counter, SECOND)
    assert "可能已有人反映同一件事" in await neighbour.sees("我这样理解")
    await neighbour.presses("加入第 1 件")
    await neighbour.sees("您已加入")
    await officer.sees("已有 2 人反映")
    await officer.presses("受理并派")
    await neighbour.sees("已派单")
    await worker.sees("另一位市民：井根村村口垃圾堆没人清")
    await worker.presses("签收")
    await worker.presses("办结反馈")
    await worker.says("已清运，每周三次保洁")
    await worker.presses("综治中心")
    await officer.presses("通过")
    assert "已清运" in await neighbour.sees("有答复了")
    await neighbour.presses("没解决")
    await officer.sees("1 人说没解决")
    await reporter.presses("解决了")
    await neighbour.sees("已办结")
    assert await demo.counts(counter.city) == {"CLOSED": 1}
    shown = "".join(message["html"] for message in neighbour.messages.values())
    assert [word for word in ("三巷", "9号", "好臭") if word in shown] == []
    assert SECOND not in "".join(message["html"] for message in reporter.messages.values())


async def test_the_same_join_that_comes_twice_is_one(counter: Counter) -> None:
    reporter = await comes(counter, FIRST)
    await reporter.presses("提交")
    await reporter.sees("JM-")
    neighbour = await comes(counter, SECOND)
    key = neighbour._button("加入第 1 件")
    assert key is not None
    for update_id in ("the-same-update", "the-same-update", ""):
        await neighbour.sends(update_id, button=key[1], message_id=key[0])
    await neighbour.sees("共 2 人反映")
    await neighbour.says("/my")
    await neighbour.sees("您加入了 1 件")
    assert await demo.counts(counter.city) == {"REGISTERED": 1}
