"""Long HTML in parts that Telegram takes. Knows only what `ReadyMessage.html` may hold: <b>, <i>, escaped text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

MAX_TEXT = 4096
MAX_CAPTION = 1024
_TOKEN = re.compile(r"<[^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);|.", re.DOTALL)
_MARK = re.compile(r"<[^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_STOPS = "。！？；!?;"
_LINE, _STOP, _SPACE, _PARAGRAPH = 3, 2, 1, 4


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    width: int  # in UTF-16 units, which is the stricter way to count
    tag: str = ""  # "b", "/b"


def _tokens(source: str) -> list[_Token]:
    found = []
    for raw in _TOKEN.findall(source):
        if len(raw) > 1 and raw[0] == "<":
            found.append(_Token(raw, 0, raw[1:-1]))
        else:
            found.append(_Token(raw, _units(html.unescape(raw))))
    return found


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def length(source: str) -> int:
    """Characters after the entities are parsed, in UTF-16 units."""
    return sum(token.width for token in _tokens(source))


def blank(source: str) -> bool:
    """Telegram refuses a text without a visible character."""
    return not _MARK.sub(lambda mark: "" if mark[0][0] == "<" else html.unescape(mark[0]), source).strip()


def split(source: str, limit: int = MAX_TEXT) -> list[str]:
    """Parts of at most `limit`, cut at a paragraph, line, sentence or space in the second half, else anywhere between two characters.
    Tags open at a cut are closed and opened again. No part is blank; nothing but white space at the cuts is lost."""
    if _units(source) <= limit and source.count("<") == 2 * source.count("</"):
        return [] if blank(source) else [source.strip()]
    tokens, parts, open_tags, start = _tokens(source), [], list[str](), 0
    while start < len(tokens):
        end = _cut(tokens, start, _reach(tokens, start, limit))
        before = "".join(f"<{tag}>" for tag in open_tags)
        for token in tokens[start:end]:
            if token.tag.startswith("/"):
                if token.tag[1:] in open_tags:
                    open_tags.reverse()
                    open_tags.remove(token.tag[1:])
                    open_tags.reverse()
            elif token.tag:
                open_tags.append(token.tag)
        after = "".join(f"</{tag}>" for tag in reversed(open_tags))
        inner = "".join(token.raw for token in tokens[start:end]).strip()
        if not blank(inner):
            parts.append(f"{before}{inner}{after}")
        start = end
    return parts


def _reach(tokens: list[_Token], start: int, limit: int) -> int:
    used = 0
    for index in range(start, len(tokens)):
        used += tokens[index].width
        if used > limit:
            return index
    return len(tokens)


def _cut(tokens: list[_Token], start: int, end: int) -> int:
    """The best place to stop, after `start`; always moves on."""
    if end == len(tokens):
        return end
    best, rank = max(end, start + 1), 0
    for index in range(end, start + (end - start) // 2, -1):
        found = _rank(tokens, index)
        if found > rank:
            best, rank = index, found
    return best


def _rank(tokens: list[_Token], index: int) -> int:
    """How good a cut before `index` is."""
    last = tokens[index - 1].raw
    if last == "\n":
        return _PARAGRAPH if index > 1 and tokens[index - 2].raw == "\n" else _LINE
    if last in _STOPS:
        return _STOP
    return _SPACE if last.isspace() else 0
