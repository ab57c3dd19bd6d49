from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.telegram.parse import ALLOWED_UPDATES
from bot.telegram.receive import MAX_BODY, Poller, webhook_routes
from bot.telegram.start import Telegram
from tests.botapi import FakeTelegram, Person
from tests.telegram.fakes import MemoryInbox
from workflow.errors import Away

SECRET = "a-secret_of-tests"
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@asynccontextmanager
async def polling(telegram: Telegram, inbox: MemoryInbox) -> AsyncIterator[Poller]:
    poller = Poller(telegram.polls, telegram.url, inbox, first_wait=0.01)
    running = asyncio.create_task(poller.run())
    try:
        yield poller
    finally:
        poller.stop()
        async with asyncio.timeout(5):
            await running


async def test_updates_come_once_and_in_order(telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox) -> None:
    await resident.says("0")
    async with polling(telegram, inbox):
        for number in range(1, 5):
            await resident.says(str(number))
        await inbox.filled(5)
        await server.delivery.confirmed()
    assert inbox.texts() == ["0", "1", "2", "3", "4"]
    assert server.delivery.allowed == list(ALLOWED_UPDATES)


async def test_nothing_is_confirmed_before_it_is_stored(
    telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox
) -> None:
    inbox.hold = asyncio.Event()
    async with polling(telegram, inbox):
        await resident.says("路灯坏了")
        await inbox.tried(1)
        assert server.delivery.pending
        inbox.hold.set()
        await server.delivery.confirmed()
    assert inbox.texts() == ["路灯坏了"]


async def test_what_could_not_be_stored_comes_again(
    telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.fail = 2
    for text in ("一", "二"):
        await resident.says(text)
    async with polling(telegram, inbox):
        await inbox.filled(2)
        await server.delivery.confirmed()
    assert inbox.texts() == ["一", "二"]
    assert "一" not in caplog.text


async def test_the_same_update_twice(telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox) -> None:
    async with polling(telegram, inbox):
        update_id = await resident.says("一")
        await server.delivery.confirmed()
        await server.delivery.again(update_id)
        await inbox.tried(2)
    assert inbox.texts() == ["一"]


async def test_failures_of_every_kind_are_survived(
    telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail(502, "Bad Gateway", method="getUpdates")
    server.fail(409, "terminated by other getUpdates request", method="getUpdates", times=3)
    server.cut("getUpdates", times=2)
    server.cut("getUpdates", after=True)
    await resident.says("路灯坏了")
    async with polling(telegram, inbox):
        await inbox.filled(1)
    assert inbox.texts() == ["路灯坏了"]
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 1, "409 is said once"
    assert server.token not in caplog.text and "路灯" not in caplog.text


async def test_junk_among_updates_is_passed_over(telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox) -> None:
    await server.delivery.raw({"update_id": 700_000, "message": "x"})
    await resident.says("一")
    async with polling(telegram, inbox):
        await inbox.filled(2)
        await server.delivery.confirmed()
    assert [chat for chat, _, _ in inbox.rows.values()] == ["", "1001"]


async def test_stopping_does_not_wait_for_the_poll(telegram: Telegram, server: FakeTelegram, inbox: MemoryInbox) -> None:
    async with polling(telegram, inbox), asyncio.timeout(5):
        await server.delivery.add("message", {})
        await inbox.filled(1)
    # leaving the block ends the poll that is open by now


async def test_polling_takes_the_webhook_away_but_not_what_waits(
    telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox
) -> None:
    await resident.says("一")
    await telegram.webhook("http://127.0.0.1:9/hook", SECRET)
    poller = await telegram.poller(inbox, lambda: None)
    assert server.delivery.webhook == ""
    running = asyncio.create_task(poller.run())
    await inbox.filled(1)
    poller.stop()
    await running
    assert server.delivery.drops_asked == 0


@asynccontextmanager
async def hooked(inbox: MemoryInbox) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(webhook_routes(SECRET, inbox, "/telegram"))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    finally:
        await runner.cleanup()


async def test_the_webhook_end_to_end(telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox) -> None:
    async with hooked(inbox) as url:
        await resident.says("早")
        await telegram.webhook(url, SECRET)
        await resident.says("晚")
        await server.delivery.confirmed()
        await telegram.bot.delete_webhook()
    assert inbox.texts() == ["早", "晚"]


async def test_a_failed_store_is_not_confirmed_and_order_holds(
    telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox
) -> None:
    inbox.fail = 2
    async with hooked(inbox) as url:
        await telegram.webhook(url, SECRET)
        first = await resident.says("一")
        second = await resident.says("二")
        await server.delivery.attempted(2)
        assert server.delivery.attempts == [(first, 500), (first, 500)]
        server.delivery.retry_now()
        await server.delivery.confirmed()
        await telegram.bot.delete_webhook()
    assert inbox.texts() == ["一", "二"]
    assert server.delivery.attempts[2:] == [(first, 200), (second, 200)]


async def test_while_the_store_is_away_telegram_is_asked_to_come_again(
    telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.fail, inbox.error = 2, Away("full")
    async with hooked(inbox) as url:
        await telegram.webhook(url, SECRET)
        said = await resident.says("一")
        await server.delivery.attempted(2)
        assert server.delivery.attempts == [(said, 503), (said, 503)]
        server.delivery.retry_now()
        await server.delivery.confirmed()
        await telegram.bot.delete_webhook()
    assert inbox.texts() == ["一"]
    assert caplog.records == [], "whoever watches the store tells of it, once"


async def test_while_the_store_is_away_the_poller_confirms_nothing(
    telegram: Telegram, server: FakeTelegram, resident: Person, inbox: MemoryInbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.fail, inbox.error = 2, Away("full")
    await resident.says("一")
    async with polling(telegram, inbox):
        await inbox.tried(2)
        assert server.delivery.pending
        await inbox.filled(1)
        await server.delivery.confirmed()
    assert inbox.texts() == ["一"]
    assert caplog.records == []


@pytest.mark.parametrize("headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": "密"}])
async def test_without_the_secret_nothing_is_read(inbox: MemoryInbox, headers: dict[str, str]) -> None:
    async with hooked(inbox) as url, aiohttp.ClientSession() as client, client.post(url, json={"update_id": 1}, headers=headers) as answer:
        assert answer.status == 403
    assert inbox.tries == 0


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"update_id": "x"}', b"\xff\xfe", b"[" * 100_000])
async def test_junk_is_confirmed_so_that_it_does_not_come_again(inbox: MemoryInbox, raw: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with hooked(inbox) as url, aiohttp.ClientSession() as client, client.post(url, data=raw, headers=HEADER) as answer:
        assert answer.status == 200
    assert inbox.tries == 0
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_too_much_is_refused(inbox: MemoryInbox) -> None:
    body = io.BytesIO(b" " * (MAX_BODY + 1))
    async with hooked(inbox) as url, aiohttp.ClientSession() as client, client.post(url, data=body, headers=HEADER) as answer:
        assert answer.status == 413


def test_a_webhook_needs_a_secret(inbox: MemoryInbox) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook_routes("", inbox, "/telegram")
