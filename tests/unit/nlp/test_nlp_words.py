"""Words finds what a slow search by hand finds, to the last character of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlp.scan import Scan
from nlp.tries import Words

LETTERS = st.text("abc", max_size=12)
SETS = st.frozensets(st.text("abc", min_size=1, max_size=4), max_size=8)


def by_hand(words: frozenset[str], text: str, edges: frozenset[int] | None) -> list[tuple[int, int]]:
    found, start = [], 0
    while start < len(text):
        fits = [
            len(word)
            for word in words
            if text.startswith(word, start) and (edges is None or len(word) > 2 or {start, start + len(word)} <= edges)
        ]
        if fits:
            found.append((start, start + max(fits)))
        start += max(fits, default=1)
    return found


@given(SETS, LETTERS, st.frozensets(st.integers(0, 12)))
def test_longest_from_left_to_right(words: frozenset[str], text: str, edges: frozenset[int]) -> None:
    for index in (Words(words), Scan(words)):
        assert list(index.longest(text)) == by_hand(words, text, None)
        assert list(index.aligned(text, edges)) == by_hand(words, text, edges)
        assert index.any_in(text) == any(word in text for word in words)
        for start in range(len(text)):
            here = [word for word in words if text.startswith(word, start)]
            assert list(index.at(text, start)) == sorted(here, key=len, reverse=True)
