"""Names, addresses and headers by strangers: nothing they write becomes a header, a link, a way to elsewhere or a page."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import quote

import pytest

from app.serving import WebServer
from tests.city.process import free_port
from tests.console.conftest import Client, House, database, house, town
from tests.pictures import a_picture
from web.sources import Sources, networks
from web.ways import WAYS
from workflow.model import Role

__all__ = ["database", "house", "town"]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
EVIL = "evil.example"
NAMES = {
    "a path": "../../../etc/passwd", "a path of Windows": "C:\\windows\\system32\\a.pdf", "a hidden file": ".htaccess", "nothing": "",
    "dots": "..", "a direction mark": "\u202egnp.exe", "quotes": 'a"; filename="b.html',
    "new lines": "a\r\nSet-Cookie: x=1\r\n\r\n<html>.pdf",
    "300 characters": "好" * 300 + ".pdf", "a page": "a.html", "a drawing": "a.svg", "two endings": "a.pdf.html", "a script": "<script>.js",
    "NUL": "a\x00.html", "a page with a space": "a.html ", "a link": "a.url", "a formula": "=cmd|' /C calc'!A0.csv",
}  # fmt: skip
CONTENTS = {
    "a page": (b"<!doctype html><script>alert(1)</script>", "text/html"),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
    "a page that begins as PDF": (b"%PDF-1.7\n<html><script>alert(1)</script>", "application/pdf"),
    "a picture with a page behind": (a_picture() + b"<html><script>alert(1)</script>", "image/jpeg"),
    "a feed": (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "application/xhtml+xml"),
}
PAGES = {"text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "text/javascript", "multipart/related"}


async def brought(house: House, client: Client, name: str, content: bytes, mime: str) -> tuple[dict[str, str], dict[str, str]]:
    """What the inbox keeps of a file, and the headers with which its own chat gets it back."""
    async with client.post("/chat/api/session") as answer:
        key = {"Authorization": f"Bearer {(await answer.json())['token']}"}
    update = b'--xyz\r\nContent-Disposition: form-data; name="update"\r\n\r\n{"id": "an-update-1", "text": "a"}\r\n'
    # As browsers and others encode it: what can't stand in quotes comes in percent signs.
    head = f"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''{quote(name, safe='')}\r\n"
    head += f"Content-Type: {mime}\r\n\r\n"
    headers = {**key, "Content-Type": "multipart/form-data; boundary=xyz"}
    body = update + head.encode() + content + b"\r\n--xyz--\r\n"
    async with client.post("/chat/api/messages", data=body, headers=headers) as answer:
        assert answer.status == 202
    ((row,),) = await house.inbox().next_rows(house.town.clock.now())
    (file,) = row.body["files"]
    await house.mailbox().append(row.chat, "m1", {"html": "", "files": [file]})
    async with client.get(f"/chat/api/files/{file['sha256']}", headers=key) as answer:
        assert answer.status == 200
        return file, dict(answer.headers)


def is_no_page(file: dict[str, str], headers: dict[str, str]) -> None:
    assert file["mime"] not in PAGES
    assert headers["Content-Type"] == "application/octet-stream" and headers["Content-Disposition"] == "attachment"
    assert headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("which", NAMES)
async def test_a_files_name_is_neither_a_path_nor_a_header_nor_a_page(house: House, which: str) -> None:
    name = NAMES[which]
    file, headers = await brought(house, (await house.stranger()).client, name, b"anything", "text/html")
    is_no_page(file, headers)
    kept = file["name"]
    assert kept.isprintable() and not set(kept) & set('/\\"<>:|?*=+@') and len(kept) <= 70 and not kept.startswith((".", "-"))
    assert PurePath(kept).suffix in {"", ".bin", ".pdf"} and len(PurePath(kept).suffixes) <= 1
    assert {path.name for path in house.files.rglob("*") if path.is_file()} == {file["sha256"]}, "on the disk it is its hash"


@pytest.mark.parametrize("which", CONTENTS)
async def test_whatever_a_file_is_no_browser_shows_it_as_a_page(house: House, which: str) -> None:
    content, mime = CONTENTS[which]
    file, headers = await brought(house, (await house.stranger()).client, "a.html", content, mime)
    is_no_page(file, headers)


async def test_nobody_is_sent_elsewhere_whatever_an_address_or_a_header_says(house: House) -> None:
    """There is no `next`: after signing in the board follows. No page repeats the name under which it was asked for."""
    visitor = await house.holds(Role.SUPERVISOR)
    token = await visitor.form_token()
    headers = {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https", "Forwarded": f"host={EVIL}"}
    said = f"next=https://{EVIL}&redirect=//{EVIL}&url=%0d%0aLocation:%20https://{EVIL}&state=https://{EVIL}&number={EVIL}"
    for method, path in sorted(WAYS, key=lambda way: "signout" in way[1]):
        house.town.clock.move(seconds=61)
        for address in (path, f"{path.rstrip('/')}/%2e%2e//{EVIL}"):
            data = {"token": token, "next": f"https://{EVIL}", "reason": "to call back", "text": "a"} if method == "POST" else None
            now = "&now=" if path == "/chat/api/messages" else ""
            asked = visitor.client.request(method, f"{address}?{said}{now}", headers=headers, data=data, allow_redirects=False)
            async with asked as answer:
                assert answer.headers.get("Location") in {None, "/chat", "/console", "/console/health", "/console/signin"}, path
                assert answer.status < 500 and EVIL.encode() not in await answer.read()
                assert EVIL not in str(answer.headers)


async def test_a_code_opens_the_board_and_nothing_else(house: House) -> None:
    visitor = await house.stranger()
    code = {"code": await house.code(Role.ADMIN), "next": f"//{EVIL}"}
    answer = await visitor.client.post(f"/console/signin?next=https://{EVIL}", data=code, headers={"Host": EVIL}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/console")
    assert "domain" not in answer.headers["Set-Cookie"].lower()


async def test_another_sites_name_does_not_open_the_demos_console(house: House) -> None:
    """A page elsewhere may lead its own name to this machine: then it is a page of ours to the browser."""
    visitor = await house.stranger()
    for host, status in ((EVIL, 403), (f"{EVIL}:80", 403), ("localhost", 303), ("127.0.0.1:8080", 303), ("[::1]:8080", 303)):
        answer = await visitor.client.post("/demo/console", data={"role": "admin"}, headers={"Host": host}, allow_redirects=False)
        assert answer.status == status, host


ODD = {
    "new lines in an address": (b"GET /console/tickets?number=%0d%0aSet-Cookie:%20x=1 HTTP/1.1\r\nHost: a\r\n", b""),
    "new lines in a path": (b"GET /console/tickets/%0d%0aSet-Cookie:%20x=1 HTTP/1.1\r\nHost: a\r\n", b""),
    "new lines in a file's address": (b"GET /chat/api/files/%0d%0aSet-Cookie:%20x=1 HTTP/1.1\r\nHost: a\r\n", b""),
    "bytes in an address": (b"GET /console/tickets?number=\xe5\xa5\xbd\xff HTTP/1.1\r\nHost: a\r\n", b""),
    "bytes in the sender": (b"POST /console/signin HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \xe5\xa5\xbd\xff, 192.0.2.1\r\n", b"code=x"),
    "bytes in the host": (b"GET /chat HTTP/1.1\r\nHost: \xe5\xa5\xbd\xff\r\n", b""),
    "bytes in the cookie": (b"GET /console HTTP/1.1\r\nHost: a\r\nCookie: console=\xff\xfe; \xe5\xa5\xbd\r\n", b""),
    "bytes in the token": (b"GET /chat/api/messages?now HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xe5\xa5\xbd\r\n", b""),
    "bytes in the media type": (b"POST /chat/api/messages HTTP/1.1\r\nHost: a\r\nContent-Type: \xff/\xfe; boundary=\xff\r\n", b"{}"),
    "a folded header": (b"GET /chat HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n Set-Cookie: x=1\r\n", b""),
    "no host": (b"GET /chat HTTP/1.1\r\n", b""),
    "two slashes": (b"GET //evil.example/%2e%2e HTTP/1.1\r\nHost: a\r\n", b""),
    "a whole address": (b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n", b""),
}


@pytest.mark.parametrize("which", ODD)
async def test_odd_bytes_in_a_head_are_no_failure_and_no_header(house: House, caplog: pytest.LogCaptureFixture, which: str) -> None:
    caplog.set_level(logging.ERROR)
    head, body = ODD[which]
    server = WebServer(house.app(replace(house.console, sources=Sources(networks("127.0.0.1")))), "127.0.0.1", port := free_port())
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    await server.stop()
    status, headers = int(answer.split()[1]), answer.partition(b"\r\n\r\n")[0].lower()
    assert status in {200, 302, 400, 401, 403, 404}
    assert b"set-cookie" not in headers and b"evil.example" not in headers and b"content-security-policy: " in headers
    assert not caplog.records
