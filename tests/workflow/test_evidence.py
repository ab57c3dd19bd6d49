"""What a ticket keeps of how it was read."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import evidence, intake
from workflow.evidence import LONGEST, MOST
from workflow.understanding import Evidence, Located, PlaceGuess, RedFlag, TopicGuess, Understanding

LITTER = Evidence("litter", 10, 16, 1.5)
GATE = Evidence("gate", 24, 28, -0.25)
READ = Understanding(
    "hotline", "complain", "", (TopicGuess("T1", "Litter", 0.75, (LITTER, GATE)), TopicGuess("T2", "Loose wall", 0.1, (GATE,))),
    flags=(RedFlag("gas", "life", "gas", ("119",)),), intent_evidence=(GATE,), parts=((0, 9), (9, 28)), version="7.abc",
)  # fmt: skip
LOCATED = Located("village", "990101001001", (PlaceGuess("990101001001", "Spring", "North Hill Spring", 1.2),), (GATE,), "12 Main St")


def a_draft() -> intake.Draft:
    draft = intake.told(intake.Draft("d1"), "There is a litter by the gate")
    return intake.understood(draft, READ, LOCATED, lambda _: "")


def test_what_is_kept_comes_back_as_it_was() -> None:
    command = intake.registration(a_draft(), "9901")
    found = evidence.again(json.loads(json.dumps(command.understanding)))
    assert [(guess.code, guess.confidence, guess.evidence) for guess in found.read.topics] == [
        ("T1", 0.75, (LITTER, GATE)),
        ("T2", 0.1, (GATE,)),
    ]
    assert command.understanding["guesses"][0]["score"] == evidence.score((LITTER, GATE)) == 1.25
    assert (found.read.intent, found.read.intent_evidence, found.read.parts) == ("complain", (GATE,), ((0, 9), (9, 28)))
    assert [(flag.code, flag.tier, flag.text) for flag in found.read.flags] == [("gas", "life", "gas")]
    assert (found.located.decision, found.located.code, found.located.evidence) == ("village", "990101001001", (GATE,))
    assert [(guess.code, guess.score) for guess in found.located.candidates] == [("990101001001", 1.2)]
    assert (found.read.version, found.chosen, found.whole) == ("7.abc", "", True)


def test_a_grid_that_was_named_is_kept_and_rows_of_before_have_none() -> None:
    kept = json.loads(json.dumps(evidence.kept(READ, replace(LOCATED, grid="990101001001001"))))
    assert evidence.again(kept).located.grid == "990101001001001"
    del kept["place"]["grid"]
    assert (evidence.again(kept).located.grid, evidence.again(kept).located.code) == ("", "990101001001")


def test_what_the_bot_reads_from_a_ticket_is_still_there() -> None:
    kept = intake.registration(a_draft(), "9901").understanding
    assert (kept["topics"], kept["words"], kept["version"]) == (["T1", "T2"], ["litter"], "7.abc")  # the gate speaks against


def test_a_draft_keeps_its_reading_over_a_restart_and_one_of_before_has_none() -> None:
    stored = json.loads(json.dumps(intake.to_json(a_draft())))
    assert intake.registration(intake.from_json(stored), "9901").understanding == intake.registration(a_draft(), "9901").understanding
    del stored["reading"]
    old = evidence.again(intake.registration(intake.from_json(stored), "9901").understanding)
    assert ([guess.code for guess in old.read.topics], old.words, old.whole) == (["T1", "T2"], ("litter",), False)


def test_the_residents_choice_stands_beside_the_best_guess() -> None:
    draft = replace(a_draft(), topic="T2", topic_chosen=True)
    again = intake.understood(draft, READ, LOCATED, lambda _: "")
    assert evidence.again(intake.registration(again, "9901").understanding).chosen == "T2"


@pytest.mark.parametrize("odd", [
    {}, {"guesses": None}, {"guesses": [1, {}], "topics": "T1"}, {"flags": {}, "place": [], "intent": "x", "parts": [1, [1], [1, 2]]},
    {"guesses": [{"evidence": [{"start": "a", "end": None, "weight": "1"}]}], "words": 3},
])  # fmt: skip
def test_rows_that_lack_something_are_read_all_the_same(odd: dict[str, object]) -> None:
    found = evidence.again(odd)
    assert all(item.start == 0 for guess in found.read.topics for item in guess.evidence)


ITEMS = st.lists(
    st.builds(Evidence, st.sampled_from(["", "a", "bc"]), st.integers(0, 9), st.integers(0, 9), st.floats(-3, 3)), max_size=120
)


@given(ITEMS)
def test_a_bounded_sum_adds_up(items: list[Evidence]) -> None:
    found = evidence.bounded(items)
    assert len(found) <= MOST
    assert math.isclose(evidence.score(found), evidence.score(items), abs_tol=1e-9)


def test_the_weightiest_items_stay_and_the_rest_is_one() -> None:
    items = [Evidence("x", at, at + 1, weight) for at, weight in enumerate([0.01] * 200 + [-2.0, 3.0])]
    found = evidence.bounded(items)
    assert [item.weight for item in found[-3:-1]] == [-2.0, 3.0]
    assert (found[-1].text, found[-1].start, found[-1].end) == ("", 0, 0)
    assert len(found) == MOST


def test_a_row_stays_small_whatever_the_text() -> None:
    """A word may be stretched by thousands of characters that say nothing."""
    long = Evidence("x" * 4096, 0, 4096, 1.0)
    read = Understanding(
        "hotline", "complain", "", (TopicGuess("T1", "", 1.0, (long,) * 500),) * 5, (RedFlag("gas", "life", "g" * 4096),) * 500
    )
    kept = evidence.kept(read, Located("outside", evidence=(long,) * 500, outside_name="y" * 4096))
    assert len(json.dumps(kept)) < (evidence.KEPT_TOPICS + 2) * MOST * (LONGEST + 100)
