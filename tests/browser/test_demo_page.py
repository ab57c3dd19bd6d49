"""The demo page in a real browser: the complaint on the left reaches the worker's pane by mouse."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Site, faults_of

pytestmark = pytest.mark.browser


async def test_a_complaint_is_walked_by_mouse(site: Site, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1500, "height": 800})
    failures = faults_of(page)
    await page.goto(f"{site.base}/demo")
    await page.wait_for_selector("article:nth-of-type(4) iframe")
    resident, worker, officer = (page.frame_locator(f"article:nth-of-type({number}) iframe") for number in (1, 2, 3))
    # Posts are bound before the complaint comes.
    await worker.get_by_text("/todo").first.wait_for(timeout=10_000)  # no chat of the page waits for another one's news
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
