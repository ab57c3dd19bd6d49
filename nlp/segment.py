"""Cuts a text into words with a jieba tokenizer of our own: jieba's global one belongs to nobody."""

from __future__ import annotations

import functools
import logging
import math
import warnings
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate
from typing import Any

from nlp.normalise import Normal

COMMON = 500  # a word of the city is at least as frequent as an everyday word of the dictionary


class Segmenter:
    """jieba with the city's words: lexicon, places, units. Deterministic: its guesser for unknown words stays off."""

    def __init__(self, words: Iterable[str]) -> None:
        self._jieba = _tokenizer()
        for word in sorted({w for w in words if len(w) > 1}, key=lambda w: (len(w), w)):
            self._jieba.add_word(word, max(COMMON, self._jieba.suggest_freq(word)))

    def cut(self, text: str) -> list[str]:
        return list(self._jieba.cut(text, HMM=False))

    def rarity(self, word: str) -> float | None:
        """How rare a word of the dictionary is: 5 for the commonest, about 18 for the rarest. None for what is no word."""
        count = self._jieba.FREQ.get(word, 0)
        return math.log(self._jieba.total / count) if count else None

    def edges(self, normal: Normal) -> Normal:
        """The same text, with the places where words begin and end."""
        cuts = frozenset(accumulate(map(len, self.cut(normal.text)), initial=0))
        return replace(normal, edges=cuts)


@functools.cache
def _base() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's own escapes and pkg_resources
        import jieba  # noqa: PLC0415  # warns on import

        jieba.setLogLevel(logging.ERROR)
        tokenizer = jieba.Tokenizer()
        tokenizer.initialize()
    return tokenizer


def _tokenizer() -> Any:
    """A tokenizer with a dictionary of its own; reading the big one from disk happens once."""
    base = _base()
    tokenizer = type(base)()
    tokenizer.FREQ = dict(base.FREQ)
    tokenizer.total = base.total
    tokenizer.initialized = True
    return tokenizer
