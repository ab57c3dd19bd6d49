"""How much one person may bring at once, and mutes: nothing of weight is ever held up, everybody is told, and everything ends by itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from storage import SqlUnitOfWork
from storage.standings import sweep
from tests.unit.bot.test_resident import MATTER, PHOTO, Chat
from workflow.exporting import exported
from workflow.model import Contact, Post, Role, Ticket
from workflow.region import Manners
from workflow.standing import Standing

FEW = Manners(messages=8, minutes=10, open_cases=2, mute_days=(1, 3), hotline="12345")
DANGER = "楼下好大煤气味，头晕"
REPORT = "我要举报杜阮镇井根村村支书贪污集体分红"
PAID_LATE = "工地拖欠我们三个月工资，老板跑路了"


@pytest.fixture(autouse=True)
def few(chat: Chat) -> None:
    chat.region = replace(chat.region, manners=FEW)


async def standing(chat: Chat, who: str = "resident") -> Standing | None:
    async with SqlUnitOfWork(chat.database, reading=True) as uow:
        found = await uow.contacts.by_address("test", who)
    assert found is not None
    return found.standing


async def appointed(chat: Chat, who: str, role: Role, place: str, unit: str = "") -> None:
    async with SqlUnitOfWork(chat.database) as uow:
        contact = await uow.contacts.add(Contact(0, "test", who, consented_at=chat.clock.now()))
        await uow.posts.add(Post(0, contact.id, role, unit, place))
        await uow.commit()


async def muted(chat: Chat, ticket: Ticket, reason: str = "多次辱骂工作人员") -> None:
    await chat.says(f"/mute {ticket.number}", "officer")
    await chat.presses("1 天", "officer")
    await chat.says(reason, "officer")


def heard(chat: Chat, words: str, who: str = "resident") -> int:
    return sum(words in ready.html for _, ready in chat.screen.get(who, []))


async def flooded(chat: Chat) -> None:
    for number in range(FEW.messages + 3):
        await chat.says(f"在吗{number}")


async def test_a_quiet_person_leaves_no_row(chat: Chat) -> None:
    await chat.filed()
    assert await standing(chat) is None


async def test_too_many_messages_get_one_kind_answer_and_a_time(chat: Chat) -> None:
    await chat.consented()
    await flooded(chat)
    assert heard(chat, "没有收下") == 1 and "12345" in chat.last()
    before = len(chat.screen["resident"])
    await chat.says(MATTER)
    assert len(chat.screen["resident"]) == before, "told once a window"
    chat.clock.move(minutes=10)
    await chat.says(MATTER)
    assert "环境卫生与垃圾" in chat.last()


async def test_the_count_is_in_the_database_so_that_other_processes_go_on_with_it(chat: Chat) -> None:
    await chat.consented()
    for number in range(FEW.messages - 1):  # after /start
        if number == 6:
            chat.__post_init__()  # another process: what is only in memory is gone
        await chat.says(f"在吗{number}")
    assert heard(chat, "没有收下") == 0
    await chat.says("在吗")
    assert heard(chat, "没有收下") == 1


@pytest.mark.parametrize("how", ["text", "caption", "reply", "command", "edit", "correction", "appeal"])
async def test_danger_is_heard_from_whoever_is_muted_and_over_the_limit(chat: Chat, how: str) -> None:
    ticket = await chat.filed()
    card = chat.newest(ticket.number)
    await muted(chat, ticket)
    if how == "appeal":
        await chat.presses("申诉")
    await flooded(chat)
    given = {
        "caption": {"files": (PHOTO,)}, "reply": {"reply_to": card}, "edit": {"edited": True, "message_id": "new"},
        "correction": {"edited": True, "message_id": "own2"},
    }  # fmt: skip
    await chat.says(f"/add {ticket.number} {DANGER}" if how == "command" else DANGER, **given.get(how, {}))  # type: ignore[arg-type]  # test shorthand
    assert heard(chat, "119") >= 1 and heard(chat, "不要开关电器") == 1
    emergency = await chat.ticket(2)
    assert emergency.urgent and DANGER in emergency.text
    await chat.says("在三楼 302")
    assert any("302" in note.text for note in await chat.notes(2)), "what belongs to it is heard, too"


async def test_danger_said_in_pieces_is_heard(chat: Chat) -> None:
    ticket = await chat.filed()
    await muted(chat, ticket)
    await chat.says("家里的煤气")
    assert "没有登记" in chat.last()
    await chat.says("泄漏了")
    assert (await chat.ticket(2)).urgent and heard(chat, "不要开关电器") == 1


@pytest.mark.parametrize("words", [PAID_LATE, REPORT])
async def test_a_flag_and_a_report_about_an_official_go_all_the_way_to_a_ticket(chat: Chat, words: str) -> None:
    ticket = await chat.filed()
    await muted(chat, ticket)
    await chat.says(words)
    if words == PAID_LATE:
        await chat.says("杜阮井根村")
    await chat.presses("提交")
    assert (await chat.ticket(2)).text.startswith(words)


async def test_a_mute_is_told_with_reason_and_end_and_ends_by_itself(chat: Chat) -> None:
    ticket = await chat.filed()
    await muted(chat, ticket)
    told = chat.last()
    assert "多次辱骂工作人员" in told and "11月24日" in told and "申诉" in chat.labels()[0]
    await chat.says("杜阮镇龙榜村路灯坏了")
    await chat.says("杜阮镇龙榜村路灯坏了")
    assert heard(chat, "没有登记") == 1
    chat.clock.move(hours=24)
    await chat.says("杜阮镇龙榜村路灯坏了")
    await chat.presses("提交")
    assert (await chat.ticket(2)).text == "杜阮镇龙榜村路灯坏了"
    await sweep(chat.database, chat.clock.now())
    assert await standing(chat) is None


async def test_a_mute_touches_no_right_in_a_running_case(chat: Chat) -> None:
    ticket = await chat.filed()
    card = chat.newest(ticket.number)
    await muted(chat, ticket)
    await chat.says("今天更臭了", reply_to=card)
    assert [note.text for note in await chat.notes()] == ["今天更臭了"]
    await chat.says("/my")
    assert "您的诉求" in chat.last() or ticket.number in "".join(chat.labels())
    await chat.says("/urge")
    assert (await chat.ticket()).urges == 1
    await chat.to_closed(ticket)
    await chat.presses("没解决")
    await chat.says("今天又满了")
    assert (await chat.ticket()).reworks == 1
    await chat.says("/mydata")
    assert heard(chat, "除此之外我们没有对您作任何标记") == 1
    await chat.says("/forget")
    assert "删除我的信息" in chat.last()


async def test_a_draft_from_before_is_kept_while_muted(chat: Chat) -> None:
    ticket = await chat.filed()
    await chat.says("杜阮镇龙榜村路灯坏了")
    await muted(chat, ticket)
    await chat.presses("提交")
    assert "暂时不能提交" in chat.last()
    chat.clock.move(hours=24)
    await chat.presses("提交")
    assert (await chat.ticket(2)).text == "杜阮镇龙榜村路灯坏了"


async def test_an_appeal_is_one_tap_and_somebody_else_decides(chat: Chat) -> None:
    await appointed(chat, "colleague", Role.SUPERVISOR, chat.region.code)
    ticket = await chat.filed()
    await muted(chat, ticket)
    await chat.presses("申诉")
    assert "多次辱骂工作人员" in chat.last("colleague") and heard(chat, "提出申诉", "officer") == 0
    await chat.says("我只是着急")
    assert "我只是着急" in chat.last("colleague")
    assert await chat.presses("申诉") == "申诉已经收到，正在复核"
    await chat.presses("恢复", "colleague")
    await chat.says("语气可以理解", "colleague")
    assert "语气可以理解" in chat.last()
    assert (await standing(chat) or Standing()).muting is None
    await chat.says("杜阮镇龙榜村路灯坏了")
    await chat.presses("提交")
    assert (await chat.ticket(2)).text == "杜阮镇龙榜村路灯坏了"


async def test_an_administrator_decides_where_nobody_else_can_and_nobody_decides_about_their_own(chat: Chat) -> None:
    await appointed(chat, "admin", Role.ADMIN, chat.region.code)
    ticket = await chat.filed()
    await muted(chat, ticket)
    await chat.presses("申诉")
    data = next(button.data for line in chat.screen["admin"][-1][1].buttons for button in line if "维持" in button.label)
    await chat.hear("officer", button=data)
    await chat.says("我说了算", "officer")
    assert "不能复核自己作出的暂停" in chat.last("officer")
    await chat.presses("维持", "admin")
    await chat.says("记录确实如此", "admin")
    assert "记录确实如此" in chat.last() and "自动恢复" in chat.last()
    assert await chat.presses("申诉") == "申诉已复核过，到期自动恢复"
    async with SqlUnitOfWork(chat.database, reading=True) as uow:
        trail = [(event.kind, event.actor_role.value, event.reason) for event in await uow.tickets.events(ticket.id)]
    assert trail[1:] == [
        ("muted", "hub_officer", "多次辱骂工作人员"), ("mute_appealed", "resident", ""), ("mute_upheld", "admin", "记录确实如此"),
    ]  # fmt: skip


async def test_who_may_not_mute_learns_nothing(chat: Chat) -> None:
    ticket = await chat.filed()
    await appointed(chat, "admin", Role.ADMIN, chat.region.code)
    await appointed(chat, "elsewhere", Role.HUB_OFFICER, "440781107", "hub")
    for who in ("worker", "admin", "elsewhere"):
        await chat.says(f"/mute {ticket.number}", who)
        await chat.hear(who, button=f"s:mute:{ticket.id}:1")
        await chat.says("理由", who)
        assert await standing(chat) is None
    # A resident's own forged button, too.
    await chat.hear("resident", button=f"s:mute:{ticket.id}:1")
    await chat.hear("officer", button=f"s:mute:{ticket.id}:30")
    await chat.says("理由", "officer")
    assert await standing(chat) is None, "days that the city does not offer"


async def test_the_unnamed_and_reports_about_officials_are_never_muted_through(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER)
    await chat.presses("匿名")
    await chat.presses("提交")
    ticket = await chat.ticket()
    await chat.says(f"/mute {ticket.number}", "officer")
    assert "匿名" in chat.last("officer") and await standing(chat) is None


async def test_open_cases_above_the_cap_keep_their_draft_and_are_listed(chat: Chat) -> None:
    first = await chat.filed()
    await chat.says("杜阮镇龙榜村路灯坏了")
    await chat.presses("提交")
    await chat.says("杜阮镇龙榜村的沙井盖被偷了")
    await chat.presses("提交")
    assert "草稿已替您留着" in chat.last() and first.number in chat.labels()
    await chat.presses(first.number)
    await chat.says(DANGER)
    assert (await chat.ticket(3)).urgent, "danger knows no cap"


async def test_the_copy_of_what_is_held_shows_the_mute(chat: Chat) -> None:
    ticket = await chat.filed()
    await muted(chat, ticket)
    async with SqlUnitOfWork(chat.database, reading=True) as uow:
        contact = await uow.contacts.by_address("test", "resident")
        assert contact is not None
        found = json.loads(json.dumps(await exported(uow, contact, chat.region)))
    assert found["standing"]["muted_over"] == ticket.number and found["standing"]["muted_until"].startswith("2026-11-24")
