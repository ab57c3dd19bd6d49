"""加入 instead of a new ticket, in the chat, with the real language of a city: two people, one heap of litter."""

from __future__ import annotations

import pytest

import nlp
from bot.doors import ReadyMessage
from storage import SqlUnitOfWork
from tests.unit.bot import test_resident
from tests.unit.bot.test_resident import MATTER, PHOTO, Chat
from workflow.alike import Voices
from workflow.commands import Move
from workflow.states import State, Trigger

chat, language, region = test_resident.chat, test_resident.language, test_resident.region
ALIKE = "井根村村口垃圾堆没人清，老鼠到处跑"
OTHER = "杜阮井根村榕树头路灯不亮"
MINE = "我是三巷9号的李小红，电话13800138000，孩子都熏病了"


async def comes(chat: Chat, who: str, *, says: str = ALIKE) -> str:
    """Somebody new says the notice was read and tells of something; answers with the card."""
    await chat.says("/start", who)
    await chat.presses("继续", who)
    await chat.says(says, who)
    return chat.last(who)


async def joined(chat: Chat, who: str = "neighbour", *, says: str = ALIKE) -> None:
    await comes(chat, who, says=says)
    await chat.presses("加入第 1 件", who)


async def voices(chat: Chat, ticket_id: int = 1) -> Voices:
    async with SqlUnitOfWork(chat.database, reading=True) as uow:
        ticket = await uow.tickets.get(ticket_id)
        assert ticket is not None
        return await uow.followers.voices(ticket)


async def tickets(chat: Chat) -> int:
    async with SqlUnitOfWork(chat.database, reading=True) as uow:
        found = [await uow.tickets.get(number) for number in range(1, 9)]
    return sum(ticket is not None for ticket in found)


async def test_a_similar_open_ticket_is_offered_before_sending(chat: Chat) -> None:
    await chat.filed()
    card = await comes(chat, "neighbour")
    assert "我这样理解" in card and "可能已有人反映同一件事" in card
    assert "蓬江区 杜阮镇 井根村" in card and "1 人反映" in card
    assert chat.labels("neighbour")[:2] == ["加入第 1 件", "不是同一件，照旧提交"]


