"""The way in, both modes: an update is committed to the inbox first and confirmed to Telegram after."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.doors import Inbox
from bot.telegram.parse import ALLOWED_UPDATES, DOOR, envelope, is_id
from bot.telegram.request import AioRequest, Flood
from workflow.errors import Away

_LOG = logging.getLogger(__name__)
MAX_BODY = 1024 * 1024  # bytes
_BATCH = 100
_POLL = 30  # seconds a poll stays open at Telegram
_GRACE = 10.0  # seconds over that before we give the connection up
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 30.0
_STORE_WAIT = 5.0
"""Seconds: a store that was away is back within so many of the moment when it can be."""
_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def _nothing() -> None:
    return None


async def keep(inbox: Inbox, body: Any) -> bool:
    """Stores one update. False: not an update, nothing to keep. Raises what the inbox raises."""
    found = envelope(body)
    if found is None:
        _LOG.warning("not an update", extra={"door": DOOR, "code": "junk"})
        return False
    await inbox.store(DOOR, found.update_id, found.chat, body, found.album)
    return True


class Poller:
    """getUpdates in a loop of its own: the next offset is asked for only after the commit. `url`: base URL with the token."""

    def __init__(
        self,
        request: AioRequest,
        url: str,
        inbox: Inbox,
        stored: Callable[[], None] = _nothing,
        first_wait: float = _FIRST_WAIT,
        poll: int = _POLL,
    ) -> None:
        """`stored` is called after each batch; `first_wait` in seconds grows by half up to 30 while polls fail."""
        self._request = request
        self._url = url
        self._inbox = inbox
        self._stored = stored
        self._first_wait = first_wait
        self._poll = poll
        self._stopping = asyncio.Event()
        self._offset = 0
        self._conflict = False

    async def run(self) -> None:
        """Until `stop()`. Never raises for Telegram's, the network's or the inbox's sake."""
        wait = self._first_wait
        while not self._stopping.is_set():
            try:
                await self._step()
                wait, self._conflict = self._first_wait, False
            except Flood as error:
                await self._rest(error.seconds)
            except TelegramError as error:
                self._note(error)
                await self._rest(wait)
                wait = min(wait * 1.5, _LONGEST_WAIT)
            except Away:
                await self._rest(min(wait, _STORE_WAIT))
                wait = min(wait * 1.5, _LONGEST_WAIT)
            except Exception:  # noqa: BLE001 - the inbox may fail in any way; the update stays at Telegram
                _LOG.exception("an update could not be stored", extra={"door": DOOR})
                await self._rest(wait)
                wait = min(wait * 1.5, _LONGEST_WAIT)

    def stop(self) -> None:
        """`run` ends soon: an open poll is dropped, a batch being stored is finished."""
        self._stopping.set()

    async def _step(self) -> None:
        updates, before = await self._unless_stopped(self._ask()), self._offset
        for body in updates or ():
            await keep(self._inbox, body)
            if isinstance(body, dict) and is_id(body.get("update_id")):
                self._offset = body["update_id"] + 1
        if updates:
            self._stored()
            if self._offset == before:
                await self._rest(self._first_wait)  # what can't be confirmed comes again at once

    async def _ask(self) -> list[Any]:
        parameters: dict[str, str | int] = {
            "timeout": self._poll,
            "limit": _BATCH,
            "allowed_updates": json.dumps(ALLOWED_UPDATES),
        }
        if self._offset:
            parameters["offset"] = self._offset
        found = await self._request.call(f"{self._url}/getUpdates", parameters, read=self._poll + _GRACE)
        return found if isinstance(found, list) else []

    async def _unless_stopped(self, work: Coroutine[Any, Any, list[Any]]) -> list[Any] | None:
        asking, stopping = asyncio.create_task(work), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else None
        finally:
            for task in (asking, stopping):
                task.cancel()
            await asyncio.gather(asking, stopping, return_exceptions=True)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _note(self, error: TelegramError) -> None:
        if isinstance(error, Conflict):
            if not self._conflict:
                _LOG.error("another process reads this bot's updates, or a webhook is set", extra={"door": DOOR, "code": 409})
            self._conflict = True
        elif isinstance(error, InvalidToken):
            _LOG.error("Telegram does not know the token", extra={"door": DOOR, "code": 401})
        else:
            _LOG.warning("a poll failed", extra={"door": DOOR, "code": type(error).__name__})


def webhook_routes(secret: str, inbox: Inbox, path: str, stored: Callable[[], None] = _nothing) -> list[web.RouteDef]:
    """403 without the secret, 413 for too much, 503 while the store is away, 500 when storing failed (Telegram comes again both times),
    else 200. Raises ValueError if there is no secret."""
    if not secret:
        raise ValueError("a webhook needs a secret")
    wanted = secret.encode()

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, wanted):
            return web.Response(status=403)
        raw = await _read(request)
        if raw is None:
            return web.Response(status=413)
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            # Telegram would send it again for a day.
            _LOG.warning("not an update", extra={"door": DOOR, "code": "json"})
            return web.Response()
        try:
            await keep(inbox, body)
        except Away:
            # Told of once, by whoever watches the store. Telegram keeps the update, and honours the header.
            return web.Response(status=503, headers={"Retry-After": str(int(_STORE_WAIT))})
        except Exception:  # noqa: BLE001 - whatever the inbox raised, the update is not ours yet
            _LOG.exception("an update could not be stored", extra={"door": DOOR})
            return web.Response(status=500)
        stored()
        return web.Response()

    return [web.post(path, receive, name="hook")]  # so the door of all pages knows it, whatever its path


async def _read(request: web.Request) -> bytes | None:
    raw = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        raw += chunk
        if len(raw) > MAX_BODY:
            return None
    return bytes(raw)
