"""A bot at a test server; nobody may break the Bot API's specification."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.telegram.start import Telegram, build
from tests.botapi import FakeTelegram, Person
from tests.clock import FrozenClock
from tests.telegram.fakes import MemoryFiles, MemoryInbox

_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_SPEC = Path(os.environ.get("PETITION_REFERENCE_DATA") or _SHARED) / "bot_api_10_1_spec.json"


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles()


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox()


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(_SPEC if _SPEC.is_file() else None) as server:
        yield server
        assert server.violations == []


@pytest.fixture
async def telegram(server: FakeTelegram, files: MemoryFiles, clock: FrozenClock) -> AsyncIterator[Telegram]:
    async with await build(server.token, server.base_url, server.base_file_url, files, clock) as telegram:
        yield telegram


@pytest.fixture
def resident(server: FakeTelegram) -> Person:
    return server.person()
