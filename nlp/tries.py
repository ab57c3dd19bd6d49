"""Longest match over a set of words, by their first two characters: linear in the text, no library needed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

PAIR = 2


class Words:
    """A set of words that finds itself in a text."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(word for word in words if word)
        lengths: dict[str, set[int]] = {}
        for word in self.words:
            if len(word) > 1:
                lengths.setdefault(word[:PAIR], set()).add(len(word))
        self._lengths = {pair: tuple(sorted(found, reverse=True)) for pair, found in lengths.items()}
        self._single = frozenset(word for word in self.words if len(word) == 1)

    def at(self, text: str, start: int) -> Iterator[str]:
        """Words that stand at one place, longest first."""
        for length in self._lengths.get(text[start : start + PAIR], ()):
            piece = text[start : start + length]
            if len(piece) == length and piece in self.words:
                yield piece
        if text[start] in self._single:
            yield text[start]

    def longest(self, text: str) -> Iterator[tuple[int, int]]:
        """Spans of the longest words from left to right; they never overlap."""
        words, lengths, single = self.words, self._lengths, self._single
        start, size = 0, len(text)
        while start < size:
            end = start + 1 if single and text[start] in single else 0
            for length in lengths.get(text[start : start + PAIR], ()):
                if text[start : start + length] in words and start + length <= size:
                    end = start + length
                    break
            if end:
                yield start, end
            start = end or start + 1

    def aligned(self, text: str, edges: Container[int]) -> Iterator[tuple[int, int]]:
        """As `longest`, but words of one or two characters only where the segmenter cut on both sides: they are too
        short to be trusted inside another word."""
        words, lengths, single = self.words, self._lengths, self._single
        start, size = 0, len(text)
        while start < size:
            end = 0
            for length in lengths.get(text[start : start + PAIR], ()):
                stands = length > PAIR or (start in edges and start + length in edges)
                if stands and text[start : start + length] in words and start + length <= size:
                    end = start + length
                    break
            if not end and single and text[start] in single and start in edges and start + 1 in edges:
                end = start + 1
            if end:
                yield start, end
            start = end or start + 1

    def any_in(self, text: str) -> bool:
        """Whether any word occurs."""
        return any(True for _ in self.longest(text))
