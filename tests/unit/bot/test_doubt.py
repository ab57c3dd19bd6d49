"""How sure the topic is decides what the card shows; whatever it shows can be sent as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.bot.test_resident import Chat
from workflow.region import Sureness

POND = "杜阮镇井根村鱼塘边有人直排污水，水都黑了"
BEST, SECOND = "水气土污染", "养殖与农业农村"
LAMP_AND_LEAK = "杜阮井根村村口路灯不亮一个星期了。另外楼上漏水，天花板都湿了"
ALSO, UNSURE = "也可能是别的类别", "还看不准是哪一类"


def never_sure(chat: Chat) -> None:
    chat.region = replace(chat.region, sureness=Sureness(sure=1, unsure=1))


async def shown(chat: Chat, text: str = POND) -> str:
    await chat.consented()
    await chat.says(text)
    return chat.last()


async def test_a_sure_topic_stands_alone(chat: Chat) -> None:
    chat.region = replace(chat.region, sureness=Sureness(sure=0.1, unsure=0.1))
    card = await shown(chat)
    assert BEST in card and ALSO not in card and UNSURE not in card
    assert chat.labels()[0] == "提交" and SECOND not in chat.labels()


async def test_a_likely_topic_stands_with_the_others_to_choose_from(chat: Chat) -> None:
    card = await shown(chat)
    assert f"事项　{BEST}（依据：" in card and ALSO in card
    assert chat.labels()[:4] == [BEST, SECOND, "都不是", "提交"]
    await chat.presses("提交")
    assert (await chat.ticket()).topic == "E3.1"


async def test_one_tap_chooses_and_what_is_said_later_changes_nothing_of_it(chat: Chat) -> None:
    await shown(chat)
    await chat.presses(SECOND)
    assert f"事项　{SECOND}\n" in chat.last(), "chosen, so not because of any word"
    assert chat.labels()[0] == "提交" and ALSO not in chat.last()
    await chat.says("路灯也坏了")

    await chat.presses("提交")
    assert (await chat.ticket()).topic == "E3.2"


async def test_none_of_them_leads_to_all_topics(chat: Chat) -> None:
    await shown(chat)
    await chat.presses("都不是")
    assert "请选大类" in chat.last()
    await chat.presses("市容环卫")
    await chat.presses("环境卫生与垃圾")
    await chat.presses("提交")
    assert (await chat.ticket()).topic == "E1.2"


async def test_an_unsure_topic_is_asked_about_and_may_be_left_to_the_hub(chat: Chat) -> None:
    never_sure(chat)
    card = await shown(chat)
    assert UNSURE in card and BEST not in card and "主办建议" not in card
    assert chat.labels()[:4] == [BEST, SECOND, "都不是", "提交"]
    await chat.presses("提交")
    ticket = await chat.ticket()
    assert (ticket.topic, ticket.understanding["topics"], ticket.understanding["chosen"]) == ("", ["E3.1", "E3.2"], "")
    labels = chat.labels("officer")
    assert [label for label in labels if "类别改为" in label] == [f"类别改为 {BEST}", f"类别改为 {SECOND}"]
    await chat.presses(SECOND, "officer")
    assert (await chat.ticket()).topic == "E3.2"


async def test_an_unsure_topic_may_be_chosen(chat: Chat) -> None:
    never_sure(chat)
    await shown(chat)
    await chat.presses(SECOND)
    assert UNSURE not in chat.last() and SECOND in chat.last()
    await chat.presses("提交")
    assert (await chat.ticket()).topic == "E3.2"


async def test_a_guess_about_something_pressing_stands(chat: Chat) -> None:
    never_sure(chat)
    card = await shown(chat, "杜阮井根村停水两天了")
    assert ALSO in card and UNSURE not in card
    await chat.presses("提交")
    assert (await chat.ticket()).topic == "E2.2"


@pytest.mark.parametrize("text", ["杜阮井根村煤气泄漏，味道很大", "杜阮井根村有人要跳楼"])
async def test_danger_is_never_asked_about(chat: Chat, text: str) -> None:
    never_sure(chat)
    await chat.consented()
    await chat.says(text)
    assert (await chat.ticket()).urgent
    assert not any(UNSURE in message.html or ALSO in message.html for _, message in chat.screen["resident"])


async def test_a_report_about_somebody_has_no_kinds_to_choose_from(chat: Chat) -> None:
    never_sure(chat)
    card = await shown(chat, "我要举报杜阮镇井根村村支书贪污集体分红，垃圾也没人清")
    assert "检举控告" in card and UNSURE not in card and "都不是" not in chat.labels()


async def test_several_matters_on_one_card_stay_as_they_are(chat: Chat) -> None:
    never_sure(chat)
    card = await shown(chat, LAMP_AND_LEAK)
    assert "2 件事" in card and UNSURE not in card and "都不是" not in chat.labels()
    await chat.presses("分成")
    assert all([(await chat.ticket(number)).topic for number in (1, 2)])


async def test_choices_stand_below_what_may_be_the_same_matter(chat: Chat) -> None:
    await shown(chat)
    await chat.presses("提交")
    await chat.says("我也是井根村的，鱼塘边有人直排污水，水都黑了", "neighbour")
    await chat.presses("继续", "neighbour")
    labels = chat.labels("neighbour")
    assert BEST in labels and SECOND in labels and "提交" not in labels
    assert labels.index("都不是") > 1
