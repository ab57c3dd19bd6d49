"""The console's door: closed by default, opened by a session, and no form is taken without the session's own token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from texts import FIRST, LANGUAGES
from web.console.pages import VISITOR, Visitor, tell
from web.services import console_of
from workflow import policy
from workflow.model import Actor

COOKIE = "console"
PATH = "/console"
PUBLIC = frozenset({"/console/signin"})
MAX_FORM = 4096  # bytes
LONG_FORMS = {"/console/try": 1 << 20}  # bytes: those that carry a text, also one that is too long and has to be told so
_HOURS = 8
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Asks the route that was found, not the address as written: whatever leads to a page of the console is guarded."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else ""
    if not (path == PATH or path.startswith(f"{PATH}/")) or path in PUBLIC:
        return await handler(request)
    visitor = await _visitor(request)
    if visitor is None:
        return tell(request, "please_sign_in", 401)
    request[VISITOR] = visitor
    if request.method == "POST":
        most = LONG_FORMS.get(path, MAX_FORM)
        if (request.content_length or 0) > most:
            return tell(request, "form_too_big", 413)
        if not await _own_form(request, visitor, most):
            return tell(request, "form_refused", 403)
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return tell(request, "not_found", 404)


async def _visitor(request: web.Request) -> Visitor | None:
    token = request.cookies.get(COOKIE, "")
    found = await console_of(request).access.visitor(token) if token and token.isascii() else None
    if found is None:
        return None
    contact, posts = found
    if not posts:
        return None
    actor = Actor(contact.id, posts[0].role, posts)
    language = contact.language if contact.language in LANGUAGES else FIRST
    return Visitor(actor, language, form_token(token)) if policy.may_enter(actor) else None


def form_token(token: str) -> str:
    """Made from the session's token, which only this browser has: nothing more to store."""
    return hashlib.sha256(f"form:{token}".encode()).hexdigest()


async def _own_form(request: web.Request, visitor: Visitor, most: int) -> bool:
    form = await small_form(request, most)
    return hmac.compare_digest(form.get("token", "").encode(), visitor.form_token.encode())


async def small_form(request: web.Request, most: int = MAX_FORM) -> dict[str, str]:
    """The fields of a plain form; empty for anything else or anything of more than `most` bytes."""
    plain = request.content_type == "application/x-www-form-urlencoded"
    if not plain or (request.charset or "utf-8").lower() != "utf-8" or request.content_length is None or request.content_length > most:
        return {}
    try:
        found = await request.post()
    except (ValueError, web.RequestPayloadError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def from_our_pages(request: web.Request) -> bool:
    """Browsers say from where a form was sent; another site must not sign anybody in."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def opened(request: web.Request, token: str, where: str = PATH) -> web.Response:
    """Onwards, with the session in a cookie that no script reads and no other site's link brings along."""
    response = web.Response(status=303, headers={"Location": where})
    secure = console_of(request).secure
    response.set_cookie(COOKIE, token, max_age=_HOURS * 3600, path=PATH, httponly=True, samesite="Strict", secure=secure)
    return response
