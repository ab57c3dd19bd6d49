"""Many at one address of the web chat: limits that no red flag meets, that follow the right address, and that fill no memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from storage.tables import inbox
from tests.console.conftest import House
from web import crowds
from web.crowds import CROWDS
from web.sources import Sources, networks

BUSY, OTHER = "9.9.9.9", "8.8.4.4"  # no examples' addresses: those count as an inner network's
_IDS = count(1)
Client = TestClient[Any, Any]


@pytest.fixture
async def client(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """Behind a proxy that the configuration names."""
    for name, value in (("OPENED", 3), ("SAID", 4), ("OWN", 2)):
        monkeypatch.setattr(crowds, name, value)
    app = house.app(replace(house.console, sources=Sources(networks("127.0.0.1"))))
    async with TestClient(TestServer(app)) as client:
        yield client


async def opens(client: Client, at: str = BUSY, **more: Any) -> tuple[int, str]:
    async with client.post("/chat/api/session", headers={"X-Forwarded-For": at}, **more) as answer:
        if answer.status != 200:
            assert answer.headers["Retry-After"] == "60"
            return answer.status, ""
        return 200, (await answer.json())["token"]


async def says(client: Client, token: str, text: str, at: str = BUSY) -> int:
    body = {"id": f"an-update-{next(_IDS)}", "text": text}
    headers = {"X-Forwarded-For": at, "Authorization": f"Bearer {token}"}
    async with client.post("/chat/api/messages", json=body, headers=headers) as answer:
        return answer.status


async def filled(client: Client, at: str = BUSY) -> str:
    """A chat of the address, after as many messages as it may bring."""
    _, token = await opens(client, at)
    for _ in range(crowds.SAID):
        assert await says(client, token, "a lamp", at) == 202
    return token


async def stored(house: House) -> int:
    async with house.town.database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(inbox))).scalar_one())


async def test_an_address_opens_so_many_chats_a_minute(client: Client, house: House) -> None:
    assert [(await opens(client))[0] for _ in range(5)] == [200, 200, 200, 429, 429]
    assert (await opens(client, OTHER))[0] == 200
    house.town.clock.move(minutes=1)
    assert (await opens(client))[0] == 200


async def test_whoever_is_in_danger_opens_a_chat_and_is_heard(client: Client) -> None:
    await filled(client)
    for _ in range(4):
        await opens(client)
    assert (await opens(client, json={"text": "a lamp"}))[0] == 429
    status, token = await opens(client, json={"text": "I smell gas"})
    assert status == 200
    assert await says(client, token, "I smell gas") == 202
    assert await says(client, token, "help") == 202  # a chat's own
    assert await says(client, token, "a lamp") == 429
    assert await says(client, token, "gas!") == 202


async def test_words_that_are_none_open_nothing_and_fail_nothing(client: Client) -> None:
    for _ in range(3):
        await opens(client)
    for body in (b"", b"{", b"[]", b'{"text": 1}', b"[" * 100_000, b"\xff", b'{"text": "gas"'):
        assert (await opens(client, data=body))[0] == 429, body[:9]


async def test_an_address_brings_so_many_messages_and_each_chat_has_some_of_its_own(client: Client, house: House) -> None:
    token = await filled(client)
    assert await says(client, token, "a lamp") == 429
    _, neighbour = await opens(client)
    assert [await says(client, neighbour, "a lamp") for _ in range(3)] == [202, 202, 429]
    assert await says(client, token, "a lamp", OTHER) == 202, "the address is counted, not the chat"
    house.town.clock.move(minutes=1)
    assert await says(client, token, "a lamp") == 202


async def test_what_was_refused_left_nothing_behind(client: Client, house: House) -> None:
    """Not in the inbox, and no file of it on the disk."""
    token = await filled(client)
    before, kept = await stored(house), sorted(house.files.rglob("*"))
    headers = {"X-Forwarded-For": BUSY, "Authorization": f"Bearer {token}"}
    for first in ("update", "file"):
        form = FormData()
        parts = {"update": '{"id": "an-update-x", "text": "a lamp"}', "file": b"a paper"}
        for name in sorted(parts, key=lambda name: name != first):
            form.add_field(name, parts[name], **({"filename": "a.txt"} if name == "file" else {}))
        async with client.post("/chat/api/messages", data=form, headers=headers) as answer:
            assert answer.status == 429
    assert await stored(house) == before == crowds.SAID
    assert sorted(house.files.rglob("*")) == kept


async def test_what_a_stranger_says_of_the_address_does_not_count(client: Client) -> None:
    """The proxy writes the last one; what stands before is anybody's."""
    found = [(await opens(client, f"1.1.1.{number}, {BUSY}"))[0] for number in range(5)]
    assert found == [200, 200, 200, 429, 429]


async def test_inner_networks_are_not_counted(client: Client) -> None:
    """A proxy that nobody named would make one sender of a city."""
    for inner in ("10.0.0.9", "192.168.1.1", "fd00::1", "junk"):
        assert [(await opens(client, inner))[0] for _ in range(5)] == [200] * 5


async def test_a_network_of_ipv6_is_one_address(client: Client) -> None:
    found = [(await opens(client, f"2001:4860::{number}"))[0] for number in range(1, 6)]
    assert found == [200, 200, 200, 429, 429]


async def test_a_million_addresses_fill_no_memory(client: Client) -> None:
    assert isinstance(client.server, TestServer)
    made = client.server.app[CROWDS]
    for number in range(20_000):
        made.said.note(f"address {number}")
    assert len(made.said.found) < 5_000
