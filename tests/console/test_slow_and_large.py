"""Whoever is slow, or never ends, is cut off or told no: everybody else is served meanwhile, and nothing fails."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Self

import pytest
from aiohttp import ClientError, ClientSession
from aiohttp.test_utils import unused_port

from app.listening import Patience
from app.serving import WebServer
from bot.telegram.receive import webhook_routes
from storage import Database, DiskFiles, WebMailbox
from tests.console.conftest import House
from tests.contract.conftest import sqlite
from tests.telegram.fakes import MemoryInbox
from web.limits import LIMITS, MAX_BODY

__all__ = ["sqlite"]
SOON = 0.15
FORM = "multipart/form-data; boundary=xyz"
UPDATE = b'--xyz\r\nContent-Disposition: form-data; name="update"\r\n\r\n{"id": "an-update-1", "text": "a"}\r\n'
FILE = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'


class Line:
    """A telephone line to the server, spoken into byte by byte."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    def says(self, *lines: str, body: bytes = b"") -> None:
        self._writer.write("\r\n".join(lines).encode() + body)

    async def hears(self) -> bytes:
        """All until the other side hangs up."""
        async with asyncio.timeout(10):
            try:
                return await self._reader.read()
            except ConnectionError:
                return b""


@pytest.fixture
def database(sqlite: Database) -> Database:
    """Which database lies behind it is the same to a connection."""
    return sqlite


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.WARNING)
    yield
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR] == []


@asynccontextmanager
async def served(
    house: House, places: int = 0, room: int | None = None, idle: float = SOON
) -> AsyncIterator[tuple[WebServer, int, ClientSession]]:
    app, port = house.app(), unused_port()
    app[LIMITS].seconds = SOON
    if room is not None:
        app[LIMITS].room = room
    app.add_routes(webhook_routes("secret", MemoryInbox(), "/hook"))
    server = WebServer(app, "127.0.0.1", port, patience=Patience(idle, SOON, places))
    await server.start()
    async with ClientSession(f"http://127.0.0.1:{port}") as client:
        async with client.post("/chat/api/session") as answer:
            client.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
        yield server, port, client
    await server.stop()


async def healthy(client: ClientSession) -> None:
    async with client.get("/healthz") as answer:
        assert answer.status == 200


