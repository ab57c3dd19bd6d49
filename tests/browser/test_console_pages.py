"""The console in a real browser: in by link, a ticket moves, its number moves, its list, its trail."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import Site, faults_of
from workflow.commands import Move, Register
from workflow.desk import Session
from workflow.model import Actor, Contact, Intent, Post, Procedure, Role, Ticket
from workflow.region import Level
from workflow.states import Trigger

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


async def a_ticket(site: Site) -> Ticket:
    region = site.city.region
    village = next(place.code for place in region.places.values() if place.level is Level.VILLAGE)

    async def work(session: Session) -> Ticket:
        contact = await session.uow.contacts.add(Contact(0, "test", "resident", created_at=session.now))
        matter = Register("路灯坏了，电话13812345678", Procedure.HOTLINE, Intent.COMPLAIN, next(iter(region.topics)), village)
        return await session.do(Actor(contact.id, Role.RESIDENT), matter)

    ticket = await site.city.desk.serve("test:register", work)
    assert ticket is not None
    return ticket


async def accept(site: Site, ticket: Ticket) -> None:
    async def work(session: Session) -> None:
        officer = Actor(1, Role.HUB_OFFICER, (Post(0, 1, Role.HUB_OFFICER, ticket.hub.unit, ticket.hub.place),))
        await session.do(officer, Move(ticket.id, Trigger.ACCEPT))

    await site.city.desk.serve("test:accept", work)


async def signed_in(site: Site, page: Page, role: Role) -> None:
    await page.goto(await site.sign_in_link(role))
    assert "#" not in page.url
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url("**/console")


async def test_from_the_link_to_one_tickets_trail(site: Site, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1400, "height": 900})
    failures = faults_of(page)
    ticket = await a_ticket(site)
    await signed_in(site, page, Role.SUPERVISOR)
    registered, accepted = (page.locator(f'[data-state="{state}"] .count') for state in ("REGISTERED", "ACCEPTED"))
    assert (await registered.text_content(), await accepted.text_content()) == ("1", "0")

    await accept(site, ticket)
    await page.locator('[data-state="ACCEPTED"].some .count', has_text="1").wait_for()
    assert await registered.text_content() == "0"

    await page.locator('[data-state="ACCEPTED"] a').click()
    await page.get_by_role("link", name=ticket.number).wait_for()
    await page.get_by_label("状态").select_option("REGISTERED")
    await page.get_by_role("button", name="筛选").click()
    await page.get_by_text("没有符合条件的工单").wait_for()
    await page.get_by_role("link", name="清除条件").click()
    await page.get_by_label("编号").fill(ticket.number.lower())
    await page.get_by_label("编号").press("Enter")
    await page.get_by_role("link", name=ticket.number).click()

    trail = page.get_by_role("region", name="全过程")
    assert await trail.get_by_role("listitem").count() == 2
    assert "受理" in await trail.inner_text()
    assert "138****5678" in await page.get_by_role("region", name="诉求内容").inner_text()
    await page.get_by_role("button", name="退出", exact=True).click()
    await page.wait_for_url("**/console/signin")
    await page.goto(f"{site.base}/console")
    await page.get_by_text("请先登录").wait_for()
    assert failures == []


async def test_a_used_link_says_so_kindly(site: Site, browser: Browser) -> None:
    link = await site.sign_in_link(Role.ADMIN)
    for end in ("总览", "这个链接不能用了"):
        page = await (await browser.new_context()).new_page()
        await page.goto(link)
        await page.get_by_role("button", name="登录").click()
        await page.get_by_role("heading", name=end).wait_for()


async def test_everything_but_the_link_works_without_scripts(site: Site, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]  # a plain dict will do
    page, ticket = await context.new_page(), await a_ticket(site)
    link = await site.sign_in_link(Role.SUPERVISOR)
    await page.goto(link)
    await page.get_by_label("一次性登录码").fill(link.partition("#")[2])
    await page.get_by_role("button", name="登录").click()
    await page.locator(".phases a.some").click()
    await page.get_by_role("link", name=ticket.number).click()
    await page.get_by_role("region", name="全过程").wait_for()


async def test_no_page_is_wider_than_a_phone(site: Site, browser: Browser) -> None:
    page = await browser.new_page(viewport=PHONE)  # type: ignore[arg-type]  # a plain dict will do
    ticket = await a_ticket(site)
    await signed_in(site, page, Role.SUPERVISOR)
    for path in ("/console", "/console/tickets", f"/console/tickets/{ticket.number}", "/console/health"):
        await page.goto(f"{site.base}{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


async def test_the_demos_button_opens_the_console_in_a_page_of_its_own(site: Site, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 1500, "height": 800})
    page = await context.new_page()
    failures = faults_of(page)
    await page.goto(f"{site.base}/demo")
    async with context.expect_page() as opened:
        await page.get_by_role("button", name="系统管理员").click()
    console = await opened.value
    await console.get_by_role("heading", name="总览").wait_for()
    assert "系统管理员" in await console.locator(".who").inner_text()
    assert failures == []
