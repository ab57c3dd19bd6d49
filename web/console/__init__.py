"""The console: how tickets stand, one ticket's whole life, and what the machine could not do. It only reads.

Every page is closed unless `web.ways` says what it needs; what a visitor sees is what their posts reach.
"""

from web.console.access import guard
from web.console.routes import add_routes
from web.services import Console

__all__ = ["Console", "add_routes", "guard"]
