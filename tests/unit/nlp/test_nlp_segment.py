"""Both cutters give the same words: jieba, and rjieba with jieba's dictionary."""

from __future__ import annotations

import functools

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.segment import Segmenter, dictionary
from tests.unit.nlp.corpus import EVERYBODY, WORDS

CITY = ("走鬼档", "人行道砖", "蓬江区", "仓后街道", "外欠", "路灯不亮", "a栋")
TOLD = [*EVERYBODY, *(word for words in WORDS.values() for word in words), *CITY]
PIECES = [*TOLD, "，", "在", "外", "下", "了", "加钱", "人治", "3号", "ktv", " ", "\n", "😀", "ｱ", "é"]


@functools.cache
def both() -> tuple[Segmenter, Segmenter]:
    return Segmenter(CITY, fast=True), Segmenter(CITY, fast=False)


def test_rjieba_is_there_so_that_this_is_a_test() -> None:
    fast, plain = both()
    assert type(fast._cutter) is not type(plain._cutter)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60))
def test_they_cut_alike_and_lose_nothing(text: str) -> None:
    fast, plain = both()
    assert fast.cut(text) == plain.cut(text)
    assert "".join(plain.cut(text)) == text


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=60).map("".join))
def test_what_is_kept_of_earlier_texts_cuts_none_otherwise(text: str) -> None:
    """Jieba sees the whole text on the left, on the right one run of letters after the other, at first and from memory."""
    _, plain = both()
    assert plain._cutter.cut(text) == plain.cut(text) == plain.cut(text)


def test_everyday_words_of_the_dictionary_are_cut_alike() -> None:
    fast, plain = both()
    words = [word for word, _, _ in dictionary()][::40]
    for first, second in zip(words, reversed(words), strict=True):
        assert fast.cut(first + second) == plain.cut(first + second)


def test_the_citys_words_stay_whole() -> None:
    for segmenter in both():
        assert [segmenter.cut(word) for word in CITY] == [[word] for word in CITY]


def test_they_say_alike_how_rare_a_word_is() -> None:
    fast, plain = both()
    for word in [word for word, _, _ in dictionary()][::400]:
        ours, theirs = fast.rarity(word), plain.rarity(word)
        assert ours is not None
        assert theirs is not None
        assert abs(ours - theirs) < 1e-6
    assert fast.rarity("龘龘") is plain.rarity("龘龘") is None
