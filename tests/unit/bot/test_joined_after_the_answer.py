"""What somebody who joined says after the answer leads somewhere: the hub can send it back or take it up again."""

from __future__ import annotations

import pytest

from tests.unit.bot.test_joining import ALIKE, comes, joined, tickets
from tests.unit.bot.test_resident import Chat
from workflow.commands import Move
from workflow.states import State, Trigger


async def test_not_solved_by_a_joiner_is_sent_back_by_the_hub(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    await chat.to_closed(ticket)
    await chat.presses("没解决", "neighbour")
    assert "请看卡片" in chat.last("officer")
    assert "退回重办" in chat.labels("officer")
    await chat.presses("退回重办", "officer")
    await chat.says("后面那堆还在", "officer")
    after = await chat.ticket()
    assert (after.state, after.reworks) == (State.HANDLING, 1)
    assert "后面那堆还在" in chat.last("worker")
    assert "退回重办" in chat.last() and "退回重办" in chat.last("neighbour")


async def test_no_third_round_is_offered(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.to_closed(ticket)
    for reason in ("还在", "又来了"):
        await chat.move("officer", Move(ticket.id, Trigger.REWORK, reason=reason))
        await chat.move("worker", Move(ticket.id, Trigger.REPLY, result="再次清运"))
        await chat.move("officer", Move(ticket.id, Trigger.RELEASE))
    assert "退回重办" not in chat.labels("officer")


async def test_words_after_the_end_are_answered_truly_and_the_hub_takes_it_up_again(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    card = chat.newest("您已加入", "neighbour")
    await chat.to_closed(ticket)
    await chat.presses("解决了")
    await chat.says("又堆满了", "neighbour", reply_to=card)
    assert "已经办结" in chat.last("neighbour") and "承办人会看到" not in chat.last("neighbour")
    assert "又堆满了" in chat.last("officer")
    await chat.presses("重新办理", "officer")
    await chat.says("又堆满了，再去一次", "officer")
    assert (await chat.ticket()).state is State.HANDLING
    assert "重新办理" in chat.last("neighbour") and "重新办理" in chat.last("worker")


async def test_an_answered_ticket_is_not_offered_to_newcomers(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.to_closed(ticket)
    assert "同一件事" not in await comes(chat, "neighbour", says=ALIKE)
    await chat.presses("提交", "neighbour")
    assert await tickets(chat) == 2


@pytest.mark.parametrize("verb", ["rework", "reopen"])
async def test_nobody_but_the_hub_may(chat: Chat, verb: str) -> None:
    ticket = await chat.filed()
    await joined(chat)
    await chat.to_closed(ticket)
    await chat.hear("worker", button=f"s:{verb}:{ticket.id}")
    await chat.hear("neighbour", button=f"s:{verb}:{ticket.id}")
    assert (await chat.ticket()).state is State.EVALUATING
    assert "为什么" not in chat.last("worker")


async def test_words_of_danger_that_were_pressed_for_reach_the_ticket_as_well(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    cry = "这里有人拿刀砍人"
    await chat.presses("补充", "neighbour")
    await chat.says(cry, "neighbour")
    assert (await chat.ticket(2)).urgent
    assert [note.text for note in await chat.notes()][-1] == cry
    await chat.says("好像平静了，没事", "neighbour")
    assert [note.text for note in await chat.notes()][-1] == cry, "the step is done"
    await chat.says(cry, reply_to=chat.newest(ticket.number))
    assert [note.text for note in await chat.notes()][-1] == cry and len(await chat.notes()) == 3
    assert (await chat.ticket(3)).urgent


async def test_who_joined_is_not_asked_for_a_rating(chat: Chat) -> None:
    ticket = await chat.filed()
    await joined(chat)
    await chat.to_closed(ticket)
    await chat.says("/status 1", "neighbour")
    assert "待评价" in chat.last("neighbour")
    assert not any("评价。" in ready.html for _, ready in chat.screen["neighbour"])
    await chat.says("/status 1")
    assert "评价。" in chat.last()


@pytest.mark.parametrize(("command", "told"), [("/urge", "最初反映的市民"), ("/withdraw", "退出关注"), ("/add", "点“补充”")])
async def test_who_joined_is_told_what_they_can_do_instead(chat: Chat, command: str, told: str) -> None:
    ticket = await chat.filed()
    await joined(chat)
    for words in (command, f"{command} {ticket.number}", f"{command} 1"):
        await chat.says(words, "neighbour")
        assert told in chat.last("neighbour") and ticket.number in chat.last("neighbour")
        assert chat.labels("neighbour") == ["补充", "退出关注"]
    await chat.says(command, "stranger")
    await chat.presses("继续", "stranger")
    await chat.says(f"{command} {ticket.number}", "stranger")
    assert "没有找到" in chat.last("stranger")
