"""HTML as Telegram reads it, and keyboards as it takes them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.botapi.problems import Problem

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_DATA = 64
_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}
_ENTITY = re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG = re.compile(r"<(/?)([a-zA-Z-]*)([^>]*)>")
Entities = list[dict[str, Any]]


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, Entities]:
    """Plain text and entities. Raises Problem."""
    plain, entities, open_tags, at = "", [], list[tuple[str, int]](), 0
    while at < len(source):
        entity = _ENTITY.match(source, at)
        if entity is not None:
            plain += _decoded(entity[1])
            at = entity.end()
            continue
        if source[at] != "<":
            plain += source[at]
            at += 1
            continue
        offset = len(source[:at].encode())
        tag = _TAG.match(source, at)
        if tag is None:
            raise Problem(f"can't parse entities: Unclosed start tag at byte offset {offset}")
        closes, name = tag[1], tag[2].lower()
        if not closes:
            if name not in _TAGS:
                raise Problem(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {offset}')
            open_tags.append((name, units(plain)))
        elif not open_tags or open_tags[-1][0] != name:
            raise Problem(f"can't parse entities: Unmatched end tag at byte offset {offset}")
        else:
            opened, start = open_tags.pop()
            if units(plain) > start:
                entities.append({"type": _TAGS[opened], "offset": start, "length": units(plain) - start})
        at = tag.end()
    if open_tags:
        raise Problem(f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\"")
    return plain, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _decoded(name: str) -> str:
    if name in _NAMED:
        return _NAMED[name]
    return chr(int("0" + name[1:], 0) if name[1] == "x" else int(name[1:]))


def read_text(params: dict[str, Any], key: str, limit: int, *, needed: bool) -> tuple[str, Entities]:
    """The text or caption after parsing. Raises Problem where Telegram does."""
    source = params.get(key, "")
    mode = str(params.get("parse_mode", "")).lower()
    if mode not in {"", "html"}:
        raise Problem("unsupported parse_mode")
    plain, entities = parse_html(source) if mode == "html" else (source, list(params.get("entities", [])))
    if needed and not plain.strip():
        raise Problem(f"message {key} is empty")
    if units(plain) > limit:
        raise Problem("message is too long" if key == "text" else "message caption is too long")
    return plain.strip(), entities


def check_keyboard(markup: dict[str, Any] | None) -> list[list[dict[str, Any]]]:
    """The rows of an inline keyboard. Raises Problem."""
    rows: list[list[dict[str, Any]]] = (markup or {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        raise Problem("reply markup is too long")
    for button in buttons:
        if not str(button.get("text", "")).strip():
            raise Problem("can't parse inline keyboard button: text must be non-empty")
        kinds = set(button) - {"text", "style", "icon_custom_emoji_id"}
        if len(kinds) != 1:
            raise Problem("can't parse inline keyboard button: exactly one action is needed")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MAX_DATA:
            raise Problem("BUTTON_DATA_INVALID")
        host = urlsplit(button["url"]).hostname or "" if "url" in button else "a.b"
        if "." not in host:
            raise Problem(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return rows
