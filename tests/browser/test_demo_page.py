"""The demo page in a real browser: the complaint on the left reaches the worker's pane by mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, async_playwright

from app import config, demo, wiring
from app.clock import SystemClock
from app.region_pack import load
from app.serving import web_app
from nlp import build
from storage import migrate, open_database

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    settings = replace(config.load(ROOT / "config.example.toml", {}), files=config.FilesConfig(tmp_path / "files"))
    region, clock = load(ROOT / "regions" / "jiangmen"), SystemClock()
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    city = wiring.build(settings, region, database, clock)
    page = await demo.prepare(city, clock, build(ROOT / "regions" / "jiangmen" / "language", region).places, "E1.2")
    tasks = city.engine.start()
    server = TestServer(web_app(city, page))
    await server.start_server()
    yield str(server.make_url("/demo"))
    await server.close()
    await city.engine.stop(tasks)
    await database.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        await started.close()


async def test_a_complaint_is_walked_by_mouse(address: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1500, "height": 800})
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    await page.goto(address)
    await page.wait_for_selector("article:nth-of-type(4) iframe")
    resident, worker, officer = (page.frame_locator(f"article:nth-of-type({number}) iframe") for number in (1, 2, 3))
    # Posts are bound before the complaint comes.
    await worker.get_by_text("/todo").first.wait_for()
    await officer.get_by_text("/todo").first.wait_for()
    await page.click("#paste")
    await resident.locator("#send").click()
    await resident.get_by_role("button", name="继续").click()
    await resident.get_by_role("button", name="提交").click()
    await officer.get_by_role("button", name="受理并派").first.click()
    await worker.get_by_role("button", name="签收").click()
    await worker.get_by_role("button", name="办结反馈").first.click()
    await worker.locator("#text").fill("已清运，每周三次保洁")
    await worker.locator("#send").click()
    await worker.get_by_role("button", name="综治中心").first.click()
    await officer.get_by_role("button", name="通过").click()
    await resident.get_by_role("button", name="解决了", exact=True).click()
    await resident.get_by_role("button", name="满意", exact=True).click()
    await page.locator("#board .some", has_text="已办结 1").wait_for()
    assert failures == []
