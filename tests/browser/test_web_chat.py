"""The web chat's page by mouse: a reply to a message belongs to its ticket, an attachment can be looked at, a position can be sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, FrameLocator, Page

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
COMPLAINT = "杜阮井根村村口的垃圾堆三天没人清，好臭"


async def opened(page: Page, address: str) -> FrameLocator:
    await page.goto(address)
    return page.frame_locator("article:nth-of-type(1) iframe")


async def says(resident: FrameLocator, words: str) -> None:
    await resident.locator("#text").fill(words)
    await resident.locator("#send").click()


async def test_a_reply_is_added_to_its_ticket(address: str, browser: Browser) -> None:
    page = await browser.new_page()
    resident = await opened(page, address)
    await says(resident, COMPLAINT)
    await resident.get_by_role("button", name="继续").click()
    await resident.get_by_role("button", name="提交").click()
    card = resident.locator(".msg", has_text="已登记，编号")
    await card.get_by_role("button", name="回复这条").click()
    await resident.locator("#reply", has_text="已登记").wait_for()
    await says(resident, "还有老鼠")
    await resident.get_by_text("已补充到").wait_for()
    assert await resident.locator("#reply").is_hidden()


async def test_a_position_can_be_sent(address: str, browser: Browser) -> None:
    context = await browser.new_context(geolocation={"latitude": 22.5806, "longitude": 113.0816}, permissions=["geolocation"])
    page = await context.new_page()
    await page.goto(address.replace("/demo", "/chat"))
    await page.locator("#text").fill("路灯坏了")
    await page.locator("#send").click()
    await page.get_by_role("button", name="继续").click()
    await page.get_by_text("这件事在哪里").wait_for()
    await page.get_by_role("button", name="发送我的位置").click()
    await page.get_by_text("您在下面哪一处附近").wait_for()


async def test_a_photo_is_shown_to_the_worker_who_opens_the_whole(address: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1500, "height": 800})
    resident = await opened(page, address)
    officer = page.frame_locator("article:nth-of-type(3) iframe")
    await says(resident, COMPLAINT)
    await resident.get_by_role("button", name="继续").click()
    picture = await page.screenshot()
    sound = FilePayload(name="a.mp3", mimeType="audio/mpeg", buffer=b"ID3")
    files = [FilePayload(name="a.png", mimeType="image/png", buffer=picture), sound]
    await resident.locator("#files").set_input_files(files)
    await resident.locator("#send").click()
    await resident.get_by_text("附件　2").wait_for()
    await resident.get_by_role("button", name="提交").last.click()
    await officer.get_by_role("button", name="看全文").click()
    await officer.locator("img[alt=照片]").wait_for()
    # Loaded and decoded: decode() itself refuses a picture whose line is being drawn anew.
    loaded = "image => image.naturalWidth || new Promise(done => image.addEventListener('load', () => done(image.naturalWidth)))"
    assert await officer.locator("img[alt=照片]").evaluate(loaded) == 1500
    async with page.expect_download() as download:
        await officer.get_by_role("button", name="音频").click()
    assert (await download.value).suggested_filename == "a.mp3"


async def test_a_file_too_big_is_said_before_it_is_sent_and_the_words_stay(address: str, browser: Browser) -> None:
    page = await browser.new_page()
    resident = await opened(page, address)
    await resident.locator("#text").fill(COMPLAINT)
    await resident.locator("#files").evaluate(
        """(input) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(20 * 1024 * 1024 + 1)], "a.mp4", { type: "video/mp4" }));
            input.files = data.files;
        }"""
    )
    await resident.locator("#send").click()
    await resident.locator("#toast", has_text="超过 20 MB").wait_for()
    assert await resident.locator("#text").input_value() == COMPLAINT
    assert await resident.locator(".msg.mine").count() == 0


async def test_a_file_that_the_server_finds_too_big_is_said_too(address: str, browser: Browser) -> None:
    page = await browser.new_page()
    await page.route("**/chat/api/messages", lambda route: route.fulfill(status=413))
    await page.goto(address.replace("/demo", "/chat"))
    await page.locator("#text").fill(COMPLAINT)
    await page.locator("#send").click()
    await page.locator("#toast", has_text="超过 20 MB").wait_for()
    await page.locator(".msg.mine.failed").wait_for()


async def test_while_the_store_is_away_the_page_keeps_what_was_written_and_sends_it(site: Site, browser: Browser) -> None:
    """Also for somebody who comes just then."""
    here = Path(str(site.city.database.engine.url.database))
    here.rename(here.with_name("aside"))
    page = await browser.new_page()
    await page.goto(f"{site.base}/chat")
    await page.locator("#toast", has_text="110").wait_for()
    here.with_name("aside").rename(here)
    await page.wait_for_function("() => sessionStorage.getItem('token')")
    here.rename(here.with_name("aside"))
    await page.locator("#text").fill(COMPLAINT)
    await page.locator("#send").click()
    await page.locator("#toast:not([hidden])", has_text="110").wait_for()
    here.with_name("aside").rename(here)
    await page.get_by_role("button", name="继续").click()
    await page.get_by_text("我这样理解").wait_for()
    assert await page.locator(".failed").count() == 0


async def test_what_is_written_before_there_is_a_chat_goes_when_the_store_is_back(site: Site, browser: Browser) -> None:
    here = Path(str(site.city.database.engine.url.database))
    here.rename(here.with_name("aside"))
    page = await browser.new_page()
    await page.goto(f"{site.base}/chat")
    await page.locator("#text").fill(COMPLAINT)
    await page.locator("#send").click()
    await page.locator("#toast:not([hidden])", has_text="110").wait_for()
    here.with_name("aside").rename(here)
    await page.get_by_role("button", name="继续").click()
    await page.get_by_text("我这样理解").wait_for()
    assert await page.locator(".failed").count() == 0
