"""What a browser's request brings: the words of an update, and its files. Whatever is no update is refused with 400, never a failure."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from web.limits import LIMITS, within
from web.ports import Files
from workflow.files import NotClean
from workflow.model import FileRef

MAX_FILE = 20 * 1024 * 1024
MAX_FILES = 10
MAX_PARTS = 100
"""Of a form; those beyond the tenth file are left out and counted."""
MAX_TEXT = 4096
MAX_WORDS = 128 * 1024  # bytes of JSON: the longest text with every character escaped, and room
MAX_BUTTON = 64  # bytes
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_MESSAGE = re.compile(r"[A-Za-z0-9_-]{0,64}")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
_MIME = re.compile(r"[A-Za-z0-9.+_-]{1,60}/[A-Za-z0-9.+_-]{1,60}")
_KINDS = {"image": "photo", "video": "video", "audio": "audio"}
_AS_IT_IS = frozenset({"", "binary", "8bit", "7bit"})
_LONGEST_NAME = 200
_JUNK = (ValueError, LookupError, TypeError, AssertionError, RuntimeError, HttpProcessingError, web.RequestPayloadError)
"""What aiohttp and the JSON reader raise for bodies that are not what they say; nesting too deep is a RuntimeError."""


@dataclass(frozen=True, slots=True)
class Brought:
    """`update`: as the inbox keeps it, without its chat. `left_out`: files beyond the ten that one message may bring. `unclean`: pictures
    that can't be shown."""

    update: dict[str, Any]
    files: tuple[FileRef, ...] = ()
    left_out: int = 0
    unclean: int = 0


Judge = Callable[[str], Awaitable[None]]
"""Asked with the words of an update, before its files are taken; raises what the answer is to be."""


async def anything(_words: str) -> None:
    """Everything may pass."""


@contextmanager
def _junk_refused() -> Iterator[None]:
    try:
        yield
    except _JUNK:
        raise web.HTTPBadRequest from None


async def read(request: web.Request, store: Files, judge: Judge = anything) -> Brought:
    """From JSON, or from a form with a part "update" and parts "file". Files are stored, after `judge` let the words pass. Raises
    HTTPBadRequest, HTTPRequestEntityTooLarge for a file over MAX_FILE, and what `judge` raises."""
    if request.content_type != "multipart/form-data":
        said = _said(Brought(_update(await whole(request))))
        await judge(said.update["text"])
        return said
    within(request)
    with _junk_refused():
        form = await request.multipart()
    content, files, left_out, unclean = b"", list[FileRef](), 0, 0
    for number in count(1):
        if (part := await _next(form, number)) is None:
            break
        if part.name == "update":
            content = await _content(request, part, MAX_WORDS)
            await judge(_update(content)["text"])
        elif len(files) < MAX_FILES:
            if not content:
                await judge("")
            try:
                files.append(await _stored(request, part, store))
            except NotClean:
                unclean += 1
        else:
            await _passed_over(request, part)
            left_out += 1
    return _said(Brought(_update(content), tuple(files), left_out, unclean))


async def whole(request: web.Request) -> bytes:
    """What is said without files is short."""
    within(request, MAX_WORDS)
    content = bytearray()
    with _junk_refused():
        while chunk := await request.content.readany():
            content += chunk
            within(request, MAX_WORDS)
    return bytes(content)


def _said(brought: Brought) -> Brought:
    """Somebody who says nothing is not asked what they mean."""
    if not (brought.files or brought.unclean or any(brought.update.get(name) for name in ("text", "button", "location"))):
        raise web.HTTPBadRequest
    return brought


async def _next(form: MultipartReader, number: int) -> BodyPartReader | None:
    with _junk_refused():
        part = await form.next()
        if part is None:
            return None
        if number > MAX_PARTS:
            raise ValueError("no browser sends so many parts")
        if not isinstance(part, BodyPartReader) or part.name not in {"update", "file"}:
            raise ValueError("no part of ours")
        if part.headers.get("Content-Transfer-Encoding", "").lower() not in _AS_IT_IS:
            raise ValueError("no browser encodes a part")
        return part


async def _content(request: web.Request, part: BodyPartReader, most: int, take: Callable[[int], None] = lambda _size: None) -> bytes:
    content = bytearray()
    with _junk_refused():
        while chunk := await part.read_chunk():
            take(len(chunk))
            content += chunk
            if len(content) > most:
                raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(content))
            within(request)
    return bytes(content)


async def _passed_over(request: web.Request, part: BodyPartReader) -> None:
    with _junk_refused():
        while await part.read_chunk():
            within(request)


async def _stored(request: web.Request, part: BodyPartReader, store: Files) -> FileRef:
    given = part.headers.get("Content-Type", "").partition(";")[0].strip()
    mime = given if _MIME.fullmatch(given) else "application/octet-stream"
    kind = _KINDS.get(mime.partition("/")[0], "document")
    with request.app[LIMITS].held() as take:
        content = await _content(request, part, MAX_FILE, take)
        return await store.put(content, kind, mime, (part.filename or "")[:_LONGEST_NAME])


def _update(content: bytes) -> dict[str, Any]:
    """Only what a chat may say, in the shape it must have."""
    if len(content) > MAX_WORDS:
        raise web.HTTPRequestEntityTooLarge(max_size=MAX_WORDS, actual_size=len(content))
    with _junk_refused():
        body = json.loads(content.decode("utf-8"))
        if not isinstance(body, dict):
            raise TypeError("no object")
        found: dict[str, Any] = {name: _words(body, name) for name in ("id", "text", "button", "message_id", "reply_to", "language")}
        _check(found)
        found["language"] = found["language"] if _LANGUAGE.fullmatch(found["language"]) else ""
        if body.get("location") is not None:
            found["location"] = _point(body["location"])
    return found


def _words(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{name} is no string")
    return value


def _check(found: dict[str, Any]) -> None:
    """Ids and buttons are ours and come back as they went out; only the text is anybody's."""
    button = found["button"]
    if not _ID.fullmatch(found["id"]) or not all(_MESSAGE.fullmatch(found[name]) for name in ("message_id", "reply_to")):
        raise ValueError("no id")
    if not button.isprintable() or len(button.encode()) > MAX_BUTTON:
        raise ValueError("no button")
    if len(found["text"]) > MAX_TEXT:
        raise ValueError("too long")


def _point(value: Any) -> dict[str, float]:
    """Raises ValueError, TypeError, KeyError or OverflowError."""
    if any(isinstance(value[name], bool) for name in ("lat", "lon")):
        raise TypeError("no number")
    try:
        lat, lon = float(value["lat"]), float(value["lon"])
    except OverflowError:
        raise ValueError("beyond all maps") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("no place on earth")
    return {"lat": lat, "lon": lon}
