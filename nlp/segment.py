"""Cuts a text into words with a jieba tokenizer of our own: jieba's global one belongs to nobody."""

from __future__ import annotations

import functools
import logging
import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Any

from nlp.normalise import Normal

UNSEEN = "㐀㐁㐂"  # no text has it
COMMON = 500  # a word of the city is at least as frequent as an everyday word of the dictionary

NAMING = frozenset({"ns", "nr", "nrt", "nrfg", "nt"})  # jieba's marks for names of places, people, bodies
PLACES = frozenset({"ns", "nt"})  # those it is right about: many an everyday word bears the mark of a surname


class Segmenter:
    """jieba with the city's words: lexicon, places, units. Deterministic: its guesser for unknown words stays off.

    Where rjieba is installed (the extra `fast`) it does the cutting, with jieba's dictionary and the same result.
    """

    def __init__(self, words: Iterable[str], *, fast: bool = True) -> None:
        tokenizer = self._jieba = _tokenizer()
        for word in sorted({w for w in words if len(w) > 1}, key=lambda w: (len(w), w)):
            tokenizer.add_word(word, max(COMMON, tokenizer.suggest_freq(word)))
        self._cut: Callable[[str], list[str]] = (_rust(tokenizer) if fast else None) or partial(_plain_cut, tokenizer)

    def cut(self, text: str) -> list[str]:
        return self._cut(text)

    def rarity(self, word: str) -> float | None:
        """How rare a word of the dictionary is: 5 for the commonest, about 18 for the rarest. None for what is no word."""
        count = self._jieba.FREQ.get(word, 0)
        return math.log(self._jieba.total / count) if count else None

    def edges(self, normal: Normal) -> Normal:
        """The same text, with the places where words begin and end."""
        cuts = frozenset(accumulate(map(len, self._cut(normal.text)), initial=0))
        return replace(normal, edges=cuts)


def _plain_cut(tokenizer: Any, text: str) -> list[str]:
    return list(tokenizer.cut(text, HMM=False))


def _rust(tokenizer: Any) -> Callable[[str], list[str]] | None:
    """rjieba with exactly the words of the tokenizer, or None where it is not installed."""
    try:
        import rjieba  # noqa: PLC0415  # an extra
    except ImportError:
        return None
    made: Any = rjieba.Jieba.empty()  # type: ignore[no-untyped-call]
    for word, frequency in tokenizer.FREQ.items():
        if frequency:  # 0: only the beginning of a word
            made.add_word(word, frequency, "")
    # Words that were added twice count twice in jieba's total, and probabilities are shares of it.
    made.add_word(UNSEEN, max(1, tokenizer.total - sum(tokenizer.FREQ.values())), "")
    cut: Callable[[str], list[str]] = partial(made.cut, hmm=False)
    return cut


@functools.cache
def names(kinds: frozenset[str] = NAMING) -> frozenset[str]:
    """Words of jieba's dictionary that name places, people or bodies. Reads the dictionary anew: half a second."""
    _base()
    import jieba  # noqa: PLC0415  # warns on import

    with jieba.get_dict_file() as file:
        entries = [line.decode("utf-8").split() for line in file]
    return frozenset(entry[0] for entry in entries if entry[-1] in kinds)


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
