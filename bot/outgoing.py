"""Short ways to say things: speeches to one contact, buttons that fit the doors' 64 bytes."""

from __future__ import annotations

from collections.abc import Iterable

from workflow.model import Button, Json, Priority, Speech

Keyboard = tuple[tuple[Button, ...], ...]
MAX_DATA = 64  # bytes, Telegram's limit


def button(key: str, data: str, **params: str) -> Button:
    """Raises ValueError for data that no door would carry."""
    if len(data.encode()) > MAX_DATA:
        raise ValueError("button data over 64 bytes")
    return Button(key, data, params)


def literal(text: str, data: str) -> Button:
    """A button whose label is a name from the region pack."""
    return button("button.literal", data, text=text)


def rows(buttons: Iterable[Button], width: int = 2) -> Keyboard:
    found = tuple(buttons)
    return tuple(found[start : start + width] for start in range(0, len(found), width))


def answer(contact_id: int, key: str, buttons: Keyboard = (), *, edits: str = "", ticket_id: int | None = None, **params: object) -> Speech:
    values: Json = dict(params)
    return Speech(contact_id, key, values, buttons, ticket_id, edits=edits, priority=Priority.ANSWER)
