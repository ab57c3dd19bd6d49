"""Where the words of a text stand in its masked form, which may be shorter or longer. A word whose place there is not certain has none,
for it may be a piece of what is hidden."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable


class MaskedText:
    """`text` as written, `shown` as everybody may see it."""

    def __init__(self, text: str, mask: Callable[[str], str]) -> None:
        self.text = text
        self.shown = mask(text)
        self._before, self._now = _plain(text), _plain(self.shown)
        self._found: dict[str, tuple[list[int], list[int]]] = {}

    def where(self, start: int, end: int) -> tuple[int, int] | None:
        """The span's place in `shown`; None where it is not certain, and then it may be a piece of what is hidden."""
        if not 0 <= start < end <= len(self.text):
            return None
        word = self._before[start:end]
        if word not in self._found:
            self._found[word] = (_places(self._before, word), _places(self._now, word))
        before, now = self._found[word]
        if len(before) != len(now):
            return None  # some of them were hidden, and which ones nobody knows
        at = now[bisect_left(before, start)]
        return at, at + len(word)

    def word(self, text: str, start: int, end: int) -> str:
        """An item of evidence as it may be shown; "" if it may not. `text`: what it was, or how it begins."""
        place = self.where(start, end) if self.text.startswith(text, start) else None
        return "" if place is None else self.shown[place[0] : place[1]]

    def first(self, text: str) -> tuple[int, int]:
        """Where words stand first in the text as written; (0, 0) if they don't."""
        at = self.text.find(text) if text else -1
        return (at, at + len(text)) if at >= 0 else (0, 0)


def _plain(text: str) -> str:
    """Digits of every script as 0 to 9: a masker may write them so. As long as before."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _places(text: str, word: str) -> list[int]:
    """Where a word begins, also inside its own repetition."""
    found: list[int] = []
    at = text.find(word)
    while at >= 0:
        found.append(at)
        at = text.find(word, at + 1)
    return found
