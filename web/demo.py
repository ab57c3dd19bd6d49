"""One page with four chats side by side and the state board. Only in the demo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from web.keys import SERVICES
from workflow.states import PHASE, State

_PAGE = Path(__file__).with_name("static") / "demo.html"


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


async def _page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(_PAGE)


async def _data(request: web.Request) -> web.Response:
    page = _demo(request)
    panes = [{"title": request.app[SERVICES].texts.label(page.language, title), "token": token} for title, token in page.panes]
    return web.json_response({"panes": panes, "complaint": page.complaint})


async def _board(request: web.Request) -> web.Response:
    page, texts = _demo(request), request.app[SERVICES].texts
    counts = await page.counts()
    states = [
        {"state": state, "name": texts.label(page.language, f"state.{state}"), "phase": PHASE[state], "count": counts.get(state, 0)}
        for state in State
    ]
    return web.json_response(states)
