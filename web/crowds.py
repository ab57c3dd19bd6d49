"""How much comes to the web chat from one address. What bears a flag or reports somebody in office is never counted out, and no chat
can be shut out by its neighbours: a few messages a minute are its own, whatever others at its address do.

Counted in this process, for the addresses and chats that were busy last. Addresses of inner networks are not counted: behind one may be
a proxy that nobody named, and so a whole city.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from aiohttp import web

from web.console.pace import Counts
from web.services import console_of
from web.update import MAX_TEXT, Judge, anything, whole
from workflow.model import Procedure

OPENED = 60
"""Chats of one address in a minute (ours): a telephone company has hundreds of people behind one."""
SAID = 240
"""Messages of one address in a minute (ours)."""
OWN = 6
"""Of them, messages of one chat that are heard in any case."""
_LATER = {"Retry-After": "60"}


@dataclass(frozen=True, slots=True)
class Crowds:
    """`opened`, `said`: by address; `own`: by chat."""

    opened: Counts
    said: Counts
    own: Counts

    async def opening(self, request: web.Request) -> None:
        """Raises HTTPTooManyRequests, unless the request's words are grave: whoever has no chat yet can say them with the first request."""
        source = _counted(console_of(request).sources.of(request))
        if not source:
            return
        if self.opened.too_many(source):
            await _only_grave(request, _text(await whole(request)))
        self.opened.note(source)

    def judge_of(self, request: web.Request, chat: str) -> Judge:
        """Who is asked as soon as the words of a chat's message are known: while its address is not busy they may be anything."""
        source = _counted(console_of(request).sources.of(request))
        if not source:
            return anything
        crowded = self.said.too_many(source) and self.own.too_many(chat)
        if not crowded:
            self.said.note(source)
            self.own.note(chat)
            return anything

        async def judge(text: str) -> None:
            await _only_grave(request, text)

        return judge


CROWDS: web.AppKey[Crowds] = web.AppKey("crowds")


def crowds(now: Callable[[], datetime]) -> Crowds:
    return Crowds(Counts(now, OPENED), Counts(now, SAID), Counts(now, OWN))


def _counted(source: str) -> str:
    return source if source and not ip_network(source).is_private else ""


def _text(content: bytes) -> str:
    try:
        found = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return ""
    text = found.get("text") if isinstance(found, dict) else None
    return text[:MAX_TEXT] if isinstance(text, str) else ""


async def _only_grave(request: web.Request, text: str) -> None:
    read = await asyncio.to_thread(console_of(request).classifier.understand, text) if text else None
    if read is None or not (read.flags or read.procedure == Procedure.PETITION_REPORT):
        raise web.HTTPTooManyRequests(headers=_LATER)
