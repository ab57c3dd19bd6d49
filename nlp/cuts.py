"""Where words begin and end, found clause by clause and only where somebody asks."""

from __future__ import annotations

from collections.abc import Container
from itertools import accumulate

from nlp.normalise import MARKS
from nlp.segment import Segmenter

REACH = 128  # characters each way, where a clause has no end


class Cuts(Container[int]):
    """`offset in cuts`: whether the segmenter cuts there. Segmenting is most of the work, and most clauses name no place."""

    def __init__(self, segmenter: Segmenter, text: str) -> None:
        self._segmenter = segmenter
        self._text = text
        self._known: set[int] = set()
        self._read = bytearray(len(text) + 1)

    def __contains__(self, offset: object) -> bool:
        if not isinstance(offset, int):
            return False
        if not self._read[offset]:
            self._segment(offset)
        return offset in self._known

    def _segment(self, offset: int) -> None:
        text, start, end = self._text, offset, offset
        while start > 0 and offset - start < REACH and text[start - 1] not in MARKS:
            start -= 1
        while end < len(text) and end - offset < REACH and text[end] not in MARKS:
            end += 1
        self._read[start : end + 1] = b"\1" * (end + 1 - start)
        self._known.update(accumulate(map(len, self._segmenter.cut(text[start:end])), initial=start))
