"""What was said beyond the division: a road, a gate, a house number."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from nlp.normalise import MARKS, Normal

SHORTEST = 2  # a mark alone says nothing
LONGEST = 24  # characters looked at after a place
BEFORE = 8  # characters a name may have before its mark, where no place was named


class Detail:
    """`marks`: words that end such a thing (road, gate, number); `leads`: words before it that say nothing themselves."""

    def __init__(self, marks: Sequence[str], leads: Sequence[str]) -> None:
        longest_first = sorted(marks, key=len, reverse=True)
        self._marks = re.compile("|".join(map(re.escape, longest_first)) if marks else r"(?!)")
        self._leads = tuple(leads)

    def after(self, normal: Normal, cuts: Container[int], start: int) -> str:
        """At most 24 characters of the original text from `start` (normalised) to the last mark of the clause; or ""."""
        text = normal.text
        if start == 0:
            start = self._first(text, cuts)
            if start < 0:
                return ""
        start = self._whole(text, start)
        while start < len(text) and (text[start].isspace() or text[start] in MARKS):
            start += 1
        stop = next((i for i in range(start, min(len(text), start + LONGEST)) if text[i] in MARKS), start + LONGEST)
        piece = text[start:stop]
        for lead in self._leads:
            if piece.startswith(lead):
                start, piece = start + len(lead), piece[len(lead) :]
        # A mark inside a longer word ends nothing: 路 in 路灯 is no road.
        ends = (last for last in self._ends(piece) if start + last in cuts or start + last == len(text))
        end = max(ends, default=0)
        if end < SHORTEST:
            return ""
        first, last = normal.span(start, start + end)
        return normal.original[first:last].strip()

    def _whole(self, text: str, start: int) -> int:
        """Where it begins if the place's last character is a part of it, too: 村口 behind 霞村."""
        marks = ((at, self._marks.match(text, at)) for at in range(max(0, start - SHORTEST), start))
        return next((at for at, mark in marks if mark is not None and mark.end() > start), start)

    def _ends(self, piece: str) -> Iterator[int]:
        return (mark.end() for mark in self._marks.finditer(piece))

    def _first(self, text: str, cuts: Container[int]) -> int:
        """Where the name before the first mark begins: at a word's edge in the same clause."""
        for at in (mark.start() for mark in self._marks.finditer(text)):
            low = max((i + 1 for i in range(max(0, at - BEFORE), at) if text[i] in MARKS), default=max(0, at - BEFORE))
            edges = [i for i in range(low, at) if i in cuts]
            if edges and at - low >= 2:
                return edges[0]
        return -1
