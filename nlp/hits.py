"""Every place where any of many words stands in a text, in one pass; overlapping ones too."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence

Span = tuple[int, int]


class Hits:
    """What was found in one text. Keys are words, and the groups that words belong to."""

    def __init__(self, words: Mapping[str, Sequence[Span]], groups: Mapping[str, Sequence[str]]) -> None:
        """`words`: word → its spans from left to right. `groups`: key → its words that were found."""
        self._spans = dict(words)
        self._groups = groups
        self.keys = self._spans.keys() | groups.keys()

    def at(self, key: str) -> Sequence[Span]:
        """The spans of a key from left to right."""
        spans = self._spans.get(key)
        if spans is None:
            spans = sorted(span for word in self._groups.get(key, ()) for span in self._spans[word])
            self._spans[key] = spans
        return spans

    def within(self, key: str, low: int, high: int) -> Span | None:
        """The first span of the key between two offsets."""
        spans = self.at(key)
        for index in range(bisect_left(spans, (low, 0)), len(spans)):
            start, end = spans[index]
            if start >= high:
                return None
            if end <= high:
                return start, end
        return None

    def after(self, key: str, low: int) -> Span | None:
        """The first span of the key that starts there or later."""
        spans = self.at(key)
        index = bisect_left(spans, (low, 0))
        return spans[index] if index < len(spans) else None

    def around(self, key: str, start: int, end: int) -> bool:
        """Whether a span of the word covers this one."""
        spans = self.at(key)
        index = bisect_right(spans, (start, 1 << 60))
        return any(spans[n][1] >= end for n in range(bisect_left(spans, (end - len(key), 0)), index))


class Finder:
    """Looks words up by their first two characters."""

    def __init__(self, words: Collection[str], groups: Mapping[str, Collection[str]]) -> None:
        """`groups`: key → words that count as hits of the key."""
        keys: dict[str, list[str]] = {word: [] for word in words}
        for key, members in groups.items():
            for word in members:
                keys.setdefault(word, []).append(key)
        self._groups = {word: tuple(found) for word, found in keys.items() if found}
        self._words = frozenset(word for word in keys if len(word) > 1)
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {pair: tuple(sorted(found)) for pair, found in lengths.items()}
        self._singles = frozenset(word for word in keys if len(word) == 1)

    def scan(self, text: str) -> Hits:
        found: dict[str, list[Span]] = {}
        words, lengths, singles, size = self._words, self._lengths, self._singles, len(text)
        for start, char in enumerate(text):
            for length in lengths.get(text[start : start + 2], ()):
                word = text[start : start + length]
                if word in words and start + length <= size:
                    found.setdefault(word, []).append((start, start + length))
            if char in singles:
                found.setdefault(char, []).append((start, start + 1))
        groups: dict[str, list[str]] = {}
        for word in found:
            for key in self._groups.get(word, ()):
                groups.setdefault(key, []).append(word)
        return Hits(found, groups)
