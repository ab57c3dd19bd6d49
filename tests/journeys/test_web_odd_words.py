"""Odd words and too many files through the web chat: what can be kept arrives, what can't is said, nothing fails."""

from __future__ import annotations

import json
import logging

import pytest
from aiohttp import FormData

from tests.journeys.test_web_chat import Counter, counter

__all__ = ["counter"]


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.ERROR)
    return caplog


async def test_words_that_can_not_be_kept_are_taken_without_them(counter: Counter, errors: pytest.LogCaptureFixture) -> None:
    resident = counter.resident
    await resident.says("/start")
    await resident.presses("继续")
    form = FormData()
    form.add_field("update", json.dumps({"id": "odd-words-1", "text": "\x00杜阮井根村村口\ud800垃圾\u202e没人清", "language": "\ud800"}))
    form.add_field("file", b"a", filename="\u202egpj.exe", content_type="image/x")
    answer = await counter.client.post("/chat/api/messages", data=form, headers=resident.key)
    assert answer.status == 202
    card = await resident.sees("我这样理解")
    assert "井根村" in card and "垃圾没人" in card and "附件　1" in card
    assert not errors.records


async def test_files_beyond_the_tenth_are_said_and_the_rest_is_kept(counter: Counter) -> None:
    resident = counter.resident
    await resident.says("/start")
    await resident.presses("继续")
    form = FormData()
    for number in range(12):
        form.add_field("file", f"{number}".encode(), filename=f"{number}.jpg", content_type="image/jpeg")
    form.add_field("update", '{"id": "many-files", "text": "杜阮井根村村口垃圾没人清"}')
    answer = await counter.client.post("/chat/api/messages", data=form, headers=resident.key)
    assert answer.status == 202
    await resident.sees("有 2 个没有收到")
    assert "附件　10" in await resident.sees("我这样理解")
