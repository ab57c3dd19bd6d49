"""Words that are looked for in every text: a regular expression finds where one may begin, and only there is one looked up."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from nlp.tries import Words


class Scan(Words):
    """Finds what `Words` finds, several times faster where most characters begin no word."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(words)
        firsts = "".join(sorted({word[0] for word in self.words}))
        self._first = re.compile(f"[{re.escape(firsts)}]" if firsts else "(?!)")

    def longest(self, text: str) -> Iterator[tuple[int, int]]:
        past = 0
        for first in self._first.finditer(text):
            start = first.start()
            word = next(self.at(text, start), "") if start >= past else ""
            if word:
                past = start + len(word)
                yield start, past

    def aligned(self, text: str, edges: Container[int]) -> Iterator[tuple[int, int]]:
        past = 0
        for first in self._first.finditer(text):
            start = first.start()
            for word in self.at(text, start) if start >= past else ():
                if len(word) > 2 or (start in edges and start + len(word) in edges):
                    past = start + len(word)
                    yield start, past
                    break
