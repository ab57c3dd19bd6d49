"""Marks in a text whose personal data is hidden: whatever is marked, nothing hidden comes to light."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import mask
from web.console import reading
from web.console.marks import Mark, MaskedText, pieces
from workflow import evidence
from workflow.evidence import Kept
from workflow.understanding import Evidence, Located, TopicGuess, Understanding

MASKER = mask.load(Path(__file__).parents[2] / "regions" / "jiangmen" / "language" / "personal.csv")
PHONE = "13812345678"
TEXT = f"路灯坏了，电话{PHONE}，姓名王小明，路灯又坏了"


def marked(text: str, *marks: Mark) -> list[tuple[str, tuple[str, ...]]]:
    return [(piece.text, piece.kinds) for piece in pieces(MaskedText(text, MASKER.mask), marks)]


def test_marks_stand_where_the_words_are_after_masking() -> None:
    second = TEXT.rindex("路灯")
    found = marked(TEXT, Mark(0, 2, "1"), Mark(second, second + 2, "2"))
    assert found[0] == ("路灯", ("1",))
    assert found[-2:] == [("路灯", ("2",)), ("又坏了", ())]
    assert PHONE not in "".join(text for text, _ in found)


@pytest.mark.parametrize(
    "phone", [PHONE, "138 1234 5678", "138-1234-5678", "１３８１２３４５６７８", "一三八一二三四五六七八", "138\n1234\n5678"]
)
def test_a_mark_that_cuts_a_number_shows_none_of_its_digits(phone: str) -> None:
    text = f"电话{phone}，路灯坏了"
    shown, at = MASKER.mask(text), text.index(phone)
    for start in range(at - 1, at + len(phone)):
        for end in range(start + 1, at + len(phone) + 2):
            masked = MaskedText(text, MASKER.mask)
            found = pieces(masked, [Mark(start, end, "1"), Mark(text.index("路灯"), text.index("坏"), "2")])
            assert "".join(piece.text for piece in found) == shown
            assert masked.word(text[start:end], start, end) in shown


def test_the_words_beside_the_text_hide_what_the_text_hides() -> None:
    """A piece of a number is no number to a masker any more."""
    at = TEXT.index(PHONE)
    items = (Evidence(TEXT[at + 3 : at + 7], at + 3, at + 7, 2.0), Evidence("路灯", 0, 2, 1.0), Evidence("小明", *span("小明"), 0.5))
    kept = Kept(
        Understanding("", "complain", "", (TopicGuess("T1", "", 0.9, items),), intent_evidence=items), Located("none", evidence=items)
    )
    found = reading.of(kept, MaskedText(TEXT, MASKER.mask))
    assert found.said is not None
    for words in (found.topics[0].words, found.said.intent, found.said.place):
        assert [(word.text, word.weight) for word in words] == [("", 2.0), ("路灯", 1.0), ("", 0.5)]
    assert not any("1234" in part or "小明" in part for part in (repr(found.topics), repr(found.said)))


def span(word: str) -> tuple[int, int]:
    return TEXT.index(word), TEXT.index(word) + len(word)


ALPHABET = st.sampled_from([*"138路灯坏了电话是姓名王小明，。 \n-粤J*某啊", "１", "٣", "😀", "\u200b", "\u202e", "<", "&"])


@given(st.lists(ALPHABET, max_size=60).map("".join), st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=12))
def test_all_pieces_together_are_the_masked_text(text: str, spans: list[tuple[int, int]]) -> None:
    masked = MaskedText(text, MASKER.mask)
    found = pieces(masked, [Mark(start, end, "1") for start, end in spans], [(start, end) for start, end in spans])
    assert "".join(piece.text for piece in found) == MASKER.mask(text)
    for start, end in spans:
        assert masked.word(text[max(start, 0) : max(end, 0)], start, end) in MASKER.mask(text)


def test_overlapping_words_are_not_cut_into_letters() -> None:
    assert marked("路灯坏了", Mark(0, 2, "1"), Mark(1, 3, "1"), Mark(2, 4, "2")) == [("路灯", ("1",)), ("坏", ("1", "2")), ("了", ("2",))]


def test_offsets_are_code_points() -> None:
    text = "😀👨‍👩‍👧路灯\r\n坏了"
    at = text.index("路灯")
    assert marked(text, Mark(at, at + 2, "1"))[1] == ("路灯", ("1",))


def test_words_of_another_text_are_not_marked() -> None:
    """A ticket's text that was changed since: what does not stand there any more is not claimed."""
    kept = Kept(
        Understanding("", "", "", (TopicGuess("T1", "", 0.9, (Evidence("井盖", 0, 2, 1.0), Evidence("坏了", 2, 4, 1.0))),)), Located("none")
    )
    found = reading.of(kept, MaskedText("路灯坏了", MASKER.mask))
    assert found.said is not None
    assert [word.text for word in found.topics[0].words] == ["", "坏了"]
    assert [(piece.text, piece.kinds) for piece in found.said.pieces] == [("路灯", ()), ("坏了", ("1",))]


def test_repeated_characters_take_no_time() -> None:
    text = "啊" * 4096
    items = tuple(Evidence("啊啊啊", at, at + 3, 1.0) for at in range(4000))
    kept = evidence.again(evidence.kept(Understanding("", "complain", "", (TopicGuess("T1", "", 1.0, items),)), Located("none")))
    found = reading.of(kept, MaskedText(text, MASKER.mask))
    assert found.said is not None and found.topics[0].score == 4000
    assert sum(len(piece.text) for piece in found.said.pieces) == 4096


def test_light_words_and_words_against_stand_in_the_table_alone() -> None:
    weights = (("路", 0.2), ("灯", 2.0), ("坏", -3.0), ("了", 1.0))
    items = (*(Evidence(word, at, at + 1, weight) for at, (word, weight) in enumerate(weights)), Evidence("", 0, 0, 0.1))
    kept = Kept(Understanding("", "", "", (TopicGuess("T1", "", 0.9, items),)), Located("none"))
    found = reading.of(kept, MaskedText("路灯坏了", MASKER.mask))
    assert found.said is not None
    assert [(piece.text, piece.strength) for piece in found.said.pieces] == [("路", 0), ("灯", 3), ("坏", 0), ("了", 2)]
    assert [(word.text, word.weight) for word in found.topics[0].words] == [("灯", 2.0), ("了", 1.0), ("路", 0.2), ("坏", -3.0), ("", 0.1)]