@pytest.mark.parametrize("said", ["", "G", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "])
async def test_a_head_that_never_ends_is_hung_up(house: House, said: str) -> None:
    async with served(house) as (_, port, client), Line(port) as slow:
        slow.says(said)
        await healthy(client)
        assert await slow.hears() == b""
        await healthy(client)


@pytest.mark.parametrize("path", ["/chat/api/messages", "/console/signin", "/hook"])
@pytest.mark.parametrize("kind", ["application/json", FORM, "application/x-www-form-urlencoded"])
async def test_a_body_that_never_ends_is_told_so_and_hung_up(house: House, path: str, kind: str) -> None:
    async with served(house) as (_, port, client), Line(port) as slow:
        key = f"Authorization: {client.headers['Authorization']}", "X-Telegram-Bot-Api-Secret-Token: secret"
        slow.says(f"POST {path} HTTP/1.1", "Host: a", *key, f"Content-Type: {kind}", "Content-Length: 1000", "", "", body=UPDATE[:40])
        await healthy(client)
        heard = await slow.hears()
        # A form of another kind than ours is refused unread, whatever follows.
        assert heard.split(b" ")[1] in {b"408"} | ({b"403"} if path == "/console/signin" else set())
        await healthy(client)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system can't tell who does not take what is sent")
async def test_who_never_takes_what_is_sent_is_hung_up(house: House) -> None:
    files = DiskFiles(house.files)
    ref = await files.put(bytes(12 * 1024 * 1024), "document", "application/zip")
    async with served(house) as (server, port, client):
        address = await WebMailbox(house.town.database).address_of(client.headers["Authorization"].removeprefix("Bearer "))
        assert address is not None
        await WebMailbox(house.town.database).append(address, "m", {"html": "", "files": [{"sha256": ref.sha256}]})
        with socket.create_connection(("127.0.0.1", port)) as deaf:
            key = f"Authorization: {client.headers['Authorization']}"
            deaf.sendall(f"GET /chat/api/files/{ref.sha256} HTTP/1.1\r\nHost: a\r\n{key}\r\n\r\n".encode())
            async with asyncio.timeout(20):
                while not server._listener._busy:
                    await asyncio.sleep(0)
                while server.connections:
                    await asyncio.sleep(0)
            await healthy(client)


async def test_who_never_asked_for_anything_makes_room_for_a_newcomer(house: House) -> None:
    async with served(house, places=3, idle=30) as (server, port, client), Line(port) as first, Line(port) as second:
        async with asyncio.timeout(5):
            while server.connections < 3:
                await asyncio.sleep(0)
        async with Line(port) as newcomer:
            newcomer.says("GET /healthz HTTP/1.1", "Host: a", "Connection: close", "", "")
            assert b" 200 " in await newcomer.hears()
            assert await first.hears() == b""
        second.says("GET /healthz HTTP/1.1", "Host: a", "Connection: close", "", "")
        assert b" 200 " in await second.hears()
        await healthy(client)


async def test_where_everybody_is_being_served_a_newcomer_is_told_to_come_again(house: House) -> None:
    async with served(house, places=1) as (server, port, client):
        waiting = asyncio.create_task(client.get("/chat/api/messages"))
        async with asyncio.timeout(5):
            while not server._listener._busy:
                await asyncio.sleep(0)
        async with Line(port) as newcomer:
            newcomer.says("GET /healthz HTTP/1.1", "Host: a", "", "")
            heard = await newcomer.hears()
        assert heard.startswith(b"HTTP/1.1 503 ") and b"Retry-After" in heard
        waiting.cancel()


async def endless(head: bytes) -> AsyncIterator[bytes]:
    yield head
    while True:
        yield bytes(1024 * 1024)


@pytest.mark.parametrize(
    ("kind", "head"),
    [("application/json", b'{"id": "'), (FORM, UPDATE + FILE), (FORM, FILE[:-2]), (FORM, UPDATE[:60])],
    ids=["json", "a file", "a head", "words"],
)
async def test_a_body_without_an_end_is_refused(house: House, kind: str, head: bytes) -> None:
    async with served(house) as (_, _, client):
        house_limits(house, 30)
        try:
            async with client.post("/chat/api/messages", data=endless(head), headers={"Content-Type": kind}) as answer:
                assert answer.status in {400, 413}
        except ClientError:
            pass  # refused and hung up while we were still talking
        await healthy(client)


async def test_files_beyond_the_tenth_are_not_read_for_ever(house: House) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield UPDATE
        for _ in range(11):
            yield FILE + b"a\r\n"
        yield FILE
        for _ in range(MAX_BODY // (1024 * 1024) + 1):
            yield bytes(1024 * 1024)

    async with served(house) as (_, _, client):
        house_limits(house, 30)
        try:
            async with client.post("/chat/api/messages", data=parts(), headers={"Content-Type": FORM}) as answer:
                assert answer.status == 413
        except ClientError:
            pass
        await healthy(client)


async def test_more_parts_than_any_browser_sends_are_refused(house: House) -> None:
    body = UPDATE + (FILE + b"a\r\n") * 200 + b"--xyz--\r\n"
    async with served(house) as (_, _, client), client.post("/chat/api/messages", data=body, headers={"Content-Type": FORM}) as answer:
        assert answer.status == 400


async def test_what_says_that_it_is_too_large_is_refused_unread(house: House) -> None:
    async with served(house) as (_, port, client), Line(port) as large:
        key = f"Authorization: {client.headers['Authorization']}"
        large.says("POST /chat/api/messages HTTP/1.1", "Host: a", key, f"Content-Type: {FORM}", f"Content-Length: {MAX_BODY + 1}", "", "")
        assert (await large.hears()).startswith(b"HTTP/1.1 413 ")


async def test_all_files_at_once_fill_no_memory(house: House) -> None:
    body = UPDATE + FILE + bytes(100_000) + b"\r\n--xyz--\r\n"
    async with served(house, room=120_000) as (_, _, client):
        app_room = house.made[-1][LIMITS]
        with app_room.held() as take:
            take(50_000)
            async with client.post("/chat/api/messages", data=body, headers={"Content-Type": FORM}) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        async with client.post("/chat/api/messages", data=body, headers={"Content-Type": FORM}) as answer:
            assert answer.status == 202
        assert app_room.room == 120_000


def house_limits(house: House, seconds: float) -> None:
    house.made[-1][LIMITS].seconds = seconds


