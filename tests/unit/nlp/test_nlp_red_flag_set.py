"""Red flags as a measured thing: benchmarks/red_flags.csv holds danger of every tier, and what only sounds like it (tier none)."""

from __future__ import annotations

import csv
import functools

import pytest

from nlp.redflags import TIERS
from tests.unit.nlp import cities

SET = cities.ROOT / "benchmarks/red_flags.csv"
UNSEEN = cities.ROOT / "benchmarks/red_flags_unseen.csv"
RECALL = {"life": 0.98, "order": 0.98, "livelihood": 0.98, "sensitive": 0.97}
"""What is said of others in half a sentence (「城管队长的小舅子」) is seen least."""
FALSE_ALARMS = 0.02


@functools.cache
def texts() -> tuple[tuple[str, str], ...]:
    """(text, tier) of every row."""
    with SET.open(encoding="utf-8", newline="") as file:
        return tuple((row["text"], row["tier"]) for row in csv.DictReader(file))


def worst(text: str) -> int:
    """The gravest tier that was raised, as a place in TIERS; after the last one if there was none."""
    return min((TIERS.index(flag.tier) for flag in cities.language().classifier.understand(text).flags), default=len(TIERS))


def test_the_set_is_large_enough_to_measure_by() -> None:
    tiers = [tier for _, tier in texts()]
    assert set(tiers) == {*TIERS, "none"}
    assert sum(tier != "none" for tier in tiers) >= 250
    assert tiers.count("none") >= 250
    assert len({text for text, _ in texts()}) == len(tiers)


@pytest.mark.parametrize("tier", TIERS)
def test_danger_of_a_tier_is_seen(tier: str) -> None:
    """A graver tier counts too: it pages a human all the same."""
    dangerous = [text for text, is_tier in texts() if is_tier == tier]
    missed = [text for text in dangerous if worst(text) > TIERS.index(tier)]
    assert len(missed) <= (1 - RECALL[tier]) * len(dangerous), missed


def test_what_only_sounds_like_danger_raises_hardly_any_flag() -> None:
    harmless = [text for text, tier in texts() if tier == "none"]
    alarmed = [text for text in harmless if worst(text) < len(TIERS)]
    assert len(alarmed) <= FALSE_ALARMS * len(harmless), alarmed


@pytest.mark.parametrize(("name", "recall", "false"), [("fair", 0.98, 0.025), ("hard", 0.9, 0.08)])
def test_messages_that_nothing_was_learned_from_are_judged_about_as_well_as_ever(name: str, recall: float, false: float) -> None:
    with UNSEEN.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["set"] == name]
    flagged = {kind: [worst(row["text"]) < len(TIERS) for row in rows if (row["tier"] == "none") is kind] for kind in (True, False)}
    assert sum(flagged[False]) >= recall * len(flagged[False]) > 0
    assert sum(flagged[True]) <= false * len(flagged[True])


def test_nothing_unseen_is_learned_from() -> None:
    with UNSEEN.open(encoding="utf-8", newline="") as file:
        assert not {row["text"] for row in csv.DictReader(file)} & {text for text, _ in texts()}
