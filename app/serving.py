"""The web server as a receiver, and what the pages are given."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from app.listening import Listener, Patience
from app.logs import REQUEST
from app.metrics import CONTENT_TYPE
from app.wiring import City
from bot.cards.words import Words
from storage import ConsoleAccess, ConsoleViews
from web import WebServices, build_app
from web.app import headers
from web.console import Console
from web.services import DemoPage, Reveals
from web.sources import Sources, networks
from workflow.desk import Desk, Session
from workflow.errors import Refusal, Refused
from workflow.model import Actor
from workflow.privacy import Revealed
from workflow.unmasking import unmask

_PATIENCE = Patience()


class WebServer:
    """Fits `app.run.Receiver`. Raises OSError (address in use, no such host) when it starts."""

    def __init__(
        self, app: web.Application, host: str, port: int, listening: Callable[[], None] = lambda: None, patience: Patience = _PATIENCE
    ) -> None:
        """`listening` is called once the port is ours."""
        # Nobody of ours compresses what is sent: what pretends to be compressed is taken for what it is, and unpacks to nothing huge.
        manners: dict[str, Any] = {
            "access_log": None, "auto_decompress": False, "keepalive_timeout": patience.idle, "lingering_time": patience.linger,
        }  # fmt: skip
        self._runner = web.AppRunner(app, shutdown_timeout=1, **manners)
        self._listener = Listener(self._runner, patience, manners)
        app.middlewares.insert(0, self._listener.noted)
        self._host = host
        self._port = port
        self._listening = listening

    @property
    def connections(self) -> int:
        """How many there are now."""
        return len(self._runner.server.connections) if self._runner.server is not None else 0

    async def start(self) -> None:
        await self._runner.setup()
        await self._listener.start(self._host, self._port)
        self._listening()

    async def stop(self) -> None:
        await self._listener.stop()
        await self._runner.cleanup()


def web_app(city: City, demo: DemoPage | None = None) -> web.Application:
    wake = city.engine.reader.wake
    console, alive = console_for(city), city.database.alive
    troubles = city.readiness.troubles
    app = build_app(WebServices(city.inbox, city.mailbox, city.files, city.texts, city.bell, wake, console, alive, demo, troubles))
    app.middlewares.append(_numbered)
    return app


@web.middleware
async def _numbered(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    REQUEST.set(f"http:{secrets.token_hex(4)}")
    return await handler(request)


def metrics_app(city: City) -> web.Application:
    """On a port of its own, for the monitoring alone."""

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=city.metrics.exposed(), headers={"Content-Type": CONTENT_TYPE})

    app = web.Application(middlewares=[headers])
    app.router.add_get("/metrics", metrics)
    return app


def console_for(city: City) -> Console:
    clock, zone = city.desk.clock, ZoneInfo(city.region.time_zone)

    def words(language: str) -> Words:
        return Words(city.texts, city.region, zone, language)

    def fallback_years() -> tuple[int, ...]:
        today = clock.now().date()
        for year in (today.year, today.year + 1):
            city.calendar.is_working_day(date(year, 1, 4))
        return city.calendar.fallback_years

    access, views = ConsoleAccess(city.database, clock), ConsoleViews(city.database)
    secure = city.links.base.startswith("https://")
    return Console(
        access, views, words, city.masker, city.classifier, city.places, lambda: city.region, clock, fallback_years, secure,
        revealing(city.desk, city.engine.relay.wake), Sources(networks(city.proxies)),
    )  # fmt: skip


def revealing(desk: Desk, spoken: Callable[[], None]) -> Reveals:
    """Each press of the button is a look of its own. `spoken`: called after the commit."""

    async def reveal(actor: Actor, ticket_id: int, reason: str) -> Revealed:
        async def work(session: Session) -> Revealed:
            return await unmask(session, actor, ticket_id, reason)

        found = await desk.serve(f"original:{secrets.token_hex(12)}", work)
        if found is None:
            raise Refused(Refusal.NOT_FOUND)
        spoken()
        return found

    return reveal
