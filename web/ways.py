"""Every way in over HTTP and what it needs. A route that is not here is refused, whoever asks for it: default deny.

Finer questions (which tickets, whose queues) are `workflow.policy`'s, asked by the pages; who gets what answer from each of these is
proved, route by route and role by role, in tests/access/.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

HOOK = "hook"
"""The name of the route that Telegram calls: its path is the city's choice, its secret is compared there."""


class Need(StrEnum):
    NOTHING = "nothing"
    CHAT = "chat"  # the token of a web chat, asked by its handlers
    CONSOLE = "console"  # a session; for POST its form token, too


WAYS: Mapping[tuple[str, str], Need] = {
    ("GET", "/healthz"): Need.NOTHING,
    ("GET", "/readyz"): Need.NOTHING,
    ("GET", "/static/{filename}"): Need.NOTHING,
    ("GET", "/"): Need.NOTHING,
    ("GET", "/chat"): Need.NOTHING,
    ("POST", "/chat/api/session"): Need.NOTHING,
    ("POST", "/chat/api/messages"): Need.CHAT,
    ("GET", "/chat/api/messages"): Need.CHAT,
    ("GET", "/chat/api/files/{sha}"): Need.CHAT,
    ("GET", "/console/signin"): Need.NOTHING,
    ("POST", "/console/signin"): Need.NOTHING,
    ("POST", "/console/signout"): Need.CONSOLE,
    ("POST", "/console/signout/everywhere"): Need.CONSOLE,
    ("GET", "/console"): Need.CONSOLE,
    ("GET", "/console/board"): Need.CONSOLE,
    ("GET", "/console/tickets"): Need.CONSOLE,
    ("GET", "/console/tickets/{number}"): Need.CONSOLE,
    ("POST", "/console/tickets/{number}/original"): Need.CONSOLE,
    ("GET", "/console/incidents"): Need.CONSOLE,
    ("GET", "/console/health"): Need.CONSOLE,
    ("POST", "/console/health/again"): Need.CONSOLE,
    ("GET", "/console/try"): Need.CONSOLE,
    ("POST", "/console/try"): Need.CONSOLE,
    # Only in the demo; its button to the console works on this machine alone.
    ("GET", "/demo"): Need.NOTHING,
    ("GET", "/demo/data"): Need.NOTHING,
    ("GET", "/demo/board"): Need.NOTHING,
    ("POST", "/demo/console"): Need.NOTHING,
}


def need(method: str, path: str, name: str | None) -> Need | None:
    """Of a route, by its path as it was added; None where nobody said what it needs."""
    if name == HOOK:
        return Need.NOTHING
    return WAYS.get(("GET" if method == "HEAD" else method, path))
