"""Bursts that were raised: when, where, about what, how many people. A reason to look, and nothing that anybody wrote."""

from __future__ import annotations

from aiohttp import web

from web.console.pages import show, visitor_of
from web.services import console_of


async def raised(request: web.Request) -> web.Response:
    console = console_of(request)
    items = {topic.item: topic.item_name for topic in console.region().topics.values()}
    return show(request, "incidents.html", incidents=await console.views.incidents(visitor_of(request).reach), items=items)
