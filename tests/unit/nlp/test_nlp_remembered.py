"""A text that is asked about twice is read once, and nothing of it stays."""

from __future__ import annotations

from nlp.remembered import RememberedClassifier
from workflow.understanding import Understanding


class Counting:
    """Fits `workflow.ports.Classifier`; a reading bears its text."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def understand(self, text: str) -> Understanding:
        self.read.append(text)
        return Understanding("hotline", "complain", text)


def test_the_second_question_is_answered_from_memory_and_the_third_reads_anew() -> None:
    inner = Counting()
    remembered = RememberedClassifier(inner)
    assert [remembered.understand("a").intent_name for _ in range(3)] == ["a"] * 3
    assert inner.read == ["a", "a"]


def test_another_text_gets_its_own_reading() -> None:
    remembered = RememberedClassifier(Counting())
    assert [remembered.understand(text).intent_name for text in ("a", "a ", "b", "a ", "a")] == ["a", "a ", "b", "a ", "a"]


def test_the_oldest_go_first_by_number_and_by_length() -> None:
    inner = Counting()
    remembered = RememberedClassifier(inner, most=2)
    for text in ("a", "b", "c", "a", "b", "c"):
        remembered.understand(text)
    assert inner.read == ["a", "b", "c", "a", "b", "c"]
    short = RememberedClassifier(inner := Counting(), letters=10)
    for text in ("x" * 8, "yyy", "x" * 8, "z" * 11, "z" * 11):
        short.understand(text)
    assert inner.read == ["x" * 8, "yyy", "x" * 8, "z" * 11, "z" * 11]
