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

from nlp.tries import Words
from workflow.understanding import Evidence

REPEATS = 3  # so many of one character in a row say no more than one
MARKS = frozenset(",。、!?;:\n\r….()[]<>|~")  # end a clause, in normalised text
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
        plain = {"".join(_plain(c) for c in word): to for word, to in replacements.items()}
        self._to = plain
        self._words = Words(plain)

    def __call__(self, original: str) -> Normal:
        chars: list[str] = []
        starts: list[int] = []
        for index, char in enumerate(original):
            for plain in _plain(char):
                if _repeated(chars, plain):
                    continue
                chars.append(plain)
                starts.append(index)
        ends = [start + 1 for start in starts]
        return self._replace(original, "".join(chars), starts, ends)

    def _replace(self, original: str, text: str, starts: list[int], ends: list[int]) -> Normal:
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


def _repeated(chars: list[str], char: str) -> bool:
    return char.isalpha() and len(chars) >= REPEATS - 1 and all(c == char for c in chars[1 - REPEATS :])


@functools.lru_cache(maxsize=20_000)
def _plain(char: str) -> str:
    """One character in its plain spelling; "" if it says nothing."""
    if unicodedata.category(char) in DROPPED and char not in "\n\t\r":
        return ""
    folded = unicodedata.normalize("NFKC", char).lower()
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
