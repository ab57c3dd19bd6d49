"""Every place where any of many words stands in a text, in one pass; overlapping ones too."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hits:
    """`words`: (start, end, word) in the order of the text, longer ones first. `at`: a key → its spans in that order; keys
    are the words themselves and the groups that they belong to."""

    words: Sequence[tuple[int, int, str]]
    at: Mapping[str, Sequence[Span]]

    def within(self, key: str, low: int, high: int) -> Span | None:
        """The first span of the key between two offsets."""
        spans = self.at.get(key, ())
        for index in range(bisect_left(spans, (low, 0)), len(spans)):
            start, end = spans[index]
            if start >= high:
                return None
            if end <= high:
                return start, end
        return None

    def after(self, key: str, low: int) -> Span | None:
        """The first span of the key that starts there or later."""
        spans = self.at.get(key, ())
        index = bisect_left(spans, (low, 0))
        return spans[index] if index < len(spans) else None

    def around(self, key: str, start: int, end: int) -> bool:
        """Whether a span of the key covers this one."""
        spans = self.at.get(key, ())
        return any(last >= end for _, last in spans[: bisect_right(spans, (start, 1 << 60))])


class Finder:
    """Looks words up by their first two characters."""

    def __init__(self, words: Collection[str], groups: Mapping[str, Collection[str]]) -> None:
        """`groups`: key → words that count as hits of the key."""
        keys: dict[str, list[str]] = {word: [word] for word in words}
        for key, members in groups.items():
            for word in members:
                keys.setdefault(word, []).append(key)
        self._keys = {word: tuple(found) for word, found in keys.items()}
        starts: dict[str, list[str]] = {}
        for word in self._keys:
            starts.setdefault(word[:2], []).append(word)
        self._pairs = {pair: tuple(sorted(found, key=len, reverse=True)) for pair, found in starts.items() if len(pair) > 1}
        self._singles = frozenset(word for word in self._keys if len(word) == 1)

    def scan(self, text: str) -> Hits:
        found: list[tuple[int, int, str]] = []
        pairs, singles = self._pairs, self._singles
        for start, char in enumerate(text):
            words = pairs.get(text[start : start + 2], ())
            found += [(start, start + len(word), word) for word in words if text.startswith(word, start)]
            if char in singles:
                found.append((start, start + 1, char))
        at: dict[str, list[Span]] = {}
        for start, end, word in found:
            for key in self._keys[word]:
                at.setdefault(key, []).append((start, end))
        return Hits(found, at)
