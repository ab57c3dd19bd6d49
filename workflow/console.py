"""Nouns of the console: the code that opens it, who is inside, and the door of those who come from the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflow.model import Contact, Post

CONSOLE_DOOR = "console"
"""The door of contacts made on the command line: they hold posts, but have no chat in which anybody could tell them anything."""


@dataclass(frozen=True, slots=True)
class SignInCode:
    """A one-time code that opens the console for a contact. Only the code's SHA-256 is stored."""

    code_hash: str
    contact_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody with a session. `family`: the session's own secret, which stays while its tokens change; `token`: the one to use from now
    on, "" for the same."""

    contact: Contact
    posts: tuple[Post, ...]
    family: str
    token: str = ""
