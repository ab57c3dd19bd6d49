"""HTTP: the web chat, the console, the demo page, health."""

from web.app import WebServices, build_app

__all__ = ["WebServices", "build_app"]
