"""A bot at a test server; nobody may break the Bot API's specification."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.telegram.start import Telegram, build
from tests.botapi import FakeTelegram, Person, reference
from tests.clock import FrozenClock
from tests.telegram.fakes import MemoryFiles, MemoryInbox


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox()


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(reference()) as server:
        yield server
        assert server.violations == []


@pytest.fixture
async def telegram(server: FakeTelegram, files: MemoryFiles, clock: FrozenClock) -> AsyncIterator[Telegram]:
    async with await build(server.token, server.base_url, server.base_file_url, files, clock) as telegram:
        yield telegram


@pytest.fixture
def resident(server: FakeTelegram) -> Person:
    return server.person()
