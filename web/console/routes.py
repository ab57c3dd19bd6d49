"""Which address leads where."""

from __future__ import annotations

import aiohttp_jinja2
from aiohttp import web

from web.console import board, health, incidents, lists, original, signin, ticket, trying
from web.console.access import COUNTS, PAGES
from web.console.pace import Counts
from web.services import Console
from web.templating import environment


def add_routes(app: web.Application, console: Console) -> None:
    app[aiohttp_jinja2.APP_KEY] = environment()
    app[COUNTS] = Counts(console.clock.now, PAGES)
    app.router.add_routes(signin.routes(console.clock))
    app.router.add_get("/console", board.whole)
    app.router.add_get("/console/board", board.fragment)
    app.router.add_get("/console/tickets", lists.tickets)
    app.router.add_get("/console/tickets/{number}", ticket.one)
    app.router.add_post(original.PATH, original.shown)
    app.router.add_get("/console/incidents", incidents.raised)
    app.router.add_get(health.PATH, health.rows)
    app.router.add_post(f"{health.PATH}/again", health.send_again)
    app.router.add_get("/console/try", trying.page)
    app.router.add_post("/console/try", trying.read)
