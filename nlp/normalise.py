"""One spelling for what people write, with the way back to what they wrote.

NFKC, zero-width characters out, Traditional → Simplified, small letters, long repetitions shortened, then the tables of
the city (Cantonese, variant names). Offsets always lead back to the original text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from nlp.scan import Scan
from workflow.understanding import Evidence

EXPANDS = 4  # one character becomes so many at most, as a number in brackets does: some are whole phrases in other scripts
TEXTS, KEPT = 64, 512  # the last texts are kept, if they have so few code points: each is asked for three times
REPEATS = 3  # so many of one character in a row say no more than one
MARKS = frozenset(",。、!?;:\n\r….()[]<>|~")  # end a clause, in normalised text
RUN = re.compile(rf"(.)\1{{{REPEATS - 1},}}")
SPACED = re.compile("(?<=[㐀-鿿]) +(?=[㐀-鿿])")
DROPPED = ("Cf", "Cc", "Cs", "Mn", "Me")


@dataclass(frozen=True, slots=True)
class Normal:
    """`text` normalised; its character i came from `original[starts[i]:ends[i]]`. `edges`: where the segmenter cut."""

    original: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    edges: frozenset[int] = frozenset()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original for a span of the normalised text (not empty)."""
        return self.starts[start], max(self.ends[start:end])

    def evidence(self, start: int, end: int, weight: float) -> Evidence:
        first, last = self.span(start, end)
        return Evidence(self.original[first:last], first, last, weight)


class Normaliser:
    """Holds the city's replacements: longest first, applied once, never on their own result."""

    def __init__(self, replacements: Mapping[str, str]) -> None:
        self._to = {"".join(PLAIN[char] for char in word): to for word, to in replacements.items()}
        self._words = Scan(self._to)
        self._kept = functools.lru_cache(TEXTS)(self._normal)

    def __call__(self, original: str) -> Normal:
        return self._kept(original) if len(original) <= KEPT else self._normal(original)

    def _normal(self, original: str) -> Normal:
        pieces = [PLAIN[char] for char in original]
        text = "".join(pieces)
        starts: Sequence[int] = range(len(text))
        if len(text) != len(pieces) or "" in pieces:
            starts = [index for index, piece in enumerate(pieces) for _ in piece]
        if runs := [run.span() for run in RUN.finditer(text) if text[run.start()].isalpha()]:
            kept = _outside([(first + REPEATS - 1, last) for first, last in runs], len(text))
            starts = [start for a, b in kept for start in starts[a:b]]
            text = "".join(text[a:b] for a, b in kept)
        ends = range(1, len(text) + 1) if isinstance(starts, range) else [start + 1 for start in starts]
        return self._replace(original, text, starts, ends)

    def _replace(self, original: str, text: str, starts: Sequence[int], ends: Sequence[int]) -> Normal:
        spans = list(self._words.longest(text))
        if not spans:
            return Normal(original, text, starts, ends)
        pieces: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        last = 0
        for start, end in [*spans, (len(text), len(text))]:
            pieces.append(text[last:start])
            new_starts += starts[last:start]
            new_ends += ends[last:start]
            new = self._to.get(text[start:end], "")
            pieces.append(new)
            new_starts += [starts[start]] * len(new) if new else []
            new_ends += [ends[end - 1]] * len(new) if new else []
            last = end
        return Normal(original, "".join(pieces), new_starts, new_ends)


def _outside(spans: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What is left between spans."""
    edges = [0, *(edge for span in spans for edge in span), length]
    return list(zip(edges[::2], edges[1::2], strict=True))


class _Plain(dict[str, str]):
    """One character → its plain spelling; "" if it says nothing. Grows with the characters that people use."""

    def __missing__(self, char: str) -> str:
        self[char] = plain = _plain(char)
        return plain


PLAIN = _Plain()


def _plain(char: str) -> str:
    if unicodedata.category(char) in DROPPED and char not in "\n\t\r":
        return ""
    folded = unicodedata.normalize("NFKC", char).lower()
    if len(folded) > EXPANDS:
        return char
    return "".join(_simplified(c) if ord(c) > 0x2E7F else " " if c.isspace() else c for c in folded)


@functools.cache
def _simplified_table() -> Mapping[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own escapes
        import opencc  # noqa: PLC0415  # loads its tables on import

        converter = opencc.OpenCC("t2s")
    han = "".join(map(chr, [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)]))
    # A separator keeps the library's phrase table out: here every character must stay one character.
    plain = converter.convert("\n".join(han)).split("\n")
    return {a: b for a, b in zip(han, plain, strict=True) if a != b and len(b) == 1}


def _simplified(char: str) -> str:
    return _simplified_table().get(char, char)


def unspaced(normal: Normal) -> Normal:
    """Without the spaces between Chinese characters (line breaks stay); words that ended at such a space still do."""
    gaps = {i for gap in SPACED.finditer(normal.text) for i in range(*gap.span())}
    gaps = {i for i in gaps if normal.original[normal.starts[i]] not in "\r\n"}
    if not gaps:
        return normal
    keep = [i for i in range(len(normal.text)) if i not in gaps]
    moved = [0, *accumulate(i not in gaps for i in range(len(normal.text)))]
    return Normal(
        original=normal.original,
        text="".join(normal.text[i] for i in keep),
        starts=[normal.starts[i] for i in keep],
        ends=[normal.ends[i] for i in keep],
        edges=frozenset(moved[edge] for edge in normal.edges),
    )


def clauses(text: str) -> list[tuple[int, int]]:
    """Spans between punctuation marks; empty ones are left out."""
    cuts = [-1, *(i for i, c in enumerate(text) if c in MARKS), len(text)]
    return [(a + 1, b) for a, b in pairwise(cuts) if b > a + 1]
