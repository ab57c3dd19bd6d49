"""The web chat's page and its small API. An update is confirmed (202) only after it is stored."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from aiohttp import web

from web.crowds import CROWDS
from web.page import page
from web.services import SERVICES
from web.update import read
from workflow.model import FileRef

DOOR = "webchat"
WAIT = 25.0  # seconds a reader waits for news
_NO_PAGE = {"Content-Disposition": "attachment", "Content-Security-Policy": "default-src 'none'; sandbox"}
"""Whatever a sender called it: no browser shows it as a page, and if one does, nothing in it runs."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SEQ = re.compile(r"[0-9]{1,18}")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/", _to_chat)
    app.router.add_get("/chat", _page)
    app.router.add_post("/chat/api/session", _open)
    app.router.add_post("/chat/api/messages", _receive)
    app.router.add_get("/chat/api/messages", _read)
    app.router.add_get("/chat/api/files/{sha}", _file)


async def _to_chat(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/chat")


async def _page(request: web.Request) -> web.Response:
    return page(request, "chat.html")


async def _open(request: web.Request) -> web.Response:
    await request.app[CROWDS].opening(request)
    token, _ = await request.app[SERVICES].mailbox.open_chat()
    return web.json_response({"token": token})


async def _address(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    address = await request.app[SERVICES].mailbox.address_of(token) if scheme == "Bearer" and _TOKEN.fullmatch(token) else None
    if address is None:
        raise web.HTTPUnauthorized
    return address


async def _receive(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    address = await _address(request)
    brought = await read(request, services.files, request.app[CROWDS].judge_of(request, address))
    update = brought.update | {"id": _id(address, brought.update["id"]), "chat": address}
    update |= {"files": [_as_json(ref) for ref in brought.files], "left_out": brought.left_out, "unclean": brought.unclean}
    await services.inbox.store(DOOR, update["id"], address, update)
    services.stored()
    return web.json_response({"stored": True}, status=202)


def _id(address: str, given: str) -> str:
    """What the sender calls an update is unique in its chat. It is kept for a week, to the microsecond in which a ticket was made: it must
    not tell the chat to whoever has no keys."""
    return hashlib.sha256(f"{address}:{given}".encode()).hexdigest()


def _as_json(ref: FileRef) -> dict[str, Any]:
    return {"sha256": ref.sha256, "kind": ref.kind, "mime": ref.mime, "size": ref.size, "name": ref.name}


async def _read(request: web.Request) -> web.Response:
    """News after ?after=SEQ, at once if there are any, else when the bell rings."""
    services = request.app[SERVICES]
    address = await _address(request)
    after = request.query.get("after", "0")
    if not _SEQ.fullmatch(after):
        raise web.HTTPBadRequest
    seq = int(after)
    left = 0.0 if "now" in request.query else WAIT
    ring = services.bell.listen(address)
    found = await services.mailbox.after(address, seq)
    while not found and left > 0:
        await services.bell.wait(ring, min(left, services.bell.look_again))
        left -= services.bell.look_again
        ring = services.bell.listen(address)
        found = await services.mailbox.after(address, seq)
    return web.json_response(found)


async def _file(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    address = await _address(request)
    sha = request.match_info["sha"]
    if not re.fullmatch(r"[0-9a-f]{64}", sha) or not await services.mailbox.was_shown(address, sha):
        raise web.HTTPNotFound
    return web.Response(body=await services.files.get(sha), content_type="application/octet-stream", headers=_NO_PAGE)
