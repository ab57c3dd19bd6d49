"""Whatever is sent to the web chat and the console's door: 400 or a kind page, never a failure of ours, never a line in the error log."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from aiohttp.test_utils import unused_port

from app.serving import WebServer
from storage import SqlInbox
from tests.console.conftest import Client, House
from tests.pictures import a_picture

ID = '"id": "an-update-1"'
FORM = "multipart/form-data; boundary=xyz"
PART = b'--xyz\r\nContent-Disposition: form-data; name="update"\r\n\r\n{"id": "an-update-1", "text": "a"}\r\n'
FILE = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'

BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "nothing": (b"", {}),
    "no json": (b"{", {}),
    "no object": (b"[]", {}),
    "no id": (b'{"text": "a"}', {}),
    "nothing said": (f"{{{ID}}}".encode(), {}),
    "an id with a break": (b'{"id": "an-update-1\\n", "text": "a"}', {}),
    "nested": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, {}),
    "nested a little less": (b'{"text":' + b"[" * 20_000 + b"]" * 20_000 + b"}", {}),
    "invalid UTF-8": (f'{{{ID}, "text": "'.encode() + b'\xff\xfe"}', {}),
    "a number of 5,000 digits": (f'{{{ID}, "text": {"9" * 5000}}}'.encode(), {}),
    "a text that is none": (f'{{{ID}, "text": ["a"]}}'.encode(), {}),
    "a text too long": (f'{{{ID}, "text": "{"a" * 4097}"}}'.encode(), {}),
    "a latitude beyond all maps": (f'{{{ID}, "location": {{"lat": 1e400, "lon": 1}}}}'.encode(), {}),
    "a whole latitude beyond all maps": (f'{{{ID}, "location": {{"lat": {"9" * 400}, "lon": 1}}}}'.encode(), {}),
    "a latitude that is no number": (f'{{{ID}, "location": {{"lat": NaN, "lon": 1}}}}'.encode(), {}),
    "a truth for a latitude": (f'{{{ID}, "location": {{"lat": true, "lon": false}}}}'.encode(), {}),
    "half a place": (f'{{{ID}, "location": {{"lat": 1}}}}'.encode(), {}),
    "a place that is none": (f'{{{ID}, "location": "here"}}'.encode(), {}),
    "a long button": (f'{{{ID}, "button": "{"a" * 65}"}}'.encode(), {}),
    "a button with NUL": (f'{{{ID}, "button": "r:show:1\\u0000"}}'.encode(), {}),
    "a button with half a character": (f'{{{ID}, "button": "\\ud800"}}'.encode(), {}),
    "a message id with NUL": (f'{{{ID}, "text": "a", "message_id": "\\u0000"}}'.encode(), {}),
    "a reply to half a character": (f'{{{ID}, "text": "a", "reply_to": "\\ud800"}}'.encode(), {}),
    "a form without boundary": (PART + b"--xyz--\r\n", {"Content-Type": "multipart/form-data"}),
    "an empty form": (b"", {"Content-Type": FORM}),
    "a form without parts": (b"--xyz--\r\n", {"Content-Type": FORM}),
    "a form cut in its head": (PART + b"--xyz\r\nContent-Dispo", {"Content-Type": FORM}),
    "a form cut in its words": (PART[:-9], {"Content-Type": FORM}),
    "a form cut in its file": (PART + FILE + b"\r\nhal", {"Content-Type": FORM}),
    "a form cut before its end": (PART, {"Content-Type": FORM}),
    "another transfer encoding": (PART + FILE + b"Content-Transfer-Encoding: x-foo\r\n\r\na\r\n--xyz--\r\n", {"Content-Type": FORM}),
    "a form in a form": (b"--xyz\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n--xyz--\r\n", {"Content-Type": FORM}),
    "a part of somebody else": (PART.replace(b'"update"', b'"other"') + b"--xyz--\r\n", {"Content-Type": FORM}),
    "a boundary too long": (PART + b"--xyz--\r\n", {"Content-Type": f"multipart/form-data; boundary={'x' * 80}"}),
}


@dataclass(frozen=True)
class Chat:
    client: Client
    key: dict[str, str]
    inbox: SqlInbox


@pytest.fixture
async def chat(house: House) -> Chat:
    client = (await house.stranger()).client
    token = (await (await client.post("/chat/api/session")).json())["token"]
    return Chat(client, {"Authorization": f"Bearer {token}"}, SqlInbox(house.town.database, house.town.clock))


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.ERROR)
    return caplog


@pytest.mark.parametrize("name", BODIES)
async def test_what_is_no_update_is_refused_and_is_no_failure(chat: Chat, errors: pytest.LogCaptureFixture, name: str) -> None:
    content, headers = BODIES[name]
    answer = await chat.client.post("/chat/api/messages", data=content, headers={"Content-Type": "application/json"} | chat.key | headers)
    assert answer.status == 400
    assert not errors.records


async def test_refusals_leave_nothing_and_the_same_id_is_taken_afterwards(
    house: House, chat: Chat, errors: pytest.LogCaptureFixture
) -> None:
    """A charset nobody knows is not asked: JSON is UTF-8."""
    for content, headers in BODIES.values():
        await chat.client.post("/chat/api/messages", data=content, headers=chat.key | headers)
    assert await chat.inbox.next_rows(house.town.clock.now()) == []
    headers = chat.key | {"Content-Type": "application/json; charset=foo"}
    answer = await chat.client.post("/chat/api/messages", data=b'{"id": "an-update-1", "text": "a"}', headers=headers)
    assert answer.status == 202
    assert len(await chat.inbox.next_rows(house.town.clock.now())) == 1
    assert not errors.records


@pytest.mark.parametrize("after", ["²", "", "-1", "x", "9" * 23, "9" * 5000, "%00", "1.5"])
async def test_an_odd_place_to_read_from_is_refused(chat: Chat, errors: pytest.LogCaptureFixture, after: str) -> None:
    answer = await chat.client.get(f"/chat/api/messages?now&after={after}", headers=chat.key)
    assert answer.status == 400
    assert not errors.records


@pytest.mark.parametrize("token", ["", "x" * 5000, "\udcff", "好"])
async def test_an_odd_token_is_a_strangers(chat: Chat, errors: pytest.LogCaptureFixture, token: str) -> None:
    answer = await chat.client.get("/chat/api/messages?now", headers={"Authorization": f"Bearer {token}"})
    assert answer.status in {400, 401}
    assert not errors.records


async def test_a_file_too_big_is_refused_as_such(house: House, chat: Chat) -> None:
    form = FormData()
    form.add_field("update", '{"id": "one-big-file", "text": "a"}')
    form.add_field("file", io.BytesIO(bytes(20 * 1024 * 1024 + 1)), filename="a.mp4", content_type="video/mp4")
    answer = await chat.client.post("/chat/api/messages", data=form, headers=chat.key)
    assert answer.status == 413
    assert await chat.inbox.next_rows(house.town.clock.now()) == []


async def test_pictures_come_clean_or_not_at_all(house: House, chat: Chat) -> None:
    form = FormData()
    form.add_field("update", '{"id": "two-pictures", "text": ""}')
    form.add_field("file", a_picture() + b"<script>", filename="a.html", content_type="text/html")
    form.add_field("file", b"\xff\xd8\xff torn", filename="b.jpg", content_type="image/jpeg")
    assert (await chat.client.post("/chat/api/messages", data=form, headers=chat.key)).status == 202
    ((row,),) = await chat.inbox.next_rows(house.town.clock.now())
    (file,) = row.body["files"]
    assert (file["mime"], file["name"], row.body["unclean"]) == ("image/jpeg", "a.jpg", 1)


ODD_FORMS: dict[str, tuple[bytes, dict[str, str]]] = {
    "a charset nobody knows": (b"code=a", {"Content-Type": "application/x-www-form-urlencoded; charset=foo"}),
    "a charset that hides halves": (b"code=%5Cud800", {"Content-Type": "application/x-www-form-urlencoded; charset=unicode_escape"}),
    "invalid UTF-8": (b"code=\xff", {"Content-Type": "application/x-www-form-urlencoded"}),
}


@pytest.mark.parametrize("path", ["/console/signin", "/console/signout"])
@pytest.mark.parametrize("name", ODD_FORMS)
async def test_an_odd_form_gets_a_page_and_is_no_failure(chat: Chat, errors: pytest.LogCaptureFixture, path: str, name: str) -> None:
    content, headers = ODD_FORMS[name]
    answer = await chat.client.post(path, data=content, headers=headers, allow_redirects=False)
    assert answer.status in {401, 403}
    cookie: dict[str, Any] = {"Cookie": "console=\udcff"}
    answer = await chat.client.post(path, data=content, headers=headers | cookie, allow_redirects=False)
    assert answer.status in {400, 401, 403}
    assert not errors.records


@pytest.mark.parametrize("path", ["/chat/api/messages", "/console/signin"])
async def test_gzip_that_is_none_is_refused_and_the_connection_lives(
    house: House, chat: Chat, errors: pytest.LogCaptureFixture, path: str
) -> None:
    """On the server as it is run."""
    port, heard = unused_port(), list[str]()
    server = WebServer(house.app(), "127.0.0.1", port, lambda: heard.append("listening"))
    await server.start()
    assert heard == ["listening"]
    async with ClientSession(f"http://127.0.0.1:{port}", headers=chat.key | {"Content-Encoding": "gzip"}) as session:
        for _ in range(2):
            async with session.post(path, data=b'{"id": "an-update-1", "text": "a"}') as answer:
                assert answer.status in {202, 400, 403}
            async with session.post(path, data=b"\x1f\x8b\x08junk") as answer:
                assert answer.status in {400, 403}
    await server.stop()
    assert not errors.records
