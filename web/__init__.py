"""HTTP: the web chat, the console, the demo page, health."""

from web.app import build_app
from web.services import WebServices

__all__ = ["WebServices", "build_app"]
