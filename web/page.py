"""Our few static pages, with their sentences filled in from the catalogues."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from web.services import SERVICES

_STATIC = Path(__file__).with_name("static")
_KEY = re.compile(r"\{\{([a-z_.]+)\}\}")
LANGUAGE = "zh-Hans"


COME_AGAIN = {"Retry-After": "5"}


def away(request: web.Request) -> web.Response:
    """503 while the store is away: a page for who reads one, a code for programs."""
    if "text/html" not in request.headers.get("Accept", ""):
        return web.json_response({"status": "away"}, status=503, headers=COME_AGAIN)
    return page(request, "away.html", 503, COME_AGAIN)


def page(request: web.Request, name: str, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    texts = request.app[SERVICES].texts
    source = (_STATIC / name).read_text(encoding="utf-8")
    filled = _KEY.sub(lambda found: html.escape(texts.label(LANGUAGE, found[1])), source)
    return web.Response(text=filled, content_type="text/html", status=status, headers=headers)
