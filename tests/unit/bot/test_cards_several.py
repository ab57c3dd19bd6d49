"""The cards of several matters: whole in every language, and markup only where it is ours."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

import texts
from bot import cards
from bot.cards.words import Words
from tests.workflow.build import GRID, NOW, OFFICER, REGION, a_ticket, an_actor
from workflow import letters
from workflow.model import Assignee, Clock, Procedure
from workflow.states import State

SENTENCES = texts.load(strict=True)
MATTER = {
    "topic": "T1", "place": GRID, "detail": "by <the> gate", "hub": ["hub", "990101001"], "lead": "streets", "due": NOW.isoformat(),
    "text": "Litter <b>",
}  # fmt: skip
BARE = MATTER | {"topic": "", "place": "", "detail": "", "lead": "", "due": None, "text": "A wall"}
ONE = a_ticket(letter_id=1, clocks=(Clock("reply", NOW, NOW.replace(day=27)),))
TWO = a_ticket(id=2, number="QC-261123-0002", query_code="654321", state=State.CLOSED, letter_id=1, topic="T2")


def words(language: str) -> Words:
    return Words(SENTENCES, REGION, ZoneInfo("Asia/Shanghai"), language)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_draft_names_each_matter(language: str) -> None:
    shown = cards.draft({"matters": [MATTER, BARE], "files": 2, "anonymous": True}, words(language))
    for needed in ("①", "Litter &lt;b&gt;", "Spring 1", "by &lt;the&gt; gate", "②", "A wall", words(language).label("words.topic_unknown")):
        assert needed in shown
    assert SENTENCES.say(language, "several.why") in shown
    assert "<b>Litter" in shown  # the topic, not what was said


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_letters_card_says_all_that_is_due_of_each(language: str) -> None:
    shown, rows = cards.letter([ONE, TWO], words(language), NOW)
    for ticket in (ONE, TWO):
        for needed in (ticket.number, ticket.query_code, SENTENCES.label(language, f"state.{ticket.state}"), "/my"):
            assert needed in shown
    assert words(language).promise(ONE, NOW) in shown and SENTENCES.say(language, "system.demo") in shown
    assert [button.data for line in rows for button in line] == ["r:show:1", "r:show:2"]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_ticket_says_which_part_it_is(language: str) -> None:
    named = cards.belongs(TWO, [ONE, TWO], [ONE], words(language))
    assert "2/2" in named and ONE.number in named
    unnamed = cards.belongs(TWO, [ONE, TWO], [], words(language))
    assert "2/2" in unnamed and ONE.number not in unnamed
    assert cards.belongs(TWO, [TWO], [], words(language)) == ""
    assert cards.belongs(a_ticket(id=9), [], [], words(language)) == ""


def test_only_what_one_may_see_is_named() -> None:
    far = a_ticket(id=3, hub=Assignee("hub", "990102001"), lead=None)
    secret = a_ticket(id=4, procedure=Procedure.PETITION_REPORT, hub=Assignee("discipline", "9901"), lead=None)
    assert letters.siblings([ONE, TWO, far, secret], ONE, an_actor(OFFICER)) == (TWO,)
