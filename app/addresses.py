"""What the configuration's addresses may be."""

from __future__ import annotations

from urllib.parse import urlsplit

from web.sources import networks

SQLITE, POSTGRESQL = "sqlite+aiosqlite:///", "postgresql+asyncpg://"


def is_database(url: str) -> bool:
    """Whether we can store there: a file of SQLite, or a database of PostgreSQL by its name."""
    if url.startswith(SQLITE):
        return True
    try:
        parts = urlsplit(url)
        return url.startswith(POSTGRESQL) and len(parts.path.strip("/")) > 0 and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def are_networks(text: str) -> bool:
    """Addresses or networks, by commas; none at all, too."""
    try:
        networks(text)
    except ValueError:
        return False
    return True
