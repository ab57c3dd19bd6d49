"""Who says where it is and then says otherwise, in words, by editing, by a plate or by a point, is heard: never silently the old place."""

from __future__ import annotations

import pytest

from tests.unit.bot.test_resident import PHOTO, Chat
from workflow.model import Point

OLD = "440703103205"
MATTER = "杜阮镇井根村垃圾没人清"
ELSEWHERE = "开平市塘口镇强亚村路灯坏了"
CENTRE = Point(22.60552, 113.0095)  # of the old place's town
PLATE = "g440705107203001"


async def place(chat: Chat, number: int = 1) -> str:
    return (await chat.ticket(number)).place


@pytest.fixture
def there(chat: Chat) -> str:
    code = chat.language.places.locate(ELSEWHERE).code
    assert len(code) == 12 and not code.startswith("440703")
    return code


async def test_other_words_are_asked_about_and_the_answer_counts(chat: Chat, there: str) -> None:
    await chat.consented()
    await chat.says(MATTER)
    await chat.says("说错了，是开平市塘口镇强亚村")
    assert "几个地方" in chat.last()
    assert len(chat.labels()) == 3
    await chat.presses("强亚村")
    assert "强亚村" in chat.last() and "井根村" not in chat.last().split("办理")[0]
    await chat.presses("提交")
    assert await place(chat) == there


async def test_not_there_but_here_is_taken_at_once(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER)
    await chat.says("不是井根村，是龙榜村")
    assert "龙榜村" in chat.last() and "我这样理解" in chat.last()


async def test_a_changed_message_changes_the_place(chat: Chat, there: str) -> None:
    await chat.consented()
    await chat.says(MATTER, message_id="m-1")
    await chat.says(ELSEWHERE, message_id="m-1", edited=True)
    assert "强亚村" in chat.last()
    await chat.presses("提交")
    assert await place(chat) == there


async def test_a_typing_error_put_right_leaves_a_picked_place_alone(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER, message_id="m-1")
    await chat.presses("改地点")
    for name in ("蓬江区", "杜阮镇", "龙榜村", "就到这一级"):
        await chat.presses(name)
    await chat.says(f"{MATTER}！", message_id="m-1", edited=True)
    assert "龙榜村" in chat.last() and "我这样理解" in chat.last()


async def test_words_against_a_scanned_plate_are_asked_about(chat: Chat, there: str) -> None:
    await chat.consented()
    await chat.says(f"/start {PLATE}")
    await chat.says(ELSEWHERE)
    assert "几个地方" in chat.last()
    await chat.presses("强亚村")
    await chat.presses("提交")
    assert await place(chat) == there


async def test_words_before_the_notice_are_weighed_against_the_plate_too(chat: Chat) -> None:
    await chat.says(f"/start {PLATE}")
    await chat.says(ELSEWHERE)
    await chat.presses("继续")
    assert "几个地方" in chat.last()


async def test_words_inside_the_place_narrow_it(chat: Chat) -> None:
    await chat.consented()
    await chat.says("杜阮镇的垃圾堆没人清")
    await chat.says("在井根村")
    assert "井根村" in chat.last()
    await chat.presses("提交")
    assert await place(chat) == OLD


async def test_words_without_a_place_leave_it(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER)
    await chat.says("已经三天了，好臭")
    await chat.presses("提交")
    assert await place(chat) == OLD


async def test_where_somebody_lives_is_no_other_place(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER)
    await chat.says("我住在开平市塘口镇强亚村")
    await chat.presses("提交")
    assert await place(chat) == OLD


async def test_another_place_instead_of_those_that_were_asked_about_is_among_the_buttons(chat: Chat) -> None:
    await chat.consented()
    await chat.says("龙溪村的路灯坏了")
    await chat.says("开平市塘口镇强亚村")
    assert any("强亚村" in label for label in chat.labels()) and len(chat.labels()) <= 5
    await chat.presses("都不是")
    assert "在哪里" in chat.last() or "没找到" in chat.last()


@pytest.mark.parametrize("first", ["words", "point", "both"])
async def test_a_point_far_from_the_words_is_asked_about(chat: Chat, there: str, first: str) -> None:
    await chat.consented()
    if first == "both":
        await chat.says(ELSEWHERE, location=CENTRE)
    else:
        for step in ("words", "point") if first == "words" else ("point", "words"):
            await chat.says(ELSEWHERE if step == "words" else "", location=CENTRE if step == "point" else None)
    assert "相距很远" in chat.last()
    assert len(chat.labels()) <= 5
    await chat.presses("强亚村")
    assert "我这样理解" in chat.last()
    await chat.says("已经坏了很久", files=(PHOTO,))
    assert "我这样理解" in chat.last(), "it is asked once"
    await chat.presses("提交")
    assert await place(chat) == there


async def test_a_point_near_the_words_is_not_asked_about(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER, location=CENTRE)
    assert "我这样理解" in chat.last()


async def test_a_point_outside_the_city_is_said_and_the_words_count(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER, location=Point(39.9, 116.4))
    assert "不在本市" in chat.screen["resident"][-2][1].html
    assert "我这样理解" in chat.last()


async def test_a_plate_scanned_in_the_middle_fills_in_the_place(chat: Chat) -> None:
    await chat.consented()
    await chat.says("路灯坏了三天")
    assert "在哪里" in chat.last()
    await chat.says(f"/start {PLATE}")
    assert "我这样理解" in chat.last() and "古井镇" in chat.last()
    await chat.presses("提交")
    ticket = await chat.ticket()
    assert (ticket.place, ticket.text) == (PLATE[1:], "路灯坏了三天")


async def test_a_plate_elsewhere_is_asked_about(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER)
    await chat.says(f"/start {PLATE}")
    assert "几个地方" in chat.last()
    assert any("古井镇" in label for label in chat.labels()) and any("井根村" in label for label in chat.labels())
