"""Original words of one ticket: a form asks why, and a page shows them this once. What it costs is written by `workflow.unmasking`."""

from __future__ import annotations

from aiohttp import web

from web.console.access import small_form
from web.console.pages import show, tell, visitor_of
from web.services import console_of
from workflow import policy
from workflow.errors import Refusal, Refused

PATH = "/console/tickets/{number}/original"


async def shown(request: web.Request) -> web.Response:
    console, actor = console_of(request), visitor_of(request).actor
    found = await console.views.whole(request.match_info["number"].upper())
    # A hidden ticket and one that never was are the same to a stranger.
    if console.reveal is None or found is None or not policy.may_browse(actor, found.ticket):
        raise web.HTTPNotFound
    reason = (await small_form(request)).get("reason", "")
    try:
        revealed = await console.reveal(actor, found.ticket.id, reason)
    except Refused as refused:
        return tell(request, "reason_due" if refused.code is Refusal.REASON_DUE else "original_denied", 403)
    return show(request, "original.html", revealed=revealed, reason=reason.strip())