async def test_who_joins_is_told_of_every_step_and_staff_see_how_many(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    assert await tickets(chat) == 1
    assert "您已加入" in chat.last("neighbour") and ticket.number in chat.last("neighbour")
    assert "已有 2 人反映" in chat.last("officer")
    assert "另一位市民：井根村村口垃圾堆没人清" in chat.last("officer")
    await chat.to_closed(ticket)
    assert "已清运" in chat.last("neighbour")
    assert "没解决" in chat.labels("neighbour") and "解决了" not in chat.labels("neighbour")


async def test_not_the_same_is_filed_as_ever(chat: Chat) -> None:
    await chat.filed()
    await comes(chat, "neighbour")
    await chat.presses("照旧提交", "neighbour")
    assert await tickets(chat) == 2
    assert await voices(chat) == Voices(people=1)


async def test_something_else_in_the_same_village_is_not_offered(chat: Chat) -> None:
    await chat.filed()
    assert "同一件事" not in await comes(chat, "neighbour", says=OTHER)


async def test_another_village_is_not_offered(chat: Chat) -> None:
    await chat.filed()
    assert "同一件事" not in await comes(chat, "neighbour", says="杜阮镇龙榜村村口的垃圾堆三天没人清，好臭")


async def test_a_changed_topic_or_place_asks_anew(chat: Chat) -> None:
    await chat.filed()
    await comes(chat, "neighbour")
    await chat.presses("改地点", "neighbour")
    for name in ("蓬江区", "杜阮镇", "龙榜村", "就到这一级"):
        await chat.presses(name, "neighbour")
    assert "同一件事" not in chat.last("neighbour")
    assert chat.labels("neighbour")[0] == "提交"


async def test_who_writes_twice_is_led_to_their_own_ticket(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says(ALIKE + "，今天更臭了")
    assert f"补充到 {ticket.number}" in chat.labels()
    await chat.presses("补充到")
    assert await tickets(chat) == 1
    assert [note.text for note in await chat.notes()] == [ALIKE + "，今天更臭了"]
    assert (await voices(chat)).people == 1


async def test_the_same_words_twice_add_nothing(chat: Chat) -> None:
    await chat.filed()
    await chat.says(MATTER)
    await chat.presses("补充到")
    assert (await tickets(chat), await chat.notes()) == (1, [])


@pytest.mark.parametrize("words", ["楼下好大煤气味，头晕，杜阮井根村", "我要举报杜阮镇井根村村支书贪污集体分红"])
async def test_danger_and_reports_are_offered_nothing(chat: Chat, words: str) -> None:
    await chat.filed()
    await comes(chat, "neighbour", says=words)
    assert all("同一件事" not in ready.html for _, ready in chat.screen["neighbour"])
    assert all("j:" not in button.data for _, ready in chat.screen["neighbour"] for row in ready.buttons for button in row)


async def test_an_emergency_is_never_offered_to_others(chat: Chat) -> None:
    await comes(chat, "resident", says="井根村村口垃圾堆着火了，有人被困，救命")
    assert "同一件事" not in await comes(chat, "neighbour", says="杜阮井根村村口垃圾堆有烟味，没人清")


async def test_who_asked_to_stay_unseen_is_not_offered(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER)
    await chat.presses("匿名")
    await chat.presses("提交")
    assert "同一件事" not in await comes(chat, "neighbour")


async def test_a_made_up_button_joins_nothing(chat: Chat) -> None:
    await chat.filed()
    await comes(chat, "neighbour", says=OTHER)
    draft_id = next(b.data for _, ready in reversed(chat.screen["neighbour"]) for row in ready.buttons for b in row).split(":")[2]
    old, stranger = "这个按钮已经过期", "没有找到这件诉求"
    for data in (f"j:join:{draft_id}:1", f"j:mine:{draft_id}:1", "j:join:0:1", "j:join"):
        assert (await chat.hear("neighbour", button=data)).startswith(old)
    for data in ("j", "j:x", "j:show:1", "j:add:1", "j:leave:1", "j:gone:1", "j:doubt:1"):
        assert (await chat.hear("neighbour", button=data)).startswith(stranger)
    assert await voices(chat) == Voices(people=1)


async def test_what_ended_meanwhile_leaves_the_draft_to_be_filed(chat: Chat) -> None:
    ticket = await chat.filed()
    await comes(chat, "neighbour")
    await chat.move("officer", Move(ticket.id, Trigger.DECLINE, reason="不属于本级", route="县里"))
    assert "这一步已不适用" in await chat.presses("加入第 1 件", "neighbour")
    await chat.presses("照旧提交", "neighbour")
    assert await tickets(chat) == 2


async def test_a_joiner_looks_it_up_adds_and_leaves(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    await chat.says("/my", "neighbour")
    assert "您加入了 1 件" in chat.last("neighbour")
    for words in (f"/status {ticket.number}", "1", ticket.number):
        await chat.says(words, "neighbour")
        assert "您已加入 · 共 2 人反映" in chat.last("neighbour")
    await chat.presses("补充", "neighbour")
    await chat.says("今天还没人来", "neighbour", files=(PHOTO,))
    card = chat.newest("您已加入", "neighbour")
    await chat.says("又多了一堆", "neighbour", reply_to=card)
    assert [note.text for note in await chat.notes()][1:] == ["今天还没人来", "又多了一堆"]
    await chat.presses("退出关注", "neighbour")
    await chat.presses("确定退出", "neighbour")
    assert "不再关注" in chat.last("neighbour")
    assert (await voices(chat)).people == 1
    await chat.says("/my", "neighbour")
    assert "还没有提交过" in chat.last("neighbour")


async def test_a_joiner_s_own_message_that_is_changed_is_an_addition(chat: Chat) -> None:
    await chat.filed()
    await chat.says("/start", "neighbour")
    await chat.presses("继续", "neighbour")
    await chat.says(ALIKE, "neighbour", message_id="own")
    await chat.presses("加入第 1 件", "neighbour")
    await chat.says(ALIKE + "，还有蛇", "neighbour", message_id="own", edited=True)
    assert [note.text for note in await chat.notes()] == [ALIKE, ALIKE + "，还有蛇"]


async def test_not_solved_by_a_joiner_stands_on_the_hub_s_card(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    await chat.to_closed(ticket)
    await chat.presses("没解决", "neighbour")
    assert "已记下" in chat.last("neighbour")
    assert "1 人说没解决" in chat.last("officer")
    await chat.presses("补充", "neighbour")
    await chat.says("后面那堆还在", "neighbour")
    assert "后面那堆还在" in [note.text for note in await chat.notes()]
    await chat.presses("解决了")
    assert (await chat.ticket()).state is State.CLOSED
    assert "已办结" in chat.last("neighbour")


async def test_an_unclear_word_is_asked_about_also_where_one_only_joined(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    await chat.says("还没人来", "neighbour")
    assert "关于哪一件" in chat.last("neighbour")
    await chat.presses(f"补充到 {ticket.number}", "neighbour")
    assert [note.text for note in await chat.notes()][-1] == "还没人来"


async def test_words_about_a_refused_one_become_a_matter_of_their_own(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    await chat.move("officer", Move(ticket.id, Trigger.DECLINE, reason="不属于本级", route="县里"))
    card = chat.newest("不予受理", "neighbour")
    await chat.says("杜阮井根村村口的垃圾还在，没人清", "neighbour", reply_to=card)
    assert "我这样理解" in chat.last("neighbour")


async def test_copies_of_one_text_are_shown_as_people(chat: Chat) -> None:
    copy = "杜阮井根村村口的垃圾堆三天没人清，苍蝇蚊子到处飞，祠堂旁边的老人和学生天天路过都捂着鼻子，请马上派车清运"
    for who in ("a", "b", "c"):
        await comes(chat, who, says=copy)
        await chat.presses("提交", who)
    assert "3 人用相同文字反映" in chat.last("officer")


async def test_no_word_of_another_person_is_in_any_message_to_a_joiner(chat: Chat) -> None:
    """Two joiners and a reporter, all the way to the end and round again: nobody reads what another wrote, nor a number, door or name."""
    await chat.consented()
    await chat.says(MATTER + "，" + MINE)
    await chat.presses("提交")
    ticket = await chat.ticket()
    assert ticket.text
    await joined(chat, "neighbour", says=ALIKE + "，我家在6栋7号，姓名陈大文")
    await joined(chat, "aunt", says=ALIKE + "，我妈妈住院了")
    await chat.to_closed(ticket)
    await chat.presses("没解决")
    await chat.says("三巷9号门口那堆还在，我叫李小红")
    await chat.presses("没解决", "neighbour")
    await chat.move("worker", Move(ticket.id, Trigger.REPLY, result="再次清运，已电话告知13800138000"))
    await chat.move("officer", Move(ticket.id, Trigger.RELEASE))
    await chat.presses("解决了")
    mine = {
        "resident": ["三巷", "9号", "李小红", "13800138000", "熏病", "好臭"],
        "neighbour": ["6栋", "7号", "陈大文"],
        "aunt": ["妈妈", "住院"],
    }
    for reader in mine:
        shown = "\n".join(_shown(ready) for _, ready in chat.screen[reader])
        others = [word for who, words in mine.items() if who != reader for word in words]
        own_result = {"13800138000"} if reader == "resident" else set()
        assert [word for word in others if word in shown and word not in own_result] == []


def _shown(ready: ReadyMessage) -> str:
    return ready.html + " ".join(button.label + button.data for row in ready.buttons for button in row) + repr(ready.files)


def test_the_city_s_words_are_read(language: nlp.Language) -> None:
    assert language.likeness.gist(MATTER).words


