"""A resident at the counter, from the first word to the last."""

from __future__ import annotations

import pytest

from tests.city import steps
from tests.city.counter import Counter
from tests.pictures import a_picture

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]


async def test_the_plain_case(counter: Counter) -> None:
    resident, worker, officer, admin = await counter.resident(), *(counter.staff[name] for name in ("worker", "officer", "admin"))
    number = await steps.files(resident)
    await steps.sends_to_the_grid(officer, number)
    await resident.sees("已派单")
    await steps.signs(worker, number)
    await steps.reports_back(worker, number)
    await steps.lets_pass(officer, number)
    answer = await resident.sees("有答复了", ever=True)
    assert number in answer.text and answer.files
    await steps.is_satisfied(resident, number)
    await admin.says(f"/inspect {number}")
    trail = await admin.sees(number)
    assert "办结" in trail.text and "垃圾堆" not in trail.text
    assert await counter.kinds(number) == ["registered", "accept", "dispatch", "sign", "reply", "release", "close", "rated"]


async def test_an_album_is_one_thing_with_its_words(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.sends_album([a_picture("one"), a_picture("two"), a_picture("three")], steps.LITTER)
    await counter.server.delivery.confirmed()
    counter.clock.move(seconds=2)
    card = await resident.sees(steps.UNDERSTOOD)
    assert "附件　3" in card.text
    number = await steps.submits(resident)
    assert [ref.kind for ref in (await counter.ticket(number)).files] == ["photo"] * 3
    assert len([said for said in resident.seen() if steps.UNDERSTOOD in said.text]) == 1


async def test_a_late_part_of_an_album_is_not_lost(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.sends_photo(b"one", steps.LITTER, media_group_id="torn")
    await counter.server.delivery.confirmed()
    counter.clock.move(seconds=2)
    await resident.sees("附件　1")
    await resident.sends_photo(b"two", media_group_id="torn")
    await counter.server.delivery.confirmed()
    counter.clock.move(seconds=2)
    await resident.sees("附件　2")
    number = await steps.submits(resident)
    assert len((await counter.ticket(number)).files) == 2


@pytest.mark.parametrize("kind", ["voice", "video", "document", "audio", "video_note", "animation"])
async def test_files_of_every_kind_are_kept(counter: Counter, kind: str) -> None:
    resident = await counter.resident()
    await resident.says(steps.LITTER)
    await resident.sees(steps.UNDERSTOOD)
    await resident.sends_file(kind, f"content of {kind}".encode(), name="../../etc/x.sh")
    await resident.sees("附件　1")
    number = await steps.submits(resident)
    (ref,) = (await counter.ticket(number)).files
    assert await counter.city.files.get(ref.sha256) == f"content of {kind}".encode()


async def test_a_shared_location_suggests_and_the_person_confirms(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says("路灯坏了一个星期，晚上好黑")
    await resident.sees("在哪里")
    await resident.shares_location(22.60, 113.03)
    near = await resident.sees("附近")
    label = near.labels[0]
    await resident.presses(label, on=near)
    card = await resident.sees(steps.UNDERSTOOD)
    assert label[-3:] in card.text
    number = await steps.submits(resident)
    point = (await counter.ticket(number)).point
    assert point is not None and round(point.lat, 2) == 22.60


async def test_a_venue_and_a_contact_are_words_and_a_point(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says(steps.LITTER)
    await resident.sees(steps.UNDERSTOOD)
    await resident.shares_contact("居委会", "13800138000")
    await resident.sees(steps.UNDERSTOOD)
    venue = {"location": {"latitude": 22.6, "longitude": 113.0}, "title": "井根市场", "address": "杜阮镇井根村"}
    await resident.sends_raw(venue=venue, location=venue["location"])
    await resident.sees(steps.UNDERSTOOD)
    number = await steps.submits(resident)
    text = (await counter.ticket(number)).text
    assert "井根市场" in text and "138****8000" in text and "13800138000" not in text
    shown = await counter.staff["officer"].sees(number)
    assert "13800138000" not in shown.text and "138****8000" in shown.text


async def test_a_grids_code_in_the_street_says_where(counter: Counter) -> None:
    resident = counter.person()
    await resident.says(f"/start g{steps.GRID}")
    await resident.presses("继续")
    await resident.sees("什么事")
    await resident.says("垃圾堆三天没人清，好臭")
    await resident.sees("井根村第1网格")
    number = await steps.submits(resident)
    assert (await counter.ticket(number)).grid == steps.GRID


async def test_a_tie_is_asked_once(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says("龙溪村路灯坏咗成个星期")
    asked = await resident.sees("是哪一个")
    assert len(asked.labels) >= 3
    await resident.presses("桃源镇", on=asked)
    assert "桃源镇" in (await resident.sees(steps.UNDERSTOOD)).text


async def test_danger_comes_before_everything(counter: Counter) -> None:
    resident = counter.person()
    await resident.says("杜阮镇井根村我家楼下好大煤气味，头晕")
    warning = await resident.sees("119")
    assert "不能替您报警" in warning.text
    page = await counter.staff["officer"].sees("紧急", ever=True)
    assert "煤气味" in page.text and "没有代为报警" in page.text
    notice = await resident.sees("非政府渠道")
    assert warning.message_id < notice.message_id


async def test_a_question_is_answered_and_not_filed(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says("高龄津贴怎么申请？")
    answer = await resident.sees("依据")
    assert "高龄津贴" in answer.text
    await resident.presses("有用", on=answer)
    await resident.sees("高兴")
    assert await counter.tickets_of(resident) == ()


async def test_a_question_that_was_not_answered_goes_to_people(counter: Counter) -> None:
    resident, officer = await counter.resident(), counter.staff["officer"]
    await resident.says("请问杜阮镇井根村的高龄津贴怎么申请？")
    await resident.presses("转人工")
    await resident.sees(steps.UNDERSTOOD)
    number = await steps.submits(resident)
    await officer.presses("直接答复", about=number)
    await officer.says("带身份证和户口簿到村委会办理，依据当地民政部门公布的办法。")
    await resident.sees("有答复了", within=10)
    await resident.presses("有用", about=number)
    await counter.settled()
    assert (await counter.inspect(number))["state"] == "CLOSED"


async def test_a_report_about_somebody_reaches_the_discipline_counter_alone(counter: Counter) -> None:
    resident, staff = await counter.resident(), counter.staff
    await resident.says("我要举报杜阮镇井根村村支书贪污集体分红")
    card = await resident.sees("检举控告")
    assert "不会经过村、镇、网格" in card.text
    await resident.presses("匿名", on=card)
    await counter.settled()
    number = await steps.submits(resident)
    await staff["discipline"].sees(number, ever=True)
    for name in ("officer", "supervisor", "worker", "department", "admin"):
        await staff[name].says(f"/inspect {number}")
        assert "没有找到" in (await staff[name].sees("没有找到")).text
        await staff[name].says("/todo")
    await counter.settled()
    for name in ("officer", "supervisor", "worker", "department", "admin"):
        # Their own question is theirs; nothing of ours answers with the number.
        assert not [said for said in staff[name].seen() if number in said.text or "分红" in said.text], name


async def test_the_commands(counter: Counter) -> None:
    resident, stranger = await counter.resident(), await counter.resident()
    await resident.says("/my")
    await resident.sees("还没有提交过")
    await resident.says("/add")
    await resident.sees("没有正在办理")
    first, second = await steps.files(resident), await steps.files(resident, "杜阮镇井根村路灯坏了一个星期，晚上好黑")
    await resident.says("/my")
    listed = await resident.sees("2 件")
    assert listed.labels == [second, first]
    await resident.presses(first, on=listed)
    await resident.sees(f"{first} · ")
    await resident.says(f"/status {second.lower()}")
    await resident.sees(f"{second} · ")
    await stranger.says(f"/status {second}")
    await stranger.sees("没有找到")
    await resident.says("/urge")
    await resident.presses(first, on=await resident.sees("哪一件"))
    assert first in (await resident.sees("已为您催办")).text
    await resident.says("/add")
    await resident.presses(second, on=await resident.sees("哪一件"))
    await resident.sees("要补充的")
    await resident.says("旁边的第二盏也坏了")
    await resident.sees(f"已补充到 {second}")
    await resident.says("/withdraw")
    await resident.presses(first, on=await resident.sees("哪一件"))
    await resident.presses("确定撤回", about=first)
    await resident.sees("撤回")
    await counter.settled()
    assert [(await counter.inspect(number))["state"] for number in (first, second)] == ["WITHDRAWN", "REGISTERED"]
    for command, answer in (("/privacy", "隐私"), ("/help", "/status"), ("/cancel", "已取消"), ("/nonsense", "/status")):
        await resident.says(command)
        await resident.sees(answer)


async def test_a_draft_is_dropped_by_cancel(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says(steps.LITTER)
    card = await resident.sees(steps.UNDERSTOOD)
    await resident.says("/cancel")
    await resident.sees("已取消")
    assert "过期" in await resident.toast(await resident.presses("提交", on=card))
    assert await counter.tickets_of(resident) == ()


async def test_a_language_changes_the_words_and_the_menu(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says("/language")
    await resident.presses("繁體中文")
    await resident.sees("繁體")
    await resident.says("/help")
    await resident.sees("訴求")
    await counter.settled()
    assert counter.server.methods.commands[f"chat {resident.id}", ""]["my"] == "我的訴求和進度"
    await resident.says("/language")
    await resident.presses("English")
    await counter.settled()
    assert "todo" not in counter.server.methods.commands[f"chat {resident.id}", ""]
    await resident.says("/help")
    await resident.sees("/status")


async def test_a_reply_to_a_message_belongs_to_its_matter(counter: Counter) -> None:
    resident = await counter.resident()
    first = await steps.files(resident)
    told = await resident.sees(first, ever=True)
    second = await steps.files(resident, "杜阮镇井根村路灯坏了一个星期，晚上好黑")
    await resident.says("今天又满了", reply_to=told)
    await resident.sees(f"已补充到 {first}")
    await resident.says("还有")
    asked = await resident.sees("关于哪一件")
    assert {label for label in asked.labels if "JM-" in label} == {f"补充到 {first}", f"补充到 {second}"}
    await resident.presses(second, on=asked)
    await resident.sees(f"已补充到 {second}")


async def test_not_solved_goes_back_and_is_handled_again(counter: Counter) -> None:
    resident, worker, officer = await counter.resident(), counter.staff["worker"], counter.staff["officer"]
    number = await steps.files(resident)
    await steps.sends_to_the_grid(officer, number)
    await steps.signs(worker, number)
    await steps.reports_back(worker, number, photo=False)
    await steps.lets_pass(officer, number)
    await resident.presses("没解决", about=number)
    await resident.sees("哪里没解决")
    await resident.says("今天又满了")
    await resident.sees("已退回重办", within=10)
    back = await worker.sees("今天又满了", ever=True)
    assert number in back.text
    await steps.reports_back(worker, number, photo=False, text="改为每天清运两次")
    await steps.lets_pass(officer, number)
    await steps.is_satisfied(resident, number)
    kinds = await counter.kinds(number)
    assert kinds.count("rework") == 1 and kinds[-2:] == ["close", "rated"]


@pytest.mark.parametrize(("language", "hello", "words"), [("zh-hant", "信訪超市", "垃圾"), ("en", "demonstration", "rubbish")])
async def test_other_languages_are_served_from_the_first_word(counter: Counter, language: str, hello: str, words: str) -> None:
    resident = counter.person(language=language)
    await resident.says("/start")
    first = await resident.sees_new()
    assert hello.lower() in first.text.lower(), words


async def test_a_picture_that_can_not_be_cleaned_is_said_and_the_words_are_kept(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.sends_photo(b"\xff\xd8\xff\xe0 torn", steps.LITTER)
    await resident.sees("1 张图片没有收下", ever=True)
    await resident.sees(steps.UNDERSTOOD)
    assert (await counter.ticket(await steps.submits(resident))).files == ()


async def test_who_sends_a_document_hears_that_it_stays_as_it_is(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.sends_file("document", b"%PDF-1.7", caption=steps.LITTER, mime="application/pdf", name="a/b.pdf")
    await resident.sees("原样保存", ever=True)
    await resident.sees(steps.UNDERSTOOD)
    (file,) = (await counter.ticket(await steps.submits(resident))).files
    assert (file.kind, file.mime, file.name) == ("document", "application/pdf", "b.pdf")
