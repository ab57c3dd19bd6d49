"""Longest match over a set of words, by first character: linear in the text, no library needed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator


class Words:
    """A set of words that finds itself in a text."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(word for word in words if word)
        lengths: dict[str, set[int]] = {}
        for word in self.words:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def at(self, text: str, start: int) -> Iterator[str]:
        """Words that stand at one place, longest first."""
        for length in self._lengths.get(text[start], ()):
            piece = text[start : start + length]
            if piece in self.words:
                yield piece

    def longest(self, text: str) -> Iterator[tuple[int, int]]:
        """Spans of the longest words from left to right; they never overlap."""
        start = 0
        while start < len(text):
            word = next(self.at(text, start), "")
            if word:
                yield start, start + len(word)
            start += len(word) or 1

    def aligned(self, text: str, edges: Container[int]) -> Iterator[tuple[int, int]]:
        """As `longest`, but words of one or two characters only where the segmenter cut on both sides: they are too
        short to be trusted inside another word."""
        start = 0
        while start < len(text):
            end = next((start + len(w) for w in self.at(text, start) if len(w) > 2 or _stands(start, len(w), edges)), 0)
            if end:
                yield start, end
            start = end or start + 1

    def any_in(self, text: str) -> bool:
        """Whether any word occurs."""
        return any(True for _ in self.longest(text))


def _stands(start: int, length: int, edges: Container[int]) -> bool:
    return start in edges and start + length in edges
