"""Why a ticket was routed so, and the page to try texts on."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import func, select

from storage import SqlUnitOfWork
from storage.tables import metadata
from tests.console.conftest import House, Keywords, Visitor
from tests.console.test_pages import registered
from tests.console.test_web_bad_input import ODD_FORMS
from tests.workflow.build import GRID
from workflow import evidence, intake
from workflow.commands import Correct
from workflow.model import Intent, Procedure, Role, Ticket

PHONE = "13812345678"
SAID = f"Litter at Spring; call {PHONE}, litter & <b>gas</b>"


async def read_ticket(house: House, text: str = SAID, **given: object) -> Ticket:
    """As the interview files it."""
    reads = Keywords()
    draft = intake.told(intake.Draft("d1", place="990101001001", place_known=True), text)
    draft = intake.understood(draft, reads.understand(text), reads.locate(text), lambda _: "")
    command = intake.registration(replace(draft, **given), "9901")  # type: ignore[arg-type]  # test shorthand
    return await registered(house.town, text=command.text, topic=command.topic, understanding=command.understanding)


def section(page: str) -> str:
    """The section's words, marked ones in brackets with what marks them."""
    part = page.partition('<h2 id="reading">')[2].partition("</section>")[0]
    part = re.sub(r"<mark[^>]*>(.*?)<sup>(.*?)</sup></mark>", r"[\1|\2]", part)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)))


def text_of(page: str) -> str:
    found = re.search(r'<p class="words marked">(.*?)</p>', page, re.DOTALL)
    assert found is not None
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<sup>.*?</sup>|<b class=\"part\">.*?</b>", "", found[1])))


async def tries(visitor: Visitor, text: str, status: int = 200) -> str:
    answer = await visitor.posts("/console/try", token=await visitor.form_token(), text=text)
    page = await answer.text()
    assert answer.status == status, page[:2000]
    return page


async def test_who_may_read_sees_the_words_marked_and_weighed(house: House) -> None:
    ticket = await read_ticket(house)
    page = await (await house.holds(Role.SUPERVISOR)).reads(f"/console/tickets/{ticket.number}")
    assert text_of(page) == SAID.replace(PHONE, "****")
    shown = section(page)
    for words in (
        "[Litter|1 2]",
        "[Spring|地点]",
        "[litter|1]",
        "[gas|警示]",
        "75%",
        "+1.50",
        "人身危险",
        "看出 2 件事",
        "第2件",
        "识别版本 test.1",
    ):
        assert words in shown, words
    for words in ("有同名地点", "North Hill Brook 0.90", "工单上的地点：North Hill Spring", "投诉"):
        assert words in shown, words
    assert "<b>gas" not in page


async def test_a_grid_that_was_named_is_shown(house: House) -> None:
    reads = Keywords()
    named = replace(reads.locate("Spring"), decision="village", code="990101001001", grid=GRID, candidates=())
    kept = evidence.kept(reads.understand(SAID), named)
    ticket = await registered(house.town, text=SAID, place=GRID, understanding=kept)
    shown = section(await (await house.holds(Role.SUPERVISOR)).reads(f"/console/tickets/{ticket.number}"))
    assert "确定到网格 · North Hill Spring Spring 1" in shown
    assert "工单上的地点" not in shown


async def test_a_topic_left_to_the_hub_is_no_correction(house: House) -> None:
    ticket = await read_ticket(house, topic="")
    page = await (await house.holds(Role.SUPERVISOR)).reads(f"/console/tickets/{ticket.number}")
    assert ticket.topic == "" and "75%" in section(page) and "更正为" not in section(page)


async def test_no_mark_and_no_word_beside_the_text_shows_a_piece_of_a_number(house: House) -> None:
    """The test's reader takes every four digits for a word."""
    ticket = await read_ticket(house)
    visitor = await house.holds(Role.SUPERVISOR)
    for page in (await visitor.reads(f"/console/tickets/{ticket.number}"), await tries(visitor, SAID)):
        assert "1381" not in page and "2345" not in page and "（已隐去）" in page


