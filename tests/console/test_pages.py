"""What each post sees: lists, one ticket, numbers, queues."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from app.anchors import AnchorWatch
from storage import OutboxQueue, SqlInbox, SqlUnitOfWork
from tests.console.conftest import House
from tests.contract.conftest import Town
from tests.workflow.build import GRID, REGION
from workflow.commands import Add, AskExtension, Correct, Move, Register, Relay
from workflow.model import Assignee, Intent, Priority, Procedure, Role, Speech, Ticket
from workflow.states import Trigger

WORDS = "Litter by the gate"
OVERSEE = (Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR)


def numbers(page: str) -> set[str]:
    return set(re.findall(r"/console/tickets/(QC-\d{6}-\d{4})", page))


def count(page: str, state: str) -> int:
    found = re.search(rf'data-state="{state}">.*?class="count"[^>]*>(\d+)<', page, re.DOTALL)
    assert found is not None
    return int(found[1])


async def registered(town: Town, **given: object) -> Ticket:
    matter: dict[str, object] = {
        "text": f"{WORDS}, call 13812345678", "procedure": Procedure.GRID_EVENT, "intent": Intent.COMPLAIN, "topic": "T1",
        "place": "990101001001", "place_detail": "gate 13812345678", "confidence": 0.654,
        "understanding": {"words": ["litter", "13812345678"], "version": "7"},
    }  # fmt: skip
    ticket = await town.do("resident", Register(**{**matter, **given}))  # type: ignore[arg-type]  # test shorthand
    assert ticket is not None
    return ticket


async def handled(town: Town) -> Ticket:
    """A ticket that went round: corrected, sent back by the unit, given again, extended, added to."""
    ticket = await registered(town)
    for who, command in (
        ("officer", Correct(ticket.id, topic="T2")),
        ("officer", Move(ticket.id, Trigger.ACCEPT)),
        ("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("grid", GRID))),
        ("worker", Move(ticket.id, Trigger.DISPUTE, reason="not my gate 13812345678")),
        ("officer", Move(ticket.id, Trigger.REROUTE, assignee=Assignee("grid", GRID))),
        ("worker", Move(ticket.id, Trigger.SIGN)),
        ("worker", AskExtension(ticket.id, 1, "rain until 13812345678")),
        ("resident", Add(ticket.id, "it smells, 13812345678 <script>alert(1)</script>")),
        ("worker", Relay(ticket.id, "I come at noon")),
        ("worker", Move(ticket.id, Trigger.REPLY, result="swept twice, 13812345678")),
    ):
        await town.do(who, command)
    return ticket


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
async def test_who_may_read_reads_all_of_it_masked(house: House, role: Role) -> None:
    ticket = await handled(house.town)
    page = await (await house.holds(role)).reads(f"/console/tickets/{ticket.number}")
    for words in (WORDS, "not my gate", "rain until", "it smells", "I come at noon", "swept twice", "litter", "gate ****"):
        assert words in page
    assert "13812345678" not in page and "<script>alert" not in page and "&lt;script&gt;" in page


async def test_an_administrator_sees_the_trail_and_not_a_word(house: House) -> None:
    ticket = await handled(house.town)
    page = await (await house.holds(Role.ADMIN)).reads(f"/console/tickets/{ticket.number}")
    for words in (WORDS, "not my gate", "rain until", "it smells", "I come at noon", "swept twice", "litter", "gate", "****"):
        assert words not in page
    for words in ("已反馈，核查中", "退单待定", "签收期限", "Spring 1", "退单 1 次", "把握 65%", "识别版本 7", "已申请", "不看内容"):
        assert words in page


@pytest.mark.parametrize("role", OVERSEE)
async def test_a_page_names_neither_the_reporter_nor_anybody_else(house: House, role: Role) -> None:
    town = house.town
    async with SqlUnitOfWork(town.database) as uow:
        for person in town.people.values():
            found = await uow.contacts.get(person.id)
            assert found is not None
            await uow.contacts.save(replace(found, name=f"Name of {found.id}", address=f"address-{found.id}"))
        await uow.commit()
    ticket = await handled(town)
    visitor = await house.holds(role)
    pages = "".join([await visitor.reads(path) for path in ("/console", "/console/tickets", f"/console/tickets/{ticket.number}")])
    assert "Name of" not in pages and "address-" not in pages and ticket.query_code not in pages


async def test_the_trail_tells_every_step_in_the_citys_time(house: House) -> None:
    ticket = await handled(house.town)
    page = await (await house.holds(Role.SUPERVISOR)).reads(f"/console/tickets/{ticket.number}")
    trail = unescape(re.sub(r"<[^>]+>|\s+", " ", page.partition('id="trail"')[2]))
    kinds = ["登记", "更正类别或地点", "受理", "派单", "退单", "退单后改派", "签收", "申请延期", "补充", "转达", "办结反馈"]
    places = [trail.index(kind) for kind in kinds]
    assert places == sorted(places)
    assert trail.count("2026-11-23 10:00") == len(kinds)
    assert "原事项 Litter" in trail.replace("  ", " ")


async def test_a_correction_names_what_it_changed_and_nothing_else(house: House) -> None:
    ticket = await registered(house.town)
    for command in (Correct(ticket.id, topic="T2"), Correct(ticket.id, place="990101001002"), Correct(ticket.id, topic="T1")):
        await house.town.do("officer", command)
    page = await (await house.holds(Role.SUPERVISOR)).reads(f"/console/tickets/{ticket.number}")
    trail = unescape(re.sub(r"<[^>]+>|\s+", " ", page.partition('id="trail"')[2]))
    assert re.findall("原事项|原地点", trail) == ["原事项", "原地点", "原事项"]
    assert re.findall("原事项 +(Litter|Loose wall)", trail) == ["Litter", "Loose wall"]


@pytest.mark.parametrize("role", OVERSEE)
async def test_a_report_about_somebody_is_nowhere(house: House, role: Role) -> None:
    secret = await registered(house.town, procedure=Procedure.PETITION_REPORT, intent=Intent.REPORT, topic="", text="The head takes gifts")
    seen = await registered(house.town)
    await house.town.do("counter", Move(secret.id, Trigger.ACCEPT))
    async with SqlUnitOfWork(house.town.database) as uow:
        await uow.outbox.put(Speech(house.town.people["resident"].id, "staff.help", ticket_id=secret.id, priority=Priority.URGENT))
        await uow.commit()
    queue = OutboxQueue(house.town.database)
    while items := await queue.claim(house.town.clock.now()):
        for item in items:
            await queue.dead(item.id, "unreachable")
    visitor = await house.holds(role)
    board = await visitor.reads("/console")
    assert (count(board, "REGISTERED"), count(board, "ACCEPTED")) == (1, 0)
    for path in ("/console/tickets", f"/console/tickets?number={secret.number}", "/console/tickets?procedure=petition_report"):
        page = await visitor.reads(path)
        assert numbers(page) <= {seen.number} and "gifts" not in page
    health = await visitor.reads("/console/health")
    assert secret.number not in health and seen.number in health
    hidden = await visitor.reads(f"/console/tickets/{secret.number}", 404)
    assert hidden == await visitor.reads("/console/tickets/QC-261123-9999", 404)
    assert f'value="{Procedure.PETITION_REPORT}"' not in page


async def test_a_post_sees_its_own_place_only(house: House) -> None:
    mine, other = await registered(house.town), await registered(house.town, place="9901")
    town = await house.holds(Role.SUPERVISOR, "990101001")
    assert numbers(await town.reads("/console/tickets")) == {mine.number}
    assert count(await town.reads("/console"), "REGISTERED") == 1
    assert await town.reads(f"/console/tickets/{other.number}", 404) == await town.reads("/console/tickets/QC-261123-9999", 404)
    elsewhere = await house.holds(Role.ADMIN, "990101001002")
    assert "符合条件 0 件，您岗位范围内共 0 件" in await elsewhere.reads("/console/tickets")
    officer = await house.enters(await house.code_of("officer"))
    assert numbers(await officer.reads("/console/tickets")) == {mine.number}
    assert WORDS in await officer.reads(f"/console/tickets/{mine.number}")


async def test_queues_are_shown_to_whole_city_posts_alone(house: House) -> None:
    for visitor in (await house.holds(Role.ADMIN, "990101"), await house.enters(await house.code_of("officer"))):
        assert "运行状况" not in await visitor.reads("/console")
        assert "只给全市岗位" in await visitor.reads("/console/health", 403)


async def test_what_failed_is_shown_by_kind_and_reason(house: House) -> None:
    town, ticket = house.town, await registered(house.town)
    inbox, queue = SqlInbox(town.database, town.clock), OutboxQueue(town.database)
    await inbox.store("test", "1", "secret-chat", {"text": "secret words"})
    for _ in range(5):
        await inbox.failed([1], "KeyError")
    for item in await queue.claim(town.clock.now()):
        await queue.dead(item.id, "no: 13812345678 <b>")
    page = await (await house.holds(Role.ADMIN)).reads("/console/health")
    assert "KeyError" in page and ticket.number in page and "no: **** &lt;b&gt;" in page and "2027" in page
    assert "secret" not in page


async def test_the_latest_anchor_is_shown(house: House) -> None:
    town = house.town
    await registered(town)
    visitor = await house.holds(Role.ADMIN)
    before = await visitor.reads("/console/health")
    assert await AnchorWatch(lambda: SqlUnitOfWork(town.database), town.desk, town.clock, lambda: REGION).look() == 1
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        (anchor,) = await uow.anchors.latest()
    page = await visitor.reads("/console/health")
    assert anchor.hash in page and anchor.day in page and anchor.hash not in before


async def test_what_was_given_up_is_sent_again_by_whoever_runs_the_city(house: House) -> None:
    town, queue = house.town, OutboxQueue(house.town.database)
    await registered(town)
    for item in await queue.claim(town.clock.now()):
        await queue.dead(item.id, "no")
    dead = (await queue.depth())["dead"]
    for looks in (await house.enters(await house.code_of("officer")), await house.holds(Role.AUDITOR)):
        refused = await looks.posts("/console/health/again", token=await looks.form_token())
        assert (refused.status, (await queue.depth())["dead"]) == (403, dead)
    assert "全部重新发送" not in await looks.reads("/console/health")
    admin = await house.holds(Role.ADMIN)
    assert (await admin.posts("/console/health/again", token="0" * 64)).status == 403
    assert "全部重新发送" in await admin.reads("/console/health")
    answer = await admin.posts("/console/health/again", token=await admin.form_token())
    assert (answer.status, answer.headers["Location"]) == (303, "/console/health")
    assert "dead" not in await queue.depth()
    assert await queue.claim(town.clock.now()), "at once"
    assert "全部重新发送" not in await admin.reads("/console/health")


async def test_filters_stand_in_the_address_and_nonsense_narrows_nothing(house: House) -> None:
    one, two = await registered(house.town), await registered(house.town, urgent=True, topic="T2", place="990101001002")
    await house.town.do("officer", Move(one.id, Trigger.ACCEPT))
    visitor = await house.holds(Role.SUPERVISOR)

    async def found(query: str) -> set[str]:
        return numbers(await visitor.reads(f"/console/tickets?{query}"))

    assert await found("state=ACCEPTED") == {one.number}
    assert await found("topic=T2&urgent=1") == {two.number}
    assert await found("place=990101001002") == {two.number}
    assert await found(f"number={two.number[-4:]}") == await found(f"number=%20{two.number.lower()}") == {two.number}
    assert await found("overdue=1") == set()
    both = {one.number, two.number}
    for nonsense in (
        "state=NONE", "page=-1", "page=99999999999", "page=x", "topic='--", "place=%25", "procedure=x", "urgent=yes", "x=1", "number=%F0",
    ):  # fmt: skip
        assert await found(nonsense) == both, nonsense
    page = await visitor.reads('/console/tickets?number="><script>alert(1)</script>&state=ACCEPTED')
    assert "<script>alert" not in page and '<option value="ACCEPTED" selected>' in page


async def test_a_list_says_how_many_of_how_many_and_keeps_its_filter_on_the_next_page(house: House) -> None:
    for _ in range(27):
        await registered(house.town)
    await registered(house.town, topic="T2")
    visitor = await house.holds(Role.SUPERVISOR)
    assert "符合条件 28 件，您岗位范围内共 28 件" in await visitor.reads("/console/tickets?state=REGISTERED")
    assert "符合条件 1 件，您岗位范围内共 28 件" in await visitor.reads("/console/tickets?topic=T2")
    page = await visitor.reads("/console/tickets?topic=T1")
    assert "您岗位范围内共 28 件" in page and "符合条件" not in page
    link = re.search(r'rel="next" href="([^"]+)"', page)
    assert link is not None
    after = await visitor.reads(unescape(link[1]))
    assert len(numbers(after)) == 2 and not numbers(page) & numbers(after) and "第 2 页" in after
    link = re.search(r'rel="prev" href="([^"]+)"', after)
    assert link is not None
    assert numbers(await visitor.reads(unescape(link[1]))) == numbers(page)


@pytest.mark.parametrize("word", ["x", "=", "%00", "好", "A" * 30, "A" * 5000, "AAAGYQfNZt3AAAAAAAAAABkAAAACt-OcWA", "page"])
async def test_a_cursor_that_is_none_shows_the_first_page(house: House, word: str) -> None:
    ticket = await registered(house.town)
    visitor = await house.holds(Role.SUPERVISOR)
    assert numbers(await visitor.reads(f"/console/tickets?topic=T1&at={word}")) == {ticket.number}


async def test_the_fragment_is_the_boards_numbers_as_they_are_now(house: House) -> None:
    visitor = await house.holds(Role.ADMIN)
    assert count(await visitor.reads("/console/board"), "REGISTERED") == 0
    ticket = await registered(house.town)
    assert count(await visitor.reads("/console/board"), "REGISTERED") == 1
    await house.town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    page = await visitor.reads("/console/board")
    assert (count(page, "REGISTERED"), count(page, "ACCEPTED")) == (0, 1)
    assert "<html" not in page
    house.town.clock.move(days=30)
    visitor = await house.holds(Role.ADMIN)
    assert "答复期限 1" in await visitor.reads("/console/board")


@pytest.mark.parametrize("number", ["x", "%00", "..%2F..", "QC-261123-0001'--", "好" * 50, "<script>"])
async def test_odd_numbers_are_not_found_kindly(house: House, number: str) -> None:
    assert "没有找到" in await (await house.holds(Role.ADMIN)).reads(f"/console/tickets/{number}", 404)


async def test_pages_speak_the_visitors_language(house: House) -> None:
    ticket = await handled(house.town)
    async with SqlUnitOfWork(house.town.database) as uow:
        found = await uow.contacts.get(house.town.people["supervisor"].id)
        assert found is not None
        await uow.contacts.save(replace(found, language="en"))
        await uow.commit()
    visitor = await house.enters(await house.code_of("supervisor"))
    for path in ("/console", "/console/tickets", "/console/health", f"/console/tickets/{ticket.number}", "/console/board"):
        assert not re.search("[㐀-鿿]", (await visitor.reads(path)).replace("Noto Sans CJK SC", ""))
    assert '<html lang="en">' in await visitor.reads("/console")
