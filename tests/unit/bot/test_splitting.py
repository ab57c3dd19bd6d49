"""Several matters in one message: shown, parted by a tap, filed apart under one card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.resident import Reading, splitting
from storage import SqlUnitOfWork
from tests.unit.bot.test_resident import PHOTO, Chat
from workflow.commands import Move
from workflow.intake import Draft
from workflow.model import Outcome, Procedure, Ticket
from workflow.states import State, Trigger

LAMP = "杜阮井根村村口路灯不亮一个星期了。"
LEAK = "另外楼上漏水，天花板都湿了"
TWO = LAMP + LEAK
ELSEWHERE = "荷塘镇篁湾村垃圾没人清，另外棠下镇三堡村路灯不亮"
REPORT = "我要举报杜阮镇井根村村支书贪污集体分红。另外村口路灯不亮"


async def tickets(chat: Chat, who: str = "resident") -> list[Ticket]:
    async with SqlUnitOfWork(chat.database, reading=True) as uow:
        contact = await uow.contacts.by_address("test", who)
        assert contact is not None
        return sorted(await uow.tickets.of_reporter(contact.id, open_only=False), key=lambda ticket: ticket.id)


async def parted(chat: Chat, text: str = TWO) -> list[Ticket]:
    await chat.consented()
    await chat.says(text)
    await chat.presses("分成")
    return await tickets(chat)


async def test_both_are_shown_with_topic_place_words_and_why(chat: Chat) -> None:
    await chat.consented()
    await chat.says(TWO)
    card = chat.last()
    assert "2 件事" in card and "不会把另一件也结掉" in card
    assert "照明" in card.split("② <b>")[0] and "② <b>邻里与婚姻家庭纠纷</b>" in card
    assert "楼上漏水" in card and card.count("井根村") >= 2
    assert chat.labels() == ["分成 2 件办", "合成一件办", "改 ①", "改 ②", "补充", "匿名", "取消"]
    assert await tickets(chat) == []


async def test_a_tap_makes_two_and_one_card_for_both(chat: Chat) -> None:
    one, two = await parted(chat)
    assert (one.text, two.text) == (LAMP.rstrip("。"), LEAK)
    assert one.topic != two.topic and one.number != two.number
    assert one.place == two.place and one.letter_id == two.letter_id is not None
    assert [html for _, message in chat.screen["resident"] if "已登记" in (html := message.html)] == [chat.last()]
    card = chat.last()
    for ticket in (one, two):
        assert ticket.number in card and ticket.query_code in card
    assert "/my" in card and "演示系统" in card and "不服" in card
    assert len([message for _, message in chat.screen["officer"] if "新诉求" in message.html]) == 2


async def test_the_tap_comes_twice_and_the_second_finds_nothing(chat: Chat) -> None:
    await chat.consented()
    await chat.says(TWO)
    await chat.presses("分成")
    assert "过期" in await chat.presses("分成")
    assert len(await tickets(chat)) == 2


async def test_as_one_it_is_the_ordinary_card_with_a_way_back(chat: Chat) -> None:
    await chat.consented()
    await chat.says(TWO)
    await chat.presses("合成一件办")
    assert "我这样理解" in chat.last() and "提交" in chat.labels()
    await chat.presses("分成 2 件办")
    assert "2 件事" in chat.last()
    await chat.presses("合成一件办")
    await chat.presses("提交")
    (ticket,) = await tickets(chat)
    assert ticket.text == TWO and ticket.letter_id is None


async def test_each_has_its_own_place(chat: Chat) -> None:
    one, two = await parted(chat, ELSEWHERE)
    assert [chat.region.places[ticket.place].name[:2] for ticket in (one, two)] == ["篁湾", "三堡"]
    assert one.hub != two.hub


async def test_a_name_that_is_there_twice_is_looked_for_near_the_other(chat: Chat) -> None:
    one, two = await parted(chat, "杜阮井根村路灯坏了，另外龙溪村垃圾没人清")
    assert chat.region.places[two.place].name.startswith("龙溪")
    assert one.place[:9] == two.place[:9]


async def test_the_place_is_asked_once_for_all(chat: Chat) -> None:
    await chat.consented()
    await chat.says("村口路灯不亮一个星期了。" + LEAK)
    assert "在哪里" in chat.last()
    await chat.says("杜阮井根村")
    await chat.presses("分成")
    one, two = await tickets(chat)
    assert one.place == two.place == chat.language.places.locate(LAMP).code


async def test_a_place_from_the_list_is_for_all(chat: Chat) -> None:
    await chat.consented()
    await chat.says("村口路灯不亮一个星期了。" + LEAK)
    for label in ("从名单选", "蓬江区", "杜阮镇", "就到这一级"):
        await chat.presses(label)
    await chat.presses("分成")
    assert {ticket.place for ticket in await tickets(chat)} == {"440703103"}


async def test_files_and_namelessness_are_for_all(chat: Chat) -> None:
    await chat.consented()
    await chat.says(TWO, files=(PHOTO,))
    await chat.presses("匿名")
    assert "附件　1" in chat.last() and "匿名提交" in chat.last()
    await chat.presses("分成")
    assert [(ticket.files, ticket.anonymous) for ticket in await tickets(chat)] == [((PHOTO,), True)] * 2


async def test_one_of_them_can_be_put_right(chat: Chat) -> None:
    await chat.consented()
    await chat.says(TWO)
    await chat.presses("改 ②")
    assert "② “另外楼上漏水" in chat.last()
    await chat.presses("改类别")
    await chat.presses("全部类别")
    await chat.presses("消防")
    await chat.presses("房屋与坠物")
    assert "② <b>房屋与坠物安全隐患</b>" in chat.last()
    await chat.presses("改 ①")
    await chat.presses("改地点")
    await chat.presses("蓬江区")
    await chat.presses("荷塘镇")
    await chat.presses("就到这一级")
    await chat.presses("分成")
    one, two = await tickets(chat)
    assert ("照明" in chat.region.topics[one.topic].name, one.place) == (True, "440703102")
    assert (two.topic, two.place) == ("C2.3", chat.language.places.locate(LAMP).code)


async def test_going_back_changes_nothing(chat: Chat) -> None:
    await chat.consented()
    await chat.says(TWO)
    before = chat.last()
    await chat.presses("改 ②")
    await chat.presses("返回")
    assert chat.last() == before


async def test_an_edited_message_is_looked_at_again(chat: Chat) -> None:
    await chat.consented()
    await chat.says(TWO, message_id="own")
    old = chat.screen["resident"][-1]
    await chat.says(LAMP, message_id="own", edited=True)
    assert "我这样理解" in chat.last()
    apart = next(button for line in old[1].buttons for button in line if "分成" in button.label)
    await chat.hear("resident", button=apart.data, message_id=old[0])
    assert await tickets(chat) == [] and "我这样理解" in chat.last()
    await chat.says(TWO, message_id="own", edited=True)
    assert "2 件事" in chat.last()


async def test_a_second_message_may_hold_the_second_matter(chat: Chat) -> None:
    await chat.consented()
    await chat.says(LAMP)
    submit = next(button for line in chat.screen["resident"][-1][1].buttons for button in line if "提交" in button.label)
    await chat.says("有三盏。" + LEAK)
    assert "2 件事" in chat.last()
    await chat.hear("resident", button=submit.data, message_id="m")
    assert await tickets(chat) == []
    assert "2 件事" in chat.last()


async def test_an_offer_to_join_is_over_once_there_is_a_second_matter(chat: Chat) -> None:
    await chat.says("/start", "neighbour")
    await chat.presses("继续", "neighbour")
    await chat.says(LAMP, "neighbour")
    await chat.presses("提交", "neighbour")
    await chat.consented()
    await chat.says(LAMP)
    offered = chat.screen["resident"][-1]
    join = next(button for line in offered[1].buttons for button in line if button.data.startswith("j:join"))
    await chat.says("有三盏。" + LEAK)
    assert "过期" in await chat.hear("resident", button=join.data, message_id=offered[0])
    await chat.presses("分成")
    assert len(await tickets(chat)) == 2


def part(chat: Chat, text: str, *parts: str) -> Draft:
    """A draft of a text whose matters are known beforehand."""
    found = chat.language
    reading = Reading(found.classifier, found.places, found.answers, found.masker, found.likeness)
    spans = tuple((text.index(words), text.index(words) + len(words)) for words in parts)
    draft = replace(reading.again(Draft("x", text=text), chat.region), spans=spans, urgent=False)
    return splitting.parted(reading, draft, chat.region)


async def test_what_belongs_to_none_stays_with_each(chat: Chat) -> None:
    found = part(chat, "我住井根村。路灯不亮；楼上漏水。请尽快", "路灯不亮", "楼上漏水")
    assert [matter.text for matter in found.matters] == ["我住井根村。路灯不亮；请尽快", "我住井根村。楼上漏水。请尽快"]
    assert {matter.place for matter in found.matters} == {found.place}


async def test_what_one_desk_handles_as_one_thing_is_one_matter(chat: Chat) -> None:
    assert part(chat, "井根村垃圾没人清。占道摆摊也多", "垃圾没人清", "占道摆摊").matters == ()
    three = part(chat, "井根村垃圾没人清。路灯不亮。占道摆摊也多", "垃圾没人清", "路灯不亮", "占道摆摊")
    assert [matter.text for matter in three.matters] == ["井根村垃圾没人清。占道摆摊也多", "井根村路灯不亮。也多"]


async def test_thanks_are_no_matter(chat: Chat) -> None:
    assert part(chat, "感谢你们的辛勤付出，为你们点赞。井根村路灯不亮", "感谢你们的辛勤付出，为你们点赞", "井根村路灯不亮").matters == ()


async def test_a_part_outside_the_city_leaves_the_message_whole(chat: Chat) -> None:
    assert part(chat, "井根村路灯不亮。广州市天河区垃圾没人清", "井根村路灯不亮", "广州市天河区垃圾没人清").matters == ()


async def test_danger_in_a_part_alone_is_enough(chat: Chat) -> None:
    assert part(chat, "井根村路灯不亮。楼下好大煤气味", "井根村路灯不亮", "楼下好大煤气味").urgent


@pytest.mark.parametrize("text", ["井根村的工地晚上施工噪音很大，还有灰尘满天飞", "井根村路灯不亮，还有路面塌陷", LAMP])
async def test_one_matter_is_not_parted(chat: Chat, text: str) -> None:
    await chat.consented()
    await chat.says(text)
    assert "我这样理解" in chat.last()
    assert not any("分成" in label for label in chat.labels())


async def test_danger_is_never_asked_about(chat: Chat) -> None:
    await chat.consented()
    await chat.says("井根村路灯不亮一个星期了。另外楼下好大煤气味，头晕")
    (ticket,) = await tickets(chat)
    assert ticket.procedure is Procedure.EMERGENCY
    assert not any("件事" in message.html for _, message in chat.screen["resident"])


async def test_a_report_takes_the_whole_message_and_the_rest_is_asked_about_by_itself(chat: Chat) -> None:
    await chat.consented()
    await chat.says(REPORT)
    assert "检举控告" in chat.last() and "分成" not in "".join(chat.labels())
    await chat.presses("提交")
    (report,) = await tickets(chat)
    assert (report.procedure, report.text, report.letter_id) == (Procedure.PETITION_REPORT, REPORT, None)
    assert "另外村口路灯不亮" in chat.screen["resident"][-2][1].html
    assert "我这样理解" in chat.last() and "井根村" in chat.last()
    await chat.presses("提交")
    _, other = await tickets(chat)
    assert (other.text, other.letter_id) == ("另外村口路灯不亮", None)
    assert not any("支书" in message.html or report.number in message.html for _, message in chat.screen["officer"])


async def test_a_report_among_the_parts_alone_is_enough(chat: Chat) -> None:
    await chat.consented()
    await chat.says("杜阮井根村路灯坏了一个星期。另外我要举报村支书贪污集体分红")
    await chat.presses("提交")
    (report,) = await tickets(chat)
    assert report.procedure is Procedure.PETITION_REPORT
    assert "officer" not in chat.screen


async def test_a_question_beside_a_matter_is_not_the_end_of_it(chat: Chat) -> None:
    one, two = await parted(chat, "请问80岁老人有高龄津贴吗？另外井根村路灯坏了一个星期")
    assert {one.procedure, two.procedure} == {Procedure.CONSULTATION, Procedure.GRID_EVENT}


async def test_staff_see_which_part_it_is_and_the_other_they_may_see(chat: Chat) -> None:
    one, two = await parted(chat)
    card = next(message.html for _, message in chat.screen["officer"] if one.number in message.html.split("\n")[2])
    assert f"同一来信的第 1/2 件，另有 {two.number}" in card


async def test_staff_do_not_see_the_other_out_of_their_reach(chat: Chat) -> None:
    one, two = await parted(chat, "杜阮井根村垃圾没人清，另外棠下镇三堡村路灯不亮")
    cards = [message.html for _, message in chat.screen["officer"] if one.number in message.html]
    assert any("同一来信的第 1/2 件" in card for card in cards)
    assert not any(two.number in message.html for _, message in chat.screen["officer"])


async def test_closing_one_keeps_the_other_and_the_last_is_told_of(chat: Chat) -> None:
    one, two = await parted(chat)
    live = chat.newest("2 件事")
    await chat.to_closed(one)
    await chat.move("resident", Move(one.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
    assert (await chat.ticket(two.id)).state is State.REGISTERED
    message_id, shown = next(m for m in reversed(chat.screen["resident"]) if "2 件事" in m[1].html)
    assert message_id == live and "已办结" in shown.html and "已登记" in shown.html
    assert "全部办结" not in shown.html
    await chat.to_closed(two)
    await chat.move("resident", Move(two.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
    told = [said for said in chat.screen["resident"] if "全部办结" in said[1].html]
    assert len(told) == 1 and told[0][0] != live


async def test_mine_are_shown_together_and_the_card_comes_back(chat: Chat) -> None:
    one, two = await parted(chat)
    await chat.says("/my")
    assert chat.labels() == ["📨 同一条消息的 2 件", two.number, one.number]
    await chat.presses("同一条消息")
    assert "2 件事" in chat.last()
    await chat.presses(one.number[-4:])
    assert chat.last().startswith(f"<b>{one.number}</b>") and f"另有 {two.number}" in chat.last()


async def test_a_reply_to_the_card_is_asked_for_which(chat: Chat) -> None:
    one, two = await parted(chat)
    await chat.says("还是很黑", reply_to=chat.newest("2 件事"))
    assert chat.labels()[:2] == [f"补充到 {one.number}", f"补充到 {two.number}"]
    await chat.presses(f"补充到 {two.number}")
    assert [note.text for note in await chat.notes(two.id)] == ["还是很黑"]
    assert await chat.notes(one.id) == []


async def test_the_message_itself_changed_afterwards_is_asked_for_which(chat: Chat) -> None:
    await chat.consented()
    await chat.says(TWO, message_id="own")
    await chat.presses("分成")
    one, _ = await tickets(chat)
    await chat.says(TWO + "，很急", message_id="own", edited=True)
    await chat.presses(f"补充到 {one.number}")
    assert [note.text for note in await chat.notes(one.id)] == [TWO + "，很急"]


async def test_a_reply_once_all_have_ended_without_more_to_say_is_a_new_matter(chat: Chat) -> None:
    one, two = await parted(chat)
    card = chat.newest("2 件事")
    for ticket in (one, two):
        await chat.move("resident", Move(ticket.id, Trigger.WITHDRAW))
        assert (await chat.ticket(ticket.id)).state is State.WITHDRAWN
    await chat.says(LAMP, reply_to=card)
    assert "我这样理解" in chat.last()


async def test_somebody_elses_letter_is_nobodys_business(chat: Chat) -> None:
    one, _ = await parted(chat)
    await chat.says("/start", "stranger")
    await chat.presses("继续", "stranger")
    assert "没有找到" in await chat.hear("stranger", button=f"r:letter:{one.id}", message_id="m")
