"""What could not be read or could not be told: kinds and reasons, never words."""

from __future__ import annotations

import logging

from aiohttp import web

from web.console.board import unstaffed
from web.console.pages import operates, show, tell, visitor_of
from web.services import console_of
from workflow import policy

_LOG = logging.getLogger(__name__)
_WHY = 80  # characters of a door's reason
PATH = "/console/health"


async def send_again(request: web.Request) -> web.Response:
    """What was given up is tried anew: for when a door, or a fault of ours, has been mended."""
    if not _mends(request):
        return tell(request, "city_only", 403)
    again = await console_of(request).views.send_again()
    _LOG.info("messages that were given up are sent again", extra={"rows": again})
    return web.Response(status=303, headers={"Location": PATH})


def _mends(request: web.Request) -> bool:
    return policy.may_mend(visitor_of(request).actor, console_of(request).region().code)


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
        anchor=await console.views.anchor(), mends=_mends(request),
    )  # fmt: skip
