"""One page with four chats side by side, the state board, and a way into the console. Only in the demo."""

from __future__ import annotations

import re
from ipaddress import ip_address

from aiohttp import web

from web.console.access import from_our_pages, opened, small_form
from web.page import page
from web.services import SERVICES, DemoPage
from workflow.model import Role
from workflow.states import PHASE, State

_MAY_TRY = (Role.SUPERVISOR, Role.ADMIN)
_HERE = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/demo", _page)
    app.router.add_get("/demo/data", _data)
    app.router.add_get("/demo/board", _board)
    app.router.add_post("/demo/console", _console)


def _demo(request: web.Request) -> DemoPage:
    found = request.app[SERVICES].demo
    if found is None:
        raise web.HTTPNotFound
    return found


async def _page(request: web.Request) -> web.Response:
    return page(request, "demo.html")


async def _data(request: web.Request) -> web.Response:
    demo, texts = _demo(request), request.app[SERVICES].texts
    panes = [{"title": texts.label(demo.language, title), "token": token} for title, token in demo.panes]
    return web.json_response({"panes": panes, "complaint": demo.complaint})


async def _board(request: web.Request) -> web.Response:
    demo, texts = _demo(request), request.app[SERVICES].texts
    counts = await demo.counts()
    states = [
        {"state": state, "name": texts.label(demo.language, f"state.{state}"), "phase": PHASE[state], "count": counts.get(state, 0)}
        for state in State
    ]
    return web.json_response(states)


async def _console(request: web.Request) -> web.Response:
    """Signs in without a link: only for a button of our own page, pressed on this very machine."""
    demo = _demo(request)
    role = (await small_form(request)).get("role", "")
    if not from_our_pages(request) or not _at_this_machine(request) or role not in _MAY_TRY:
        raise web.HTTPForbidden
    token = await demo.enter(Role(role))
    if token is None:
        raise web.HTTPForbidden
    return opened(request, token)


def _at_this_machine(request: web.Request) -> bool:
    """A proxy in front would make everybody look near; a name of somebody else's that leads here makes their page look like ours."""
    if request.remote is None or any(name in request.headers for name in _FORWARDED):
        return False
    return ip_address(request.remote).is_loopback and _HERE.fullmatch(request.host) is not None
