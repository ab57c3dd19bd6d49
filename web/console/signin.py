"""In by a one-time code, out by a button. The code stands behind the # of the link: opening or previewing the link uses nothing up."""

from __future__ import annotations

import re

from aiohttp import web

from web.console.access import closed, cookie, from_our_pages, opened, small_form
from web.console.pace import Counts
from web.console.pages import show, tell, visitor_of
from web.services import console_of
from workflow.ports import Clock

SIGN_IN = "/console/signin"
_CODE = re.compile(r"[A-Za-z0-9_-]{22,64}")
_WRONG = 20  # tries of one sender in a minute


def routes(clock: Clock) -> list[web.RouteDef]:
    wrong = Counts(clock.now, _WRONG)

    async def enter(request: web.Request) -> web.Response:
        return await _enter(request, wrong)

    out = [web.post("/console/signout", _leave), web.post("/console/signout/everywhere", _leave_everywhere)]
    return [web.get(SIGN_IN, _page), web.post(SIGN_IN, enter), *out]


async def _page(request: web.Request) -> web.Response:
    return show(request, "signin.html")


async def _enter(request: web.Request, wrong: Counts) -> web.Response:
    """A right code opens, however many wrong ones came before it, from here or from anywhere: 192 random bits are not guessed, and
    whoever is counted against could be shut out."""
    access, sender = console_of(request).access, console_of(request).sources.of(request)
    if not from_our_pages(request):
        return tell(request, "form_refused", 403)
    code = (await small_form(request)).get("code", "").strip()
    token = await access.exchange(code) if _CODE.fullmatch(code) else None
    if token is None:
        if wrong.too_many(sender):
            return tell(request, "too_many", 429)
        wrong.note(sender)
        return tell(request, "code_refused", 403)
    before = request.cookies.get(cookie(request))
    if before and before.isascii():
        await access.end(before)
    return opened(request, token)


async def _leave(request: web.Request) -> web.Response:
    await console_of(request).access.end(request.cookies[cookie(request)])
    return closed(request, SIGN_IN)


async def _leave_everywhere(request: web.Request) -> web.Response:
    """For whoever lost a machine, or fears so: all sessions, and links that were not used yet."""
    await console_of(request).access.end_all(visitor_of(request).actor.contact_id)
    return closed(request, SIGN_IN)
