"""Praise is thanked for and counted once; filed only if somebody asks for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from storage.tables import praises, tickets
from tests.unit.bot.test_resident import PHOTO, Chat
from workflow.model import Intent

THANKS = "表扬井根村的网格员，垃圾清得很干净，谢谢"
PLACELESS = "表扬网格员，服务很好，谢谢"
VILLAGE = "440703103205"


async def counted(chat: Chat) -> list[tuple[str, str]]:
    async with chat.database.reading() as connection:
        rows = await connection.execute(select(praises.c.place, praises.c.topic).order_by(praises.c.place))
        return [(place, topic) for place, topic in rows]


async def filed(chat: Chat) -> int:
    async with chat.database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(tickets))).scalar_one())


async def thanks(chat: Chat, text: str = THANKS, **given: Any) -> None:
    await chat.says(text, **given)
    assert "谢谢您的肯定" in chat.last(), chat.last()


async def test_it_is_counted_by_place_and_topic_and_nobody_is_sent_anything(chat: Chat) -> None:
    await chat.consented()
    await thanks(chat)
    assert "井根村" in chat.last() and "转达" not in chat.last()
    assert chat.labels() == ["转给工作人员"]
    assert (await counted(chat), await filed(chat)) == ([(VILLAGE, "E1.2")], 0)
    assert "officer" not in chat.screen


async def test_without_a_place_it_is_the_citys(chat: Chat) -> None:
    await chat.consented()
    await thanks(chat, PLACELESS)
    assert "江门市" in chat.last()
    assert await counted(chat) == [("4407", "")]


async def test_the_same_words_once_more_are_thanked_for_and_not_counted(chat: Chat) -> None:
    await chat.consented()
    for text in (THANKS, THANKS, f"{THANKS} "):
        await thanks(chat, text)
    assert len(await counted(chat)) == 1
    await thanks(chat, PLACELESS)
    assert len(await counted(chat)) == 2


async def test_the_same_update_twice_counts_once(chat: Chat) -> None:
    await chat.consented()
    await thanks(chat)
    chat.served -= 2
    assert await chat.says(THANKS) == "None", "served before"
    assert len(await counted(chat)) == 1


async def test_a_message_that_was_changed_is_counted_as_it_is_now(chat: Chat) -> None:
    await chat.consented()
    await thanks(chat, PLACELESS, message_id="own")
    await thanks(chat, THANKS, message_id="own", edited=True)
    assert await counted(chat) == [(VILLAGE, "E1.2")]
    await chat.says("投诉：井根村的垃圾堆没人清", message_id="own", edited=True)
    assert "我这样理解" in chat.last()
    assert await counted(chat) == []


async def test_what_is_said_next_is_something_else(chat: Chat) -> None:
    await chat.consented()
    await thanks(chat)
    await chat.says("杜阮镇龙榜村路灯坏了三天")
    await chat.presses("提交")
    assert (await chat.ticket()).text == "杜阮镇龙榜村路灯坏了三天"
    assert len(await counted(chat)) == 1


async def test_filed_after_all_it_is_a_ticket_and_no_longer_counted(chat: Chat) -> None:
    await chat.consented()
    await thanks(chat)
    await chat.presses("转给工作人员")
    await chat.presses("转给工作人员")
    await chat.presses("提交")
    ticket = await chat.ticket()
    assert (ticket.text, ticket.intent) == (THANKS, Intent.PRAISE)
    assert (await counted(chat), await filed(chat)) == ([], 1)


async def test_where_it_was_may_be_said_in_words_once_it_is_to_be_filed(chat: Chat) -> None:
    await chat.consented()
    await thanks(chat, PLACELESS)
    await chat.presses("转给工作人员")
    await chat.says("杜阮镇井根村")
    await chat.presses("提交")
    ticket = await chat.ticket()
    assert ticket.text.startswith(PLACELESS) and ticket.place == VILLAGE
    assert await counted(chat) == []


async def test_an_answered_question_that_is_to_be_filed_is_not_answered_again(chat: Chat) -> None:
    await chat.consented()
    await chat.says("80岁老人有冇高龄津贴？")
    await chat.presses("没解决，转人工")
    await chat.says("杜阮镇井根村")
    assert "依据：" not in chat.last() or "我这样理解" in chat.last()
    await chat.presses("提交")
    assert (await chat.ticket()).text.startswith("80岁")


async def test_praise_with_a_photo_is_for_somebody_to_see(chat: Chat) -> None:
    await chat.consented()
    await chat.says(THANKS, files=(PHOTO,))
    assert "我这样理解" in chat.last()
    assert await counted(chat) == []


async def test_where_it_was_may_be_said_of_praise_with_a_photo(chat: Chat) -> None:
    await chat.consented()
    await chat.says(PLACELESS, files=(PHOTO,))
    await chat.says("杜阮镇井根村")
    await chat.presses("提交")
    ticket = await chat.ticket()
    assert (ticket.text, len(ticket.files)) == (f"{PLACELESS}\n杜阮镇井根村", 1)
    assert await counted(chat) == []


async def test_what_was_thanked_for_is_not_asked_about_after_something_else(chat: Chat) -> None:
    await chat.filed()
    await thanks(chat)
    await chat.presses("补充")
    await chat.says("还有老鼠")
    assert "我这样理解" not in chat.last()
    assert len(await counted(chat)) == 1


async def test_a_button_of_before_the_message_was_changed_counts_nothing_twice(chat: Chat) -> None:
    await chat.consented()
    await chat.says("投诉：井根村的垃圾堆没人清", message_id="own")
    await thanks(chat, message_id="own", edited=True)
    assert len(await counted(chat)) == 1
    await chat.presses("提交")
    assert (await filed(chat), await counted(chat)) == (1, [])
