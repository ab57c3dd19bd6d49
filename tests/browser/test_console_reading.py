"""Marked words and the page to try texts on, in a real browser with the city's own language."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import Site, faults_of
from tests.browser.test_console_pages import PHONE, signed_in
from workflow import evidence, intake
from workflow.desk import Session
from workflow.model import Actor, Contact, Role, Ticket

pytestmark = pytest.mark.browser
SAID = "白沙街道江华一路路灯坏了😀，晚上黑漆漆的，电话13812345678，另外楼下烧烤店油烟大<b>"
MASKED = SAID.replace("13812345678", "138****5678")


async def filed(site: Site, text: str) -> Ticket:
    """As the interview files it."""
    city = site.city
    draft = intake.told(intake.Draft("d1"), text)
    read = city.classifier.understand(text)
    command = intake.registration(intake.understood(draft, read, city.places.locate(text), lambda _: ""), city.region.code)

    async def work(session: Session) -> Ticket:
        contact = await session.uow.contacts.add(Contact(0, "test", "resident", created_at=session.now))
        return await session.do(Actor(contact.id, Role.RESIDENT), command)

    ticket = await city.desk.serve("test:file", work)
    assert ticket is not None
    return ticket


async def marked(page: Page) -> str:
    """The marked text as it is read, without the marks' own labels."""
    words = page.locator(".marked")
    return str(
        await words.evaluate(
            "e => { const c = e.cloneNode(true); c.querySelectorAll('sup, .part').forEach(x => x.remove()); return c.textContent }"
        )
    )


async def test_a_ticket_shows_why_it_was_routed_so(site: Site, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1400, "height": 900})
    faults, ticket = faults_of(page), await filed(site, SAID)
    await signed_in(site, page, Role.SUPERVISOR)
    await page.goto(f"{site.base}/console/tickets/{ticket.number}")
    why = page.get_by_role("region", name="为什么这样分派")
    assert await marked(page) == MASKED
    guesses = evidence.again(ticket.understanding).read.topics
    best = guesses[0]
    light = why.locator("mark", has_text="路灯")
    assert await light.count() == 1
    # Not by colour alone: a label inside the mark, and a line below it.
    assert await light.locator("sup").inner_text() in {"1", "2", "3"}
    assert await light.evaluate("e => getComputedStyle(e).borderBottomStyle") == "solid"
    assert await why.locator("mark.k-place").evaluate("e => getComputedStyle(e).borderBottomStyle") == "dotted"
    assert await why.get_by_role("row").count() == 1 + len(guesses) >= 3
    assert f"{best.confidence:.0%}" in await why.get_by_role("row").nth(1).inner_text()
    assert await why.locator(".marked b b").count() == 0 and "138****5678" in await why.inner_text()
    assert faults == []


async def test_a_text_is_tried_changed_and_tried_again(site: Site, browser: Browser) -> None:
    page = await browser.new_page(viewport=PHONE)  # type: ignore[arg-type]  # a plain dict will do
    faults = faults_of(page)
    await signed_in(site, page, Role.ADMIN)
    await page.get_by_role("link", name="试一试").click()
    field = page.get_by_label("写一段话")
    await page.get_by_role("button", name="看看结果").click()
    await page.get_by_role("alert").wait_for()
    assert "还没有写内容" in await page.get_by_role("alert").inner_text()
    await field.fill(f"{SAID}\n第二行")
    await page.get_by_role("button", name="看看结果").click()
    await page.get_by_role("heading", name="会这样理解").wait_for()
    assert await marked(page) == await field.input_value() == f"{MASKED}\n第二行"
    assert page.url == f"{site.base}/console/try"
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await field.fill("家里煤气泄漏")
    await page.get_by_role("button", name="看看结果").click()
    await page.get_by_text("人身危险").wait_for()
    assert await page.locator("mark.k-flag").count() >= 1
    assert faults == []


async def test_the_longest_text_fits_a_phone(site: Site, browser: Browser) -> None:
    page = await browser.new_page(viewport=PHONE)  # type: ignore[arg-type]  # a plain dict will do
    ticket = await filed(site, "路灯坏了" + "x" * 4000 + "\u202e倒着写\u202c 😀مرحبا")
    await signed_in(site, page, Role.SUPERVISOR)
    await page.goto(f"{site.base}/console/tickets/{ticket.number}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert (await marked(page)).startswith("路灯坏了xxx")
    await page.goto(f"{site.base}/console/try")
    await page.get_by_label("写一段话").fill("😀" * 4097)
    await page.get_by_role("button", name="看看结果").click()
    assert "有 4097 个字" in await page.get_by_role("alert").inner_text()