async def test_an_administrator_sees_topics_and_figures_and_no_word(house: House) -> None:
    ticket = await read_ticket(house)
    page = await (await house.holds(Role.ADMIN)).reads(f"/console/tickets/{ticket.number}")
    shown = section(page)
    assert "75%" in shown and "T2" in shown and "识别版本 test.1" in shown
    for words in ("Spring", "gas", "人身危险", "+1.50", "<mark", "件事"):
        assert words not in shown
    assert "<mark" not in page


async def test_many_words_are_folded_away_and_still_add_up(house: House) -> None:
    ticket = await read_ticket(house, " ".join(f"litter{number}" for number in range(60)))
    page = await (await house.holds(Role.SUPERVISOR)).reads(f"/console/tickets/{ticket.number}")
    assert "另外 28 项" in page and "其余小项合计" in page and "90.00" in section(page)
    weights = [float(found) for found in re.findall(r"<small>([+-]\d+\.\d\d)</small>", page)]
    assert sum(weights[:40]) == 90


async def test_a_choice_and_a_correction_are_told_apart(house: House) -> None:
    plain, chosen = await read_ticket(house), await read_ticket(house, topic="T2", topic_chosen=True)
    visitor = await house.holds(Role.SUPERVISOR)

    async def shown(ticket: Ticket) -> str:
        return section(await visitor.reads(f"/console/tickets/{ticket.number}"))

    assert "当事人选定" not in await shown(plain) and "更正为" not in await shown(plain)
    assert "当事人选定 Loose wall" in await shown(chosen) and "更正为" not in await shown(chosen)
    await house.town.do("officer", Correct(plain.id, topic="T2"))
    await house.town.do("officer", Correct(chosen.id, topic="T1"))
    assert "更正为 Loose wall" in await shown(plain)
    assert "当事人选定 Loose wall 更正为 Litter" in await shown(chosen)


async def test_rows_of_before_show_what_they_have(house: House) -> None:
    ticket = await registered(house.town, understanding={"topics": ["T1", "T2"], "words": ["Litter", "1381234"], "version": "7"})
    bare = await registered(house.town, understanding={})
    visitor = await house.holds(Role.SUPERVISOR)
    page = await visitor.reads(f"/console/tickets/{ticket.number}")
    shown = section(page)
    for words in ("把握 65%", "T1", "T2", "Litter", "识别版本 7"):
        assert words in shown
    assert "1381234" not in page and "<mark" not in page
    assert 'id="reading"' not in await visitor.reads(f"/console/tickets/{bare.number}")


async def test_a_report_about_somebody_is_as_hidden_as_ever(house: House) -> None:
    ticket = await read_ticket(house)
    secret = await registered(
        house.town, procedure=Procedure.PETITION_REPORT, intent=Intent.REPORT, topic="", understanding=ticket.understanding
    )
    for role in (Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR):
        assert "没有找到" in await (await house.holds(role)).reads(f"/console/tickets/{secret.number}", 404)


