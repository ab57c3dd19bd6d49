"""Our few static pages, with their sentences filled in from the catalogues."""

from __future__ import annotations

import html
import re
from pathlib import Path

from aiohttp import web

from web.services import SERVICES

_STATIC = Path(__file__).with_name("static")
_KEY = re.compile(r"\{\{([a-z_.]+)\}\}")
LANGUAGE = "zh-Hans"


def page(request: web.Request, name: str) -> web.Response:
    texts = request.app[SERVICES].texts
    source = (_STATIC / name).read_text(encoding="utf-8")
    filled = _KEY.sub(lambda found: html.escape(texts.label(LANGUAGE, found[1])), source)
    return web.Response(text=filled, content_type="text/html")
