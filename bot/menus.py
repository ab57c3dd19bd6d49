"""Which commands a chat's menu offers: those that work there, for whom it belongs to, in its language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from texts import FIRST, Texts
from workflow.model import Post, Role

Menu = tuple[tuple[str, str], ...]
"""Command without slash → what it does, in the order to be shown."""
_RESIDENT = ("my", "status", "add", "urge", "withdraw", "cancel", "language", "privacy", "mydata", "forget", "help")
_GROUP = ("todo", "help")
_WORKING = ("todo", "inspect")
_CONSOLE = "console"  # in private only
_OF_ROLE: Mapping[Role, tuple[str, ...]] = {
    Role.GRID_WORKER: _WORKING,
    Role.GRID_LEADER: _WORKING,
    Role.DEPARTMENT: _WORKING,
    Role.HUB_OFFICER: ("queue", *_WORKING, "mute", "unmute", _CONSOLE),
    Role.SUPERVISOR: ("queue", *_WORKING, "mute", "unmute", _CONSOLE),
    Role.AUDITOR: ("inspect", _CONSOLE),
    Role.ADMIN: ("inspect", _CONSOLE),
}
_EVERYBODY = ("cancel", "my", "language", "privacy", "mydata", "forget", "help")
"""Those on a post are residents, too."""
_DISCIPLINE = "discipline"
_TELEGRAMS: Mapping[str, str] = {"": FIRST, "zh": FIRST, "en": "en"}
"""Telegram tells languages apart by two letters: who reads 繁體 gets that menu with the chat's own."""


def of_chat(texts: Texts, language: str, kind: str, posts: Iterable[Post]) -> Menu:
    """`kind`: private or group."""
    found: list[str] = []
    for post in posts:
        found += ("queue",) if post.unit == _DISCIPLINE else ()
        found += _OF_ROLE.get(post.role, ())
    if kind == "group":
        names: Iterable[str] = dict.fromkeys((*(name for name in found if name != _CONSOLE), "cancel", "help")) if found else _GROUP
    else:
        names = dict.fromkeys((*found, *_EVERYBODY)) if found else _RESIDENT
    return _worded(texts, language, names)


def known() -> frozenset[str]:
    """Every command that some menu offers."""
    return frozenset({*_RESIDENT, *_GROUP, *_EVERYBODY, _CONSOLE, *(name for names in _OF_ROLE.values() for name in names)})


def of_everyone(texts: Texts) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """What stands in private chats and in groups before anybody is known: language ("" for any other) → menu."""
    private = {tag: dict(_worded(texts, language, _RESIDENT)) for tag, language in _TELEGRAMS.items()}
    groups = {tag: dict(_worded(texts, language, _GROUP)) for tag, language in _TELEGRAMS.items()}
    return private, groups


def _worded(texts: Texts, language: str, names: Iterable[str]) -> Menu:
    return tuple((name, texts.label(language, f"commands.{name}")) for name in names)
