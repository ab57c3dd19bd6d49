"""What the confidence decides, without a city or a language."""

from __future__ import annotations

from typing import Any

import pytest

from workflow import intake
from workflow.intake import Doubt, Draft
from workflow.region import Sureness

LIMITS = Sureness(sure=0.7, unsure=0.4)


def a_draft(confidence: float, **given: Any) -> Draft:
    return Draft("d1", topic="T1", topics=("T1", "T2"), confidence=confidence, **given)


@pytest.mark.parametrize(
    ("confidence", "doubt"), [(1, "none"), (0.7, "none"), (0.69, "choose"), (0.4, "choose"), (0.39, "ask"), (0, "ask")]
)
def test_each_limit_belongs_to_what_is_surer(confidence: float, doubt: str) -> None:
    assert intake.doubt(a_draft(confidence), LIMITS) == doubt


@pytest.mark.parametrize("given", [{"topic_chosen": True}, {"urgent": True}, {"procedure": "petition_report"}])
def test_what_is_settled_is_beyond_doubt(given: dict[str, Any]) -> None:
    assert intake.doubt(a_draft(0.1, **given), LIMITS) is Doubt.NONE
    assert intake.left_open(a_draft(0.1, **given), LIMITS).topic == "T1"


def test_without_a_guess_there_is_nothing_to_doubt() -> None:
    assert intake.doubt(Draft("d1"), LIMITS) is Doubt.NONE


@pytest.mark.parametrize(("urgency", "topic"), [("", ""), ("sensitive", ""), ("order", "T1"), ("livelihood", "T1")])
def test_only_what_is_not_pressing_is_left_open(urgency: str, topic: str) -> None:
    filed = intake.left_open(a_draft(0.1, urgency=urgency), LIMITS)
    assert (filed.topic, filed.topics) == (topic, ("T1", "T2"))
