"""A resident's passport in a real browser: asked for in the chat, saved, opened from a file without any server."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from app.anchors import AnchorWatch
from app.passports import Passports
from bot.doors import ReadyMessage
from storage import SqlUnitOfWork
from tests.browser.conftest import Site, faults_of
from tests.browser.test_console_pages import a_ticket, accept
from tests.clock import FrozenClock
from workflow import passport
from workflow.commands import Add
from workflow.desk import Session
from workflow.model import Actor, Role, Ticket

pytestmark = pytest.mark.browser


async def issued(site: Site) -> tuple[Ticket, str]:
    """A page with two steps in an anchor and one that waits."""
    city = site.city
    ticket = await a_ticket(site)
    await accept(site, ticket)
    # Today's anchor is made already: when the city started.
    tomorrow = FrozenClock(city.desk.clock.now() + timedelta(days=1))
    assert await AnchorWatch(lambda: SqlUnitOfWork(city.database), city.desk, tomorrow, lambda: city.region).look() == 1

    async def add(session: Session) -> None:
        await session.do(Actor(ticket.reporter or 0, Role.RESIDENT), Add(ticket.id, "还在坏"))

    await city.desk.serve("test:add", add)
    async with SqlUnitOfWork(city.database, reading=True) as uow:
        reporter = await uow.contacts.get(ticket.reporter or 0)
        assert reporter is not None
        speech = passport.wanted(reporter.id, ticket)
        maker = Passports(city.texts, lambda: city.region, city.files)
        message = await maker.attached(uow, reporter, speech, ReadyMessage(""))
        assert message is not None
    return ticket, (await city.files.get(message.files[0].sha256)).decode()


async def opened(browser: Browser, file: Path, content: str) -> tuple[Page, list[str]]:
    """Without any network, as from a disk."""
    file.write_text(content, encoding="utf-8")
    context = await browser.new_context(offline=True)
    page = await context.new_page()
    faults = faults_of(page)
    await page.goto(file.as_uri())
    return page, faults


async def test_from_a_file_it_says_that_it_is_genuine(site: Site, browser: Browser, tmp_path: Path) -> None:
    ticket, content = await issued(site)
    page, faults = await opened(browser, tmp_path / "passport.html", content)
    assert await page.locator("#verdict.genuine strong").text_content() == site.city.texts.label("zh-Hans", "passport.genuine")
    said = await page.locator("#verdict li").all_text_contents()
    assert len(said) == 2 and "第 1 步至第 2 步" in said[0] and "第 3 步" in said[1]
    assert ticket.number in (await page.locator("h1").text_content() or "")
    assert await page.locator("#trail li").count() == 3
    assert faults == []


async def test_whatever_is_altered_it_says_so_and_where(site: Site, browser: Browser, tmp_path: Path) -> None:
    _, content = await issued(site)
    block = re.search(r'data-digest="([0-9a-f]{64})">(.*?)</script>', content, re.DOTALL)
    assert block is not None
    data = json.loads(block[2])
    second = data["events"][1]["hash"]
    line = data["lines"]["event"][0]
    for number, (old, new, marked) in enumerate([
        ('"kind":"accept"', '"kind":"accepu"', "event-2"), (f'"hash":"{second}"', f'"hash":"{"0" * 64}"', "event-2"),
        (f">{line}</p>", f">{line}1</p>", "event-1"), (f'"root":"{data["anchors"][0]["anchor"]["root"]}"', f'"root":"{"0" * 64}"', ""),
        (block[1], "0" * 64, ""), ('"format":"case-passport"', '"format":"case-passporu"', ""), ('"events":[', '"events":{', ""),
    ]):  # fmt: skip
        assert content.count(old) >= 1, old
        page, faults = await opened(browser, tmp_path / f"{number}.html", content.replace(old, new))
        assert await page.locator("#verdict.altered strong").text_content() == site.city.texts.label("zh-Hans", "passport.altered"), old
        assert await page.locator("#verdict li").count() >= 1
        assert marked in [await one.get_attribute("id") for one in await page.locator("#trail li.altered").all()] or not marked, old
        assert faults == []
        await page.context.close()


async def test_every_single_letter_of_the_data_counts(site: Site, browser: Browser, tmp_path: Path) -> None:
    """One letter after another is altered inside the page; each time it must say so."""
    _, content = await issued(site)
    page, _ = await opened(browser, tmp_path / "passport.html", content)
    missed = await page.evaluate(
        """() => {
          const block = document.getElementById("passport"), whole = block.textContent, missed = [];
          for (let at = 0; at < whole.length; at += 7) {
            block.textContent = whole.slice(0, at) + (whole[at] === "1" ? "2" : "1") + whole.slice(at + 1);
            if (look()[1].length === 0) missed.push(at);
          }
          block.textContent = whole;
          return [missed, look()[1].length];
        }"""
    )
    assert missed == [[], 0]


async def test_its_hashes_are_sha_256(site: Site, browser: Browser, tmp_path: Path) -> None:
    _, content = await issued(site)
    page, _ = await opened(browser, tmp_path / "passport.html", content)
    different = await page.evaluate(
        """async () => {
          const different = [];
          for (let length = 0; length < 300; length++) {
            const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
            const theirs = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
            const hex = [...theirs].map((one) => one.toString(16).padStart(2, "0")).join("");
            if (sha256(bytes) !== hex) different.push(length);
          }
          return different;
        }"""
    )
    assert different == []
