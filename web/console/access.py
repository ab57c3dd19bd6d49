"""Every way in passes here. What nobody said anything about (`web.ways`) is refused; the console is opened by a session, and no form is
taken without the session's own token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from texts import FIRST, LANGUAGES
from web import ways
from web.console.pace import Counts
from web.console.pages import VISITOR, Visitor, tell
from web.services import console_of
from web.ways import Need
from workflow import policy
from workflow.console import Visit
from workflow.model import Actor

PATH = "/console"
MAX_FORM = 4096  # bytes
LONG_FORMS = {"/console/try": 1 << 20}  # bytes: those that carry a text, also one that is too long and has to be told so
PAGES = 240  # of one session, a minute
WEIGHT = {"/console/try": 10, "/console/tickets": 3}
"""Pages that cost more than others."""
_BY_ITSELF = f"{PATH}/board"
"""What an open page fetches while nobody does anything."""
_OF_WEIGHT = frozenset({f"{PATH}/tickets/{{number}}/original", f"{PATH}/health/again"})
"""After these the session's token is another one."""
_HOURS = 8
COUNTS: web.AppKey[Counts] = web.AppKey("counts")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Asks the route that was found, not the address as written: whatever leads to a page is guarded."""
    route = request.match_info.route
    if route.resource is None:
        return await handler(request)  # it says that there is no such page
    path = route.resource.canonical
    match ways.need(request.method, path, route.name or route.resource.name):
        case None:
            raise web.HTTPNotFound
        case Need.CONSOLE:
            return await _inside(request, handler, path)
        case _:
            return await handler(request)


async def _inside(request: web.Request, handler: Handler, path: str) -> web.StreamResponse:
    visit = await _visit(request, path)
    if visit is None:
        return tell(request, "please_sign_in", 401)
    visitor = request[VISITOR] = _visitor(visit)
    refused = await _refused(request, visitor, path, visit.family)
    if refused is not None:
        return _renewed(request, refused, visit.token)
    try:
        response = await handler(request)
    except web.HTTPNotFound:
        response = tell(request, "not_found", 404)
    token = visit.token
    if path in _OF_WEIGHT:
        token = await console_of(request).access.renew(token or _token(request)) or token
    return _renewed(request, response, token)


async def _refused(request: web.Request, visitor: Visitor, path: str, family: str) -> web.Response | None:
    counts = request.app[COUNTS]
    if counts.too_many(family):
        return tell(request, "too_many", 429)
    counts.note(family, WEIGHT.get(path, 1))
    if request.method != "POST":
        return None
    most = LONG_FORMS.get(path, MAX_FORM)
    if (request.content_length or 0) > most:
        return tell(request, "form_too_big", 413)
    return None if await _own_form(request, visitor, most) else tell(request, "form_refused", 403)


def _renewed(request: web.Request, response: web.StreamResponse, token: str) -> web.StreamResponse:
    """The answer with the token to use from now on; one that ends the session keeps its own word."""
    if token and cookie(request) not in response.cookies:
        bake(request, response, token)
    return response


def cookie(request: web.Request) -> str:
    """The cookie's name. With https no other host, no plain http and no narrower path can set one of that name."""
    return "__Host-console" if console_of(request).secure else "console"


def _token(request: web.Request) -> str:
    found = request.cookies.get(cookie(request), "")
    return found if found.isascii() else ""


async def _visit(request: web.Request, path: str) -> Visit | None:
    token = _token(request)
    found = await console_of(request).access.visitor(token, acts=path != _BY_ITSELF) if token else None
    return found if found is not None and found.posts and policy.may_enter(_actor(found)) else None


def _actor(visit: Visit) -> Actor:
    return Actor(visit.contact.id, visit.posts[0].role, visit.posts)


def _visitor(visit: Visit) -> Visitor:
    language = visit.contact.language if visit.contact.language in LANGUAGES else FIRST
    return Visitor(_actor(visit), language, form_token(visit.family))


def form_token(family: str) -> str:
    """Made from the session's own secret: it stays while the cookie's token changes under an open form."""
    return hashlib.sha256(f"form:{family}".encode()).hexdigest()


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
    bake(request, response, token)
    return response


def closed(request: web.Request, where: str) -> web.Response:
    """Onwards, without a session."""
    response = web.Response(status=303, headers={"Location": where})
    secure = console_of(request).secure
    response.del_cookie(cookie(request), path="/" if secure else PATH, secure=secure, httponly=True, samesite="Strict")
    return response


def bake(request: web.Request, response: web.StreamResponse, token: str) -> None:
    secure = console_of(request).secure
    path = "/" if secure else PATH  # a name with __Host- asks for that
    response.set_cookie(cookie(request), token, max_age=_HOURS * 3600, path=path, httponly=True, samesite="Strict", secure=secure)
