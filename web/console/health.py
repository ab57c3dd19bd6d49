"""What could not be read or could not be told: kinds and reasons, never words."""

from __future__ import annotations

from aiohttp import web

from web.console.board import unstaffed
from web.console.pages import operates, show, tell
from web.services import console_of

_WHY = 80  # characters of a door's reason


async def rows(request: web.Request) -> web.Response:
    if not operates(request):
        return tell(request, "city_only", 403)
    console = console_of(request)
    queues = await console.views.queues()

    def why(reason: str) -> str:
        """A door's reason may quote what was sent."""
        return console.masker.mask(reason)[:_WHY]

    return show(
        request, "health.html", queues=queues, why=why, unstaffed=unstaffed(console, queues), years=console.fallback_years(),
        anchor=await console.views.anchor(),
    )  # fmt: skip
