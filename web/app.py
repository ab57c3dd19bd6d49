"""The web application: routes, headers, health."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from web import chat, console, demo
from web.crowds import CROWDS, crowds
from web.limits import LIMITS, MAX_BODY, Limits, in_time
from web.page import away
from web.services import SERVICES, WebServices
from workflow.errors import Away

_LOG = logging.getLogger(__name__)
_STATIC = {path.name: path for path in Path(__file__).with_name("static").iterdir() if path.suffix in {".css", ".js"}}
"""All that there is: no name that somebody sends is ever looked for on the disk."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@web.middleware
async def headers(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """What every answer bears, also those that refuse or fail."""
    try:
        response = await handler(request)
    except web.HTTPException as refusal:
        _add(refusal)
        raise
    except Away:
        response = away(request)
    except Exception:  # noqa: BLE001  # logged, and answered: the edge of the house
        # Also the page that says so bears the headers, and nothing of what went wrong.
        _LOG.exception("a page failed")
        response = web.Response(status=500, text="500")
    _add(response)
    return response


def _add(response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


async def _healthy(_request: web.Request) -> web.Response:
    """The process lives: it costs nothing, and asks nobody."""
    return web.json_response({"status": "ok"})


async def _ready(request: web.Request) -> web.Response:
    """Whether a complaint would be kept and heard. Says no more than codes, for it is asked by anybody."""
    services = request.app[SERVICES]
    reasons = [*([] if await services.alive() else ["database"]), *services.troubles()]
    return web.json_response({"status": "not ready" if reasons else "ready", "reasons": reasons}, status=503 if reasons else 200)


async def _static(request: web.Request) -> web.StreamResponse:
    found = _STATIC.get(request.match_info["filename"])
    if found is None:
        raise web.HTTPNotFound
    return web.FileResponse(found)


def build_app(services: WebServices) -> web.Application:
    app = web.Application(middlewares=[headers, in_time, console.guard], client_max_size=MAX_BODY)
    app[SERVICES] = services
    app[LIMITS] = Limits()
    app[CROWDS] = crowds(services.console.clock.now)
    app.router.add_get("/healthz", _healthy)
    app.router.add_get("/readyz", _ready)
    app.router.add_get("/static/{filename}", _static)
    chat.add_routes(app)
    console.add_routes(app, services.console)
    if services.demo is not None:
        demo.add_routes(app)
    return app
