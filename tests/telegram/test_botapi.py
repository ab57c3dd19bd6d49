"""The test server itself: a server that refuses nothing would prove nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.botapi import FakeTelegram, Person, reference


@pytest.fixture
async def loose() -> AsyncIterator[FakeTelegram]:
    """A server whose violations a test may cause."""
    async with FakeTelegram(reference()) as server:
        server.person()
        yield server


async def call(server: FakeTelegram, method: str, **params: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as client, client.post(f"{server.base_url}{server.token}/{method}", data=params) as answer:
        found: dict[str, Any] = await answer.json()
        return found


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("", "", "message text is empty"),
        (" \n", "", "message text is empty"),
        ("<b></b>", "HTML", "message text is empty"),
        ("字" * 4097, "", "message is too long"),
        ("<x>", "HTML", "Unsupported start tag"),
        ("<b>x", "HTML", "Can't find end tag"),
        ("x</b>", "HTML", "Unmatched end tag"),
        ("<b><i>x</b></i>", "HTML", "Unmatched end tag"),
        ("1 < 2", "HTML", "Unclosed start tag"),
    ],
)
async def test_texts_that_telegram_refuses(loose: FakeTelegram, text: str, mode: str, said: str) -> None:
    found = await call(loose, "sendMessage", chat_id=1001, text=text, **({"parse_mode": mode} if mode else {}))
    assert found["error_code"] == 400 and said in found["description"]
    assert loose.refusals and loose.violations == []


@pytest.mark.parametrize(
    "button",
    [
        '{"text":"x","callback_data":"' + "字" * 22 + '"}',
        '{"text":"x"}',
        '{"text":"x","url":"http://localhost/a"}',
        '{"text":" ","callback_data":"x"}',
    ],
)
async def test_buttons_that_telegram_refuses(loose: FakeTelegram, button: str) -> None:
    found = await call(loose, "sendMessage", chat_id=1001, text="x", reply_markup=f'{{"inline_keyboard":[[{button}]]}}')
    assert found["error_code"] == 400
    assert loose.transcript(1001) == []


async def test_the_limit_counts_after_parsing(loose: FakeTelegram) -> None:
    found = await call(loose, "sendMessage", chat_id=1001, text="<b>" + "&lt;" * 4096 + "</b>", parse_mode="HTML")
    assert found["ok"]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sendMesage", {"chat_id": 1001, "text": "x"}),
        ("sendMessage", {"chat_id": 1001}),
        ("sendMessage", {"chat_id": 1001, "text": "x", "colour": "red"}),
        ("sendMessage", {"chat_id": 1001, "text": "x", "disable_notification": "perhaps"}),
        ("sendMessage", {"chat_id": 1001, "text": "x", "reply_markup": '{"inline_keyboard":[[{"label":"x"}]]}'}),
        ("sendMessage", {"chat_id": 1001, "text": "x", "reply_parameters": '{"allow_sending_without_reply":true}'}),
        ("sendLocation", {"chat_id": 1001, "latitude": "north", "longitude": 1}),
        ("sendMediaGroup", {"chat_id": 1001, "media": '[{"type":"photo","media":"attach://nothing"}]'}),
    ],
)
@pytest.mark.skipif(reference() is None, reason="no reference data here")
async def test_breaches_of_the_specification(loose: FakeTelegram, method: str, params: dict[str, Any]) -> None:
    found = await call(loose, method, **params)
    assert not found["ok"] and len(loose.violations) == 1


async def test_limits_when_wanted(loose: FakeTelegram) -> None:
    loose.methods.limits.on = True
    found = [await call(loose, "sendMessage", chat_id=1001, text=str(number)) for number in range(6)]
    assert [one["ok"] for one in found] == [True] * 4 + [False] * 2
    assert found[-1]["parameters"]["retry_after"] >= 1


async def test_two_pollers_conflict(loose: FakeTelegram) -> None:
    await call(loose, "setWebhook", url="http://127.0.0.1:9/")
    found = await call(loose, "getUpdates")
    assert (found["ok"], found["error_code"]) == (False, 409)


async def test_out_of_order_and_negative_confirmations(loose: FakeTelegram) -> None:
    person = loose.person()
    ids = [await person.says(str(number)) for number in range(6)]
    loose.delivery.shuffle()
    found = [update["update_id"] for update in (await call(loose, "getUpdates"))["result"]]
    assert sorted(found) == ids and found != ids
    assert (await call(loose, "getUpdates", offset=ids[-1] + 1))["result"] == []


async def test_a_person_who_sees_nothing_says_what_was_there(resident: Person, server: FakeTelegram) -> None:
    await call(server, "sendMessage", chat_id=1001, text="早安")
    await resident.sees("早")
    await resident.says("x")
    with pytest.raises(AssertionError, match="早安"):
        await resident.sees("早", within=0.01)
    assert (await resident.sees("早", ever=True)).text == "早安"
