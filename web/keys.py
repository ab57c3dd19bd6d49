"""Where handlers find their services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from web.app import WebServices

SERVICES: web.AppKey[WebServices] = web.AppKey("services")
