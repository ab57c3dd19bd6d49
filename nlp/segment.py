"""Cuts a text into words with a jieba tokenizer of our own: jieba's global one belongs to nobody.

Where rjieba is installed (the extra `fast`) it does the same, with jieba's dictionary and the same result, in a tenth of the time.
"""

from __future__ import annotations

import functools
import logging
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

from nlp.normalise import Normal

COMMON = 500  # a word of the city is at least as frequent as an everyday word of the dictionary
NAMING = frozenset({"ns", "nr", "nrt", "nrfg", "nt"})  # jieba's marks for names of places, people, bodies
GRAMMAR = frozenset({"u", "uj", "ul", "ud", "ug", "uv", "uz", "p", "c", "d", "r", "m", "q", "y", "e"})  # and of words that only bind
RUNS, RUN = 512, 64
PLACES = frozenset({"ns", "nt"})  # those it is right about: many an everyday word bears the mark of a surname


class Cutter(Protocol):
    """A tokenizer with jieba's dictionary. `total`: the sum of all frequencies."""

    @property
    def total(self) -> float: ...
    def cut(self, text: str) -> list[str]: ...
    def frequency(self, word: str) -> int:
        """Of a word it keeps whole as it is: its own. Of others: one that makes it whole."""
        ...

    def count(self, word: str) -> int:
        """Its frequency in the dictionary; 0 where it has none."""
        ...

    def add(self, word: str, frequency: int) -> None: ...
    def settled(self) -> Callable[[str], list[str]]:
        """`cut`, once no word is added any more."""
        ...


class Segmenter:
    """jieba with the city's words: lexicon, places, units. Deterministic: its guesser for unknown words stays off."""

    def __init__(self, words: Iterable[str], *, fast: bool = True) -> None:
        cutter = (_rust() if fast else None) or _Python()
        for word in sorted({w for w in words if len(w) > 1}, key=lambda w: (len(w), w)):
            found = cutter.frequency(word)
            if found < COMMON or cutter.cut(word) != [word]:
                cutter.add(word, max(COMMON, found))
        self._cutter = cutter
        self.cut = cutter.settled()

    def rarity(self, word: str) -> float | None:
        """How rare a word of the dictionary is: 5 for the commonest, about 18 for the rarest. None for what is no word."""
        count = self._cutter.count(word)
        return math.log(self._cutter.total / count) if count else None

    def edges(self, normal: Normal) -> Normal:
        """The same text, with the places where words begin and end."""
        return replace(normal, edges=frozenset(accumulate(map(len, self.cut(normal.text)), initial=0)))


class _Python:
    """jieba itself, with a dictionary of its own."""

    def __init__(self) -> None:
        self._tokenizer: Any = _jieba().Tokenizer()
        self._tokenizer.initialize()

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))

    @property
    def total(self) -> float:
        return float(self._tokenizer.total)

    def count(self, word: str) -> int:
        return int(self._tokenizer.FREQ.get(word, 0))

    def frequency(self, word: str) -> int:
        return self.count(word) if self.cut(word) == [word] else int(self._tokenizer.suggest_freq(word))

    def add(self, word: str, frequency: int) -> None:
        # jieba counts a word that is added again twice, and probabilities are shares of the total.
        self._tokenizer.total -= self._tokenizer.FREQ.get(word, 0)
        self._tokenizer.add_word(word, frequency)

    def settled(self) -> Callable[[str], list[str]]:
        """A text is asked about three times: what it is about, where it is, what it is like. jieba cuts each run of letters by itself, so
        what it made of the last ones is kept, at most `RUNS` of at most `RUN` letters."""
        runs, cut = _jieba().re_han_default, self.cut

        @functools.lru_cache(RUNS)
        def known(run: str) -> tuple[str, ...]:
            return tuple(cut(run))

        def quick(text: str) -> list[str]:
            return [word for run in runs.split(text) if run for word in (known(run) if len(run) <= RUN else cut(run))]

        return quick


class _Rust:
    """rjieba, given jieba's words one by one: the dictionary it brings is not quite the same."""

    def __init__(self, empty: Any) -> None:
        self._tokenizer = empty
        self._counts = {word: frequency for word, frequency, _ in dictionary()}
        self.total = float(sum(self._counts.values()))
        for word, frequency in self._counts.items():
            empty.add_word(word, frequency, "")

    def cut(self, text: str) -> list[str]:
        found: list[str] = self._tokenizer.cut(text, hmm=False)
        return found

    def count(self, word: str) -> int:
        return self._counts.get(word, 0)

    def frequency(self, word: str) -> int:
        return self.count(word) if self.cut(word) == [word] else int(self._tokenizer.suggest_freq(word))

    def add(self, word: str, frequency: int) -> None:
        self.total += frequency - self.count(word)
        self._counts[word] = frequency
        self._tokenizer.add_word(word, frequency, "")

    def settled(self) -> Callable[[str], list[str]]:
        return self.cut


def _rust() -> _Rust | None:
    try:
        import rjieba  # noqa: PLC0415  # an extra
    except ImportError:
        return None
    return _Rust(rjieba.Jieba.empty())  # type: ignore[no-untyped-call]


def dictionary() -> Iterator[tuple[str, int, str]]:
    """jieba's: word, frequency, mark of its kind."""
    with Path(_jieba().__file__).with_name("dict.txt").open(encoding="utf-8") as file:
        for line in file:
            word, frequency, kind = line.split()
            yield word, int(frequency), kind


@functools.cache
def names(kinds: frozenset[str] = NAMING) -> frozenset[str]:
    """Words of jieba's dictionary that name places, people or bodies. Reads the dictionary anew: half a second."""
    return frozenset(word for word, _, kind in dictionary() if kind in kinds)


@functools.cache
def _jieba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's own escapes and pkg_resources
        import jieba  # noqa: PLC0415  # warns on import

        jieba.setLogLevel(logging.ERROR)
    return jieba
