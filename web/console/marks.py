"""Words of a text marked in its masked form. Nothing is shown that the masked text does not show: the text is masked as a whole,
never in pieces, and a word whose place there is not certain is not shown at all, however it was cut."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_ANCHOR = 4  # code points that tell where in the masked text a part begins


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text as it was written. `kind`: what it spoke for; `strength`: 1 to 3."""

    start: int
    end: int
    kind: str
    strength: int = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the masked text. `kinds`: whatever marks it, in order; `part`: the number of the matter that begins here, or 0."""

    text: str
    kinds: tuple[str, ...] = ()
    strength: int = 0
    part: int = 0


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


def pieces(text: MaskedText, marks: Iterable[Mark], parts: Sequence[tuple[int, int]] = ()) -> list[Piece]:
    """The whole of `shown`, in order."""
    placed = [(place, mark) for mark in marks if (place := text.where(mark.start, mark.end)) is not None]
    begins = {place[0]: number for number, (start, end) in enumerate(parts, 1) if (place := text.where(start, min(end, start + _ANCHOR)))}
    ends = {0, len(text.shown), *begins, *(edge for place, _ in placed for edge in place)}
    found = [_piece(text.shown, start, end, placed, begins.get(start, 0)) for start, end in pairwise(sorted(ends))]
    return _joined(found)


def _piece(shown: str, start: int, end: int, placed: Sequence[tuple[tuple[int, int], Mark]], part: int) -> Piece:
    here = [mark for (first, last), mark in placed if first <= start and end <= last]
    kinds = tuple(sorted({mark.kind for mark in here}))
    return Piece(shown[start:end], kinds, max((mark.strength for mark in here), default=0), part)


def _joined(found: Sequence[Piece]) -> list[Piece]:
    """Neighbours that are marked alike are one: words that overlap are not cut into letters."""
    runs: list[Piece] = []
    for piece in found:
        if runs and not piece.part and runs[-1].kinds == piece.kinds:
            last = runs[-1]
            runs[-1] = Piece(last.text + piece.text, piece.kinds, max(last.strength, piece.strength), last.part)
        else:
            runs.append(piece)
    return runs


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
