"""How a city gets to Telegram: it waits for what waiting mends, and ends for what it does not."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from telegram.error import BadRequest

import texts
from app import config, telegram
from app.checks import telegram as check
from app.config import Config, DatabaseConfig, FilesConfig, RegionConfig, Secret, TelegramConfig, WebConfig
from app.telegram import Polling, Webhook
from bot.telegram.start import Telegram, assemble
from tests.botapi import FakeTelegram, Person
from tests.clock import FrozenClock
from tests.telegram.fakes import MemoryFiles, MemoryInbox

SENTENCES = texts.load()
URL = "http://127.0.0.1:9/hook"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are not waited for."""
    monkeypatch.setattr(telegram, "_FIRST_WAIT", 0.0)
    monkeypatch.setattr(telegram, "_REFUSED_WAIT", 0.0)


def settings(server: FakeTelegram, token: str = "", mode: config.Mode = "webhook") -> TelegramConfig:
    return TelegramConfig(Secret(token or server.token), server.base_url, server.base_file_url, mode, URL, Secret("a-secret"))


def whole(found: TelegramConfig, folder: Path) -> Config:
    return Config(found, DatabaseConfig("x"), WebConfig("127.0.0.1", 0), RegionConfig(folder), FilesConfig(folder))


@pytest.fixture
def unmet(server: FakeTelegram, files: MemoryFiles, clock: FrozenClock) -> Telegram:
    return assemble(server.token, server.base_url, server.base_file_url, files, clock)


async def test_a_webhook_is_asked_for_until_telegram_answers(server: FakeTelegram, unmet: Telegram) -> None:
    server.fail(502, method="getMe")
    server.cut("setWebhook")
    server.flood(None, 0)
    webhook = Webhook(unmet, settings(server), SENTENCES)
    await webhook.start()
    await server.called("setMyCommands", times=6)
    await webhook.stop()
    await unmet.shutdown()
    assert server.delivery.webhook == URL and server.times_called("setWebhook") == 2


async def test_a_webhook_that_telegram_refuses_ends_the_start(server: FakeTelegram, unmet: Telegram) -> None:
    server.fail(400, "bad webhook: HTTPS url must be provided for webhook", method="setWebhook")
    webhook = Webhook(unmet, settings(server), SENTENCES)
    with pytest.raises(BadRequest):
        await webhook.start()
    await webhook.stop()
    await unmet.shutdown()


async def test_polling_begins_once_telegram_answers_and_waits_for_no_menu(
    server: FakeTelegram, unmet: Telegram, inbox: MemoryInbox, resident: Person, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail(502, method="getMe", times=2)
    server.fail(502, method="deleteWebhook")
    server.fail(401, "Unauthorized", method="deleteWebhook")
    server.hang("setMyCommands")
    polling = Polling(unmet, inbox, lambda: None, SENTENCES)
    await polling.start()
    await resident.says("一")
    await inbox.filled(1)
    async with asyncio.timeout(5):
        await polling.stop()
    await unmet.shutdown()
    levels = [record.levelno for record in caplog.records if record.name == "app.telegram"]
    assert levels == [logging.WARNING] * 3 + [logging.ERROR], "a refused token is an error"


async def test_the_end_does_not_wait_for_telegram(server: FakeTelegram, unmet: Telegram, inbox: MemoryInbox) -> None:
    server.hang("getMe")
    polling = Polling(unmet, inbox, lambda: None, SENTENCES)
    await polling.start()
    await server.called("getMe")
    async with asyncio.timeout(5):
        await polling.stop()
    await unmet.shutdown()


async def test_menus_that_fail_stop_nothing(server: FakeTelegram, telegram: Telegram, inbox: MemoryInbox, resident: Person) -> None:
    server.fail(400, "BOT_COMMAND_INVALID", method="setMyCommands")
    polling = Polling(telegram, inbox, lambda: None, SENTENCES)
    await polling.start()
    await resident.says("一")
    await inbox.filled(1)
    await polling.stop()


async def test_the_check_of_the_token(server: FakeTelegram, clock: FrozenClock, tmp_path: Path) -> None:
    for token, mode, level in ((server.token, "polling", "ok"), ("1:wrong", "polling", "fault"), ("1:wrong", "off", "ok")):
        found = whole(settings(server, token, mode), tmp_path)  # type: ignore[arg-type]  # mypy widens the literal
        finding = await check(found, lambda found=found: telegram.reached(found, clock))  # type: ignore[misc]
        assert (finding.code, finding.level) == ("C007", level)
