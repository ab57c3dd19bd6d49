"""The web chat's page and its small API. An update is confirmed (202) only after it is stored."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from web.page import page
from web.services import SERVICES
from workflow.model import FileRef

DOOR = "webchat"
MAX_FILE = 20 * 1024 * 1024
MAX_FILES = 10
MAX_TEXT = 4096
WAIT = 25.0  # seconds a reader waits for news
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_KINDS = {"image": "photo", "video": "video", "audio": "audio"}


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
    token, _ = await request.app[SERVICES].mailbox.open_chat()
    return web.json_response({"token": token})


async def _address(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    address = await request.app[SERVICES].mailbox.address_of(token) if scheme == "Bearer" and token else None
    if address is None:
        raise web.HTTPUnauthorized
    return address


async def _receive(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    address = await _address(request)
    body, files = await _body(request)
    update_id = str(body.get("id", ""))
    if not _ID.fullmatch(update_id) or len(str(body.get("text", ""))) > MAX_TEXT:
        raise web.HTTPBadRequest
    update = _clean(body) | {"id": f"{address}:{update_id}", "chat": address}
    update["files"] = [_as_json(ref) for ref in files]
    await services.inbox.store(DOOR, update["id"], address, update)
    services.stored()
    return web.json_response({"stored": True}, status=202)


def _clean(body: dict[str, Any]) -> dict[str, Any]:
    """Only what a chat may say, in the shape it must have."""
    found: dict[str, Any] = {name: str(body.get(name, ""))[:MAX_TEXT] for name in ("text", "button", "message_id", "reply_to", "language")}
    point = body.get("location")
    if isinstance(point, dict):
        try:
            lat, lon = float(point["lat"]), float(point["lon"])
        except (KeyError, TypeError, ValueError):
            raise web.HTTPBadRequest from None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise web.HTTPBadRequest
        found["location"] = {"lat": lat, "lon": lon}
    return found


async def _body(request: web.Request) -> tuple[dict[str, Any], list[FileRef]]:
    """The update and its files, from JSON or from a form with a part "update" and parts "file"."""
    if not request.content_type.startswith("multipart/"):
        return _parsed(await request.text()), []
    body: dict[str, Any] = {}
    files: list[FileRef] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest
        if part.name == "update":
            body = _parsed((await part.read(decode=True)).decode("utf-8", "replace"))
        elif len(files) < MAX_FILES:
            files.append(await _stored(request, part))
    return body, files


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found


async def _stored(request: web.Request, part: BodyPartReader) -> FileRef:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > MAX_FILE:
            raise web.HTTPRequestEntityTooLarge(max_size=MAX_FILE, actual_size=len(content))
    mime = part.headers.get("Content-Type", "application/octet-stream")
    kind = _KINDS.get(mime.partition("/")[0], "document")
    return await request.app[SERVICES].files.put(bytes(content), kind, mime, part.filename or "")


def _as_json(ref: FileRef) -> dict[str, Any]:
    return {"sha256": ref.sha256, "kind": ref.kind, "mime": ref.mime, "size": ref.size, "name": ref.name}


async def _read(request: web.Request) -> web.Response:
    """News after ?after=SEQ, at once if there are any, else when the bell rings."""
    services = request.app[SERVICES]
    address = await _address(request)
    after = request.query.get("after", "0")
    seq = int(after) if after.isdigit() else 0
    ring = services.bell.listen(address)
    found = await services.mailbox.after(address, seq)
    if not found and "now" not in request.query:
        await services.bell.wait(ring, WAIT)
        found = await services.mailbox.after(address, seq)
    return web.json_response(found)


async def _file(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    address = await _address(request)
    sha = request.match_info["sha"]
    if not re.fullmatch(r"[0-9a-f]{64}", sha) or not await services.mailbox.was_shown(address, sha):
        raise web.HTTPNotFound
    # Never rendered by the browser as a page, whatever the sender called it.
    return web.Response(body=await services.files.get(sha), content_type="application/octet-stream")
