"""A text that was normalised before is the same once more, and long ones are not kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlp.normalise import KEPT, TEXTS, Normaliser

NORMALISE = Normaliser({"冇": "没有", "无水": "停水"})


@given(st.text(alphabet="冇无水１a \u200b😀。", max_size=20))
def test_a_text_from_memory_is_what_it_was(text: str) -> None:
    assert NORMALISE(text) == NORMALISE._normal(text) == NORMALISE(text)


def test_no_more_texts_are_kept_than_are_heard_at_once() -> None:
    normalise = Normaliser({})
    for number in range(3 * TEXTS):
        normalise(f"text {number}")
        normalise("x" * (KEPT + 1 + number))
    assert normalise._kept.cache_info().currsize == TEXTS
