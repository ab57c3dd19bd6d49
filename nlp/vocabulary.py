"""Which words may be learned: not those that name a place, a person or a body, nor those that only say what is wanted.

What names something is found by where it stands (in a word that the dictionary or the gazetteer knows as a name, or before the
word for a road or an estate), so that names of other cities and of estates nobody listed stay out as well.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from nlp.features import LONG, features
from nlp.normalise import MARKS, Normal
from nlp.tries import Words

FEWEST, FEWEST_OF_LONG = 3, 5  # texts that a word must stand in: what fewer hold may be about somebody; a long word may be a name
BEFORE = 3  # characters before the word for a road or an estate that are its name
NAMED = 0.5  # a word is left out where more than this share of its places are in names


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as far as learning may know it. `counts`: word → how often. `named`: of those, how often inside a name."""

    label: str
    normal: Normal
    counts: Mapping[str, int]
    named: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Names:
    """`words`: names of places, people and bodies. `marks`: words for a road, an estate … that a name stands before."""

    words: frozenset[str]
    marks: Words

    def see(self, label: str, normal: Normal) -> Seen:
        found = features(normal)
        inside, ends = self._inside(normal)
        named = {key: sum(inside[s] and (inside[e - 1] or e in ends) for s, e in spans) for key, spans in found.items()}
        return Seen(label, normal, {k: len(s) for k, s in found.items()}, {k: n for k, n in named.items() if n})

    def _inside(self, normal: Normal) -> tuple[bytearray, set[int]]:
        """Which characters are of a name, and where the words end that a name stands before: a name may be one word with them."""
        text = normal.text
        inside = bytearray(len(text))
        cuts = sorted(normal.edges)
        for start, end in itertools.pairwise(cuts):
            if end - start > 1 and text[start:end] in self.words:
                inside[start:end] = b"\1" * (end - start)
        ends: set[int] = set()
        for start, end in self.marks.longest(text):
            ends.add(end)
            low = start
            while low > max(0, start - BEFORE) and text[low - 1] not in MARKS:
                low -= 1
            inside[low:start] = b"\1" * (start - low)
        return inside, ends


def choose(seen: Iterable[Seen], left_out: Collection[str]) -> dict[str, int]:
    """Word → number of texts it stands in. `left_out`: names of places, and words of intent, which must not decide what a text is about."""
    texts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for one in seen:
        texts.update(one.counts.keys())
        places.update(one.counts)
        named.update(one.named)
    return {
        word: count
        for word, count in texts.items()
        if count >= (FEWEST if len(word) < LONG else FEWEST_OF_LONG) and word not in left_out and named[word] <= NAMED * places[word]
    }