async def test_a_text_is_tried_and_nothing_of_it_stays(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = await house.holds(Role.ADMIN)

    async def rows() -> dict[str, int]:
        async with house.town.database.reading() as connection:
            tables = metadata.sorted_tables
            return {table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one() for table in tables}

    before = await rows()
    page = await tries(visitor, SAID)
    assert text_of(page) == SAID.replace(PHONE, "****")
    shown = section(page)
    for words in ("一般诉求", "[Litter|1 2]", "[gas|警示]", "75%", "有同名地点", "结果没有保存"):
        assert words in shown, shown
    assert await rows() == before
    assert not [record for record in caplog.records if "Spring" in record.getMessage() or "gas" in record.getMessage()]


@pytest.mark.parametrize(("text", "status"), [("", 400), (" \r\n ", 400), ("好" * 4097, 400), ("😀" * 4096, 200), ("好\r\n" * 1365, 200)])
async def test_too_little_and_too_much_are_told_kindly(house: House, text: str, status: int) -> None:
    page = await tries(await house.holds(Role.ADMIN), text, status)
    assert ('role="alert"' in page) == (status == 400)
    assert ("有 4097 个字" in page) == (len(text) == 4097)


async def test_a_text_cut_short_is_masked_before(house: House) -> None:
    page = await tries(await house.holds(Role.ADMIN), "x" * 4090 + PHONE + "y" * 10_000, 400)
    assert "1381" not in page and "x****" in page


async def test_far_too_much_is_not_even_read(house: House) -> None:
    visitor = await house.holds(Role.ADMIN)
    form = io.BytesIO(f"token={await visitor.form_token()}&text=".encode() + b"x" * (1 << 20))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await visitor.client.post("/console/try", data=form, headers=headers)
    assert answer.status == 413 and "太长了" in await answer.text()


async def test_the_page_is_for_whole_city_posts_and_their_own_form(house: House) -> None:
    visitor = await house.holds(Role.ADMIN)
    for token in ("", "0" * 64):
        assert (await visitor.posts("/console/try", token=token, text=SAID)).status == 403
    for other in (await house.holds(Role.ADMIN, "990101"), await house.enters(await house.code_of("officer"))):
        assert "试一试只给" in await other.reads("/console/try", 403)
        answer = await other.posts("/console/try", token=await other.form_token(), text=SAID)
        assert answer.status == 403 and "Spring" not in await answer.text()
        assert 'href="/console/try"' not in await other.reads("/console")
    assert 'href="/console/try"' in await visitor.reads("/console")
    assert "Litter" not in await (await house.stranger()).reads("/console/try", 401)


ODD = {
    "markup": "<script>alert(1)</script> litter </textarea></p></mark><img src=x onerror=alert(1)>",
    "templates": "{{ 7*7 }} {% raw %} litter {{ config }}",
    "right to left": "\u202elitter\u202c مرحبا litter \u2067x",
    "NUL and others": "\x00\x01litter\x7f\ufeff",
    "astral": "😀👨\u200d👩\u200d👧𠮷 litter 𠮷",
    "lines": "litter\r\n\r\nlitter\n",
    "one character": "a",
    "only digits": "1" * 4096,
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
async def test_odd_texts_are_shown_as_they_are_and_are_no_failure(house: House, caplog: pytest.LogCaptureFixture, name: str) -> None:
    caplog.set_level(logging.ERROR)
    # PostgreSQL stores no NUL, and none comes in by a door: `bot.heard` takes it out.
    text = ODD[name] if house.town.database.is_sqlite else ODD[name].replace("\x00", "")
    visitor, ticket = await house.holds(Role.SUPERVISOR), await read_ticket(house, text)
    for page in (await visitor.reads(f"/console/tickets/{ticket.number}"), await tries(visitor, text)):
        written = text.replace("\r\n", "\n")
        shown = text_of(page).replace("\r\n", "\n")
        assert shown == re.sub(r"\d{11}", "****", written)[: len(shown)]
        assert "<script>alert" not in page and "<img" not in page and "49" not in section(page)
        assert section(page).count("[litter|") == len(re.findall("litter", text))
    assert not caplog.records


@pytest.mark.parametrize("name", ODD_FORMS)
async def test_an_odd_form_is_no_form_of_ours(house: House, caplog: pytest.LogCaptureFixture, name: str) -> None:
    caplog.set_level(logging.ERROR)
    visitor, (content, headers) = await house.holds(Role.ADMIN), ODD_FORMS[name]
    body = f"token={await visitor.form_token()}&text=litter&".encode() + content
    assert (await visitor.client.post("/console/try", data=body, headers=headers)).status == 403
    assert not caplog.records


async def test_halves_of_characters_are_read_as_what_they_are(house: House) -> None:
    visitor = await house.holds(Role.ADMIN)
    body = f"token={await visitor.form_token()}&text=litter%ED%A0%80%FF%00".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await visitor.client.post("/console/try", data=body, headers=headers)
    assert answer.status == 200 and "[litter|1 2]" in section(await answer.text())


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
async def test_the_page_speaks_the_visitors_language(house: House, language: str) -> None:
    async with SqlUnitOfWork(house.town.database) as uow:
        found = await uow.contacts.get(house.town.people["supervisor"].id)
        assert found is not None
        await uow.contacts.save(replace(found, language=language))
        await uow.commit()
    ticket = await read_ticket(house)
    visitor = await house.enters(await house.code_of("supervisor"))
    for page in (await visitor.reads(f"/console/tickets/{ticket.number}"), await tries(visitor, SAID), await tries(visitor, "", 400)):
        assert bool(re.search("[㐀-鿿]", page.replace("Noto Sans CJK SC", ""))) == (language != "en")
