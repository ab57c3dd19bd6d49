"""The web server as a receiver, and what the pages are given."""

from __future__ import annotations

from aiohttp import web

from app.wiring import City
from web import WebServices, build_app
from web.demo import DemoPage


class WebServer:
    """Fits `app.run.Receiver`. Raises OSError (address in use) when it starts."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self._host = host
        self._port = port

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def stop(self) -> None:
        await self._runner.cleanup()


def web_app(city: City, demo: DemoPage | None = None) -> web.Application:
    wake = city.engine.reader.wake
    return build_app(WebServices(city.inbox, city.mailbox, city.files, city.texts, city.bell, wake, demo))
