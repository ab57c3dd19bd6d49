"""The fast finders find exactly what the simple way finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.hits import Finder
from nlp.scan import Scan
from nlp.tries import Words

WORDS = st.sets(st.text(alphabet="煤气漏ab]^-", min_size=1, max_size=4), max_size=8)
TEXTS = st.text(alphabet="煤气漏ab]^-，", max_size=30)


@settings(max_examples=200, deadline=None)
@given(WORDS, TEXTS, st.sets(st.integers(0, 30)))
def test_a_scan_finds_what_words_find(words: set[str], text: str, edges: set[int]) -> None:
    assert list(Scan(words).longest(text)) == list(Words(words).longest(text))
    assert list(Scan(words).aligned(text, edges)) == list(Words(words).aligned(text, edges))
    assert Scan(words).any_in(text) == Words(words).any_in(text)


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS, TEXTS)
def test_hits_are_all_places_of_a_word_and_of_its_groups(words: set[str], members: set[str], text: str) -> None:
    found = Finder(words, {"[group]": members}).scan(text)
    every = {word: [(i, i + len(word)) for i in range(len(text)) if text.startswith(word, i)] for word in words | members}
    assert all(list(found.at(word)) == spans for word, spans in every.items())
    assert list(found.at("[group]")) == sorted(span for word in members for span in every[word])
    assert ("[group]" in found.keys) == any(every[word] for word in members)
    for word, spans in every.items():
        assert found.within(word, 2, 9) == next(((a, b) for a, b in spans if a >= 2 and b <= 9), None)
        assert found.after(word, 3) == next(((a, b) for a, b in spans if a >= 3), None)
        assert found.around(word, 4, 5) == any(a <= 4 and b >= 5 for a, b in spans)
