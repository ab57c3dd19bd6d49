"""Words of a text marked in its masked form. Nothing is shown that the masked text does not show: the text is masked as a whole,
never in pieces, and a word whose place there is not certain is not shown at all, however it was cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflow.masking import MaskedText

__all__ = ["Mark", "MaskedText", "Piece", "pieces"]
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
