"""What waited too long is told in one message; nothing that is owed whole ever is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflow.build import NOW
from workflow import notices
from workflow.digests import AWAY, CROWD, DIGEST, Folded, Waiting, fold, is_late
from workflow.letters import LETTER
from workflow.model import FileRef, Priority, Speech
from workflow.region import Digest
from workflow.states import State

RULE = Digest()
LONG_AGO = NOW - timedelta(hours=9)
LAWFUL = {*notices.HEADLINES.values(), *notices.FOLLOWER_HEADLINES.values()} - {
    "notices.dispatched", "notices.resumed", "notices.reworked",
}  # fmt: skip
"""Receipts, refusals with their way, answers, ends, reasons: all that a resident hears but that the way goes on."""


def step(number: int, key: str = "notices.dispatched", ticket: int = 7, card: str = "resident", **more: Any) -> Waiting:
    given = {"fresh": bool(key), "params": {"was": "ACCEPTED"}, **more}
    return Waiting(number, Speech(1, key, ticket_id=ticket, card=card, **given), LONG_AGO + timedelta(minutes=number))


def folded(rows: list[Waiting], state: State = State.HANDLING, rule: Digest = RULE) -> Folded:
    found = fold(rows, {row.speech.ticket_id or 0: state for row in rows}, NOW, rule)
    assert found is not None
    return found


def test_steps_of_matters_are_told_in_one_message_in_their_order() -> None:
    rows = [step(1), step(2, ticket=8, params={"was": "DISPUTED"}), step(3, "notices.resumed", params={"was": "SUSPENDED"})]
    found = folded(rows)
    assert found.digest.params["cases"] == [
        {"ticket": 7, "was": "ACCEPTED", "face": "resident"}, {"ticket": 8, "was": "DISPUTED", "face": "resident"},
    ]  # fmt: skip
    assert (found.digest.key, found.digest.card, found.digest.ticket_id) == (AWAY, DIGEST, None)
    assert found.since == LONG_AGO + timedelta(minutes=1)
    assert found.gone == {1}
    assert {row: (said.key, said.fresh) for row, said in found.silent.items()} == {2: ("", False), 3: ("", False)}, "cards are renewed"


def test_of_one_matter_the_digest_belongs_to_it() -> None:
    assert folded([step(1), step(2, "notices.reworked")]).digest.ticket_id == 7


@pytest.mark.parametrize("key", sorted(LAWFUL))
@pytest.mark.parametrize("card", ["resident", "follower"])
def test_what_is_owed_whole_is_never_folded(key: str, card: str) -> None:
    rows = [step(number, key, card=card) for number in range(1, 31)]
    assert fold(rows, {7: State.CLOSED}, NOW, RULE) is None
    found = folded([step(101), step(102), *(step(number, key, card=card, ticket=9) for number in range(1, 31))])
    assert not (found.gone | found.silent.keys()) & set(range(1, 31))


@pytest.mark.parametrize(
    "whole",
    [
        {"priority": Priority.URGENT}, {"priority": Priority.ANSWER}, {"files": (FileRef("a", "photo", "image/jpeg", 1),)},
        {"card": ""}, {"card": LETTER}, {"ticket": None},
    ],
)  # fmt: skip
def test_emergencies_answers_files_and_words_alone_come_whole(whole: dict[str, Any]) -> None:
    assert folded([step(1), step(2), step(3, **whole)]).gone <= {1, 2}


@pytest.mark.parametrize("key", ["notices.unreachable", "notices.relayed_to_handler", "privacy.original", "console.link", "no.such"])
def test_a_sentence_nobody_named_comes_whole(key: str) -> None:
    assert 3 not in folded([step(1), step(2), step(3, key, card="")]).gone


def test_one_message_is_left_as_it_is() -> None:
    assert fold([step(1), step(2, "notices.replied")], {7: State.EVALUATING}, NOW, RULE) is None


def test_a_kept_card_is_news_enough_for_its_card() -> None:
    found = folded([step(1), step(2, "notices.reworked"), step(3, "notices.closed")], State.CLOSED)
    assert found.gone == {1, 2} and not found.silent


def test_of_many_edits_of_a_card_the_last_is_made() -> None:
    found = folded([step(1, ""), step(2, ""), step(3), step(4, "notices.resumed"), step(5, "")])
    assert found.gone == {1, 2, 3, 4} and set(found.silent) == {5}
    assert found.digest.params["cases"][0]["was"] == "ACCEPTED"


def test_a_reminder_to_rate_is_kept_while_it_holds() -> None:
    reminder = step(3, "notices.evaluate_reminder", card="")
    assert 3 in folded([step(1), step(2), reminder], State.CLOSED).gone
    assert 3 not in folded([step(1), step(2), reminder], State.EVALUATING).gone


def card(number: int, ticket: int, key: str = "") -> Waiting:
    return step(number, key, ticket, "staff", fresh=True)


def test_a_desk_gets_its_newest_cards_and_a_list_of_the_others() -> None:
    found = folded([card(number, number) for number in range(1, 41)])
    assert found.gone | found.silent.keys() == set(range(1, 36)), "the five newest come whole"
    assert [case["ticket"] for case in found.digest.params["cases"]] == list(range(1, 36))
    assert all(said.fresh is False for said in found.silent.values())


def test_a_matter_that_came_back_thrice_has_one_card() -> None:
    rows = [card(1, 7, "notices.new_for_hub"), card(2, 7, "notices.disputed"), card(3, 7, "notices.urged")]
    found = folded(rows)
    assert found.gone == {1, 2} and not found.silent


def test_a_card_stands_for_a_clock_that_ran_out() -> None:
    late = step(2, "notices.clock_missed", card="")
    assert folded([card(1, 7), late, card(3, 8), card(4, 8)]).gone == {2, 3}
    assert 2 not in folded([card(3, 8), card(4, 8), card(5, 8), late]).gone, "without a card the word itself is kept"


def test_a_desk_is_not_shown_what_nobody_has_to_act_on() -> None:
    rows = [card(number, number) for number in (1, 2, 3)]
    found = fold(rows, {1: State.HANDLING, 2: State.CLOSED, 3: State.WITHDRAWN}, NOW, RULE)
    assert found is not None and found.gone | found.silent.keys() == {2, 3}


def test_a_digest_that_still_waits_becomes_part_of_the_next() -> None:
    first = folded([step(1), step(2, ticket=8)])
    rows = [Waiting(9, first.digest, first.since), step(10, "notices.resumed", ticket=8), step(11, ticket=9)]
    found = folded(rows)
    assert [(case["ticket"], case["was"]) for case in found.digest.params["cases"]] == [(7, "ACCEPTED"), (8, "ACCEPTED"), (9, "ACCEPTED")]
    assert 9 in found.gone and found.since == first.since
    assert fold([Waiting(9, first.digest, first.since)], {}, NOW, RULE) is None, "a digest alone stays"


def test_a_crowd_is_not_called_an_outage() -> None:
    rows = [Waiting(row.id, row.speech, NOW) for row in (card(number, number) for number in range(1, 30))]
    assert folded(rows).digest.key == CROWD


@pytest.mark.parametrize(
    ("count", "hours", "late"),
    [(4, 1.0, True), (3, 99.0, False), (20, 0.9, False), (21, 0.0, True), (4, None, False), (21, None, True)],
)
def test_long_is_an_hour_for_more_than_three_and_at_once_for_more_than_twenty(count: int, hours: float | None, late: bool) -> None:
    oldest = None if hours is None else NOW - timedelta(hours=hours)
    assert is_late(count, oldest, NOW, RULE) is late
