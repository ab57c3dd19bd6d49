"""What a learned weight may stand for: single characters, pairs of them, and the segmenter's longer words.

Characters carry short texts, in which one word decides; words carry what a pair can't say.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from nlp.normalise import Normal

HAN = "㐀"
LONG = 3  # a word of two characters is a pair already
LONGEST = 1500  # characters that are read: what comes later in a letter repeats
Spans = list[tuple[int, int]]


def features(normal: Normal, start: int = 0, end: int | None = None) -> Mapping[str, Spans]:
    """Key → where it stands in the normalised text. No digits: a number may be somebody's, and evidence is shown to others."""
    text = normal.text
    last = min(len(text) if end is None else end, start + LONGEST)
    found: dict[str, Spans] = {}
    before = ""
    for at in range(start, last):
        here = text[at] if text[at] >= HAN and text[at].isalpha() else ""
        if here:
            _note(found, here, at, at + 1)
            if before:
                _note(found, before + here, at - 1, at + 1)
        before = here
    cuts = sorted(edge for edge in normal.edges if start <= edge <= last)
    for first, stop in itertools.pairwise(cuts):
        word = text[first:stop]
        if (stop - first >= LONG and word.isalpha()) or (word.isascii() and word.isalpha()):
            _note(found, word, first, stop)
    return found


def _note(found: dict[str, Spans], key: str, start: int, end: int) -> None:
    spans = found.get(key)
    if spans is None:
        found[key] = [(start, end)]
    else:
        spans.append((start, end))
