"""What is hardly HTTP: the headers all the same, nothing of it sent back, and no line in the error log."""

from __future__ import annotations

import asyncio
import logging

import pytest

from app.serving import WebServer
from tests.city.process import free_port
from tests.console.conftest import House, database, house, town
from web.app import HEADERS

__all__ = ["database", "house", "town"]
MARK = "marked-by-a-stranger"
RAW = {
    "a long address": f"GET /{MARK}{'x' * 9000} HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long header": f"GET / HTTP/1.1\r\nHost: a\r\nX-{MARK}: {'x' * 9000}\r\n\r\n",
    "no method": f"{MARK}\r\n\r\n",
    "a control character": f"GET /\x00{MARK} HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header that is none": f"GET / HTTP/1.1\r\nHost: a\r\n{MARK}\r\n\r\n",
    "two lengths": f"POST /chat/api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\nX-A: {MARK}\r\n\r\n",
    "a length and pieces": f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nX-A: {MARK}\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", RAW)
async def test_what_is_no_request_is_refused_like_everything_else(house: House, caplog: pytest.LogCaptureFixture, name: str) -> None:
    caplog.set_level(logging.INFO)
    server = WebServer(house.app(), "127.0.0.1", port := free_port())
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(RAW[name].encode())
    async with asyncio.timeout(10):
        answer = (await reader.read()).decode()
    writer.close()
    await server.stop()
    assert answer.split()[1] == "400" and MARK not in answer
    for header, value in HEADERS.items():
        assert f"{header}: {value}\r\n" in answer
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_nothing_beside_the_styles_and_scripts_is_handed_out(house: House) -> None:
    client = (await house.stranger()).client
    for name in ("chat.html", "..%2fapp.py", "%2fetc%2fpasswd", "9" * 5000, "%00", "chat.js%00", "CHAT.JS", ""):
        assert (await client.get(f"/static/{name}")).status == 404
    assert (await client.get("/static/chat.js")).status == 200
