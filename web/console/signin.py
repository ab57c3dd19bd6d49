"""In by a one-time code, out by a button. The code stands behind the # of the link: opening or previewing the link uses nothing up."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from web.console.access import COOKIE, PATH, from_our_pages, opened, small_form
from web.console.pages import show, tell
from web.services import console_of
from workflow.ports import Clock

SIGN_IN = "/console/signin"
_CODE = re.compile(r"[A-Za-z0-9_-]{22,64}")
_WINDOW = timedelta(minutes=1)


@dataclass(slots=True)
class Attempts:
    """Failures of the last minute, by sender. Codes are far too long to be guessed; this only spares the database."""

    now: Callable[[], datetime]
    limit: int = 20
    failed: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=1000))

    def too_many(self, sender: str) -> bool:
        while self.failed and self.failed[0][0] <= self.now() - _WINDOW:
            self.failed.popleft()
        return sum(who == sender for _, who in self.failed) >= self.limit

    def note(self, sender: str) -> None:
        self.failed.append((self.now(), sender))


def routes(clock: Clock) -> list[web.RouteDef]:
    attempts = Attempts(clock.now)

    async def enter(request: web.Request) -> web.Response:
        return await _enter(request, attempts)

    return [web.get(SIGN_IN, _page), web.post(SIGN_IN, enter), web.post("/console/signout", _leave)]


async def _page(request: web.Request) -> web.Response:
    return show(request, "signin.html")


async def _enter(request: web.Request, attempts: Attempts) -> web.Response:
    access, sender = console_of(request).access, request.remote or ""
    if not from_our_pages(request):
        return tell(request, "form_refused", 403)
    if attempts.too_many(sender):
        return tell(request, "too_many", 429)
    code = (await small_form(request)).get("code", "").strip()
    token = await access.exchange(code) if _CODE.fullmatch(code) else None
    if token is None:
        attempts.note(sender)
        return tell(request, "code_refused", 403)
    before = request.cookies.get(COOKIE)
    if before and before.isascii():
        await access.end(before)
    return opened(request, token)


async def _leave(request: web.Request) -> web.Response:
    await console_of(request).access.end(request.cookies[COOKIE])
    response = web.Response(status=303, headers={"Location": SIGN_IN})
    response.del_cookie(COOKIE, path=PATH)
    return response
