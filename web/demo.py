"""One page with four chats side by side and the state board. Only in the demo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from web.keys import SERVICES
from web.page import page
from workflow.states import PHASE, State


@dataclass(frozen=True, slots=True)
class DemoPage:
    """`panes`: title and token of each chat. `counts`: tickets by state now."""

    panes: tuple[tuple[str, str], ...]
    complaint: str
    counts: Callable[[], Awaitable[Mapping[str, int]]]
    language: str = "zh-Hans"


def add_routes(app: web.Application) -> None:
    app.router.add_get("/demo", _page)
    app.router.add_get("/demo/data", _data)
    app.router.add_get("/demo/board", _board)


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
