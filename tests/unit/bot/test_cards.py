"""Cards: all a resident must know, nothing a handler must not, and only buttons that work."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

import texts
from bot import cards
from bot.cards.choices import Viewer, code_of, desk_of
from bot.cards.words import Words
from tests.workflow.build import (
    ADMIN,
    BUREAU,
    COUNTER,
    GRID,
    NOW,
    OFFICER,
    REGION,
    RESIDENT,
    SUPERVISOR,
    WORKER,
    a_ticket,
    an_actor,
)  # fmt: skip
from workflow.model import Assignee, Button, Clock, Event, Note, Procedure, Role, Ticket
from workflow.states import State, Trigger, row

SENTENCES = texts.load(strict=True)
ZONE = ZoneInfo("Asia/Shanghai")
PHONE = "13800138000"


class Stars:
    """A masker for tests: every digit run of eleven."""

    def mask(self, text: str) -> str:
        return re.sub(r"\d{11}", "****", text)


def words(language: str = "zh-Hans") -> Words:
    return Words(SENTENCES, REGION, ZONE, language)


def clocks(*names: str, days: int = 3) -> tuple[Clock, ...]:
    return tuple(Clock(name, NOW, NOW + timedelta(days=days)) for name in names)


def seen(ticket: Ticket, contact: int, language: str = "zh-Hans") -> tuple[str, list[Button]]:
    shown, rows = cards.staff(ticket, Viewer(an_actor(contact), NOW), words(language), Stars())
    return shown, [button for line in rows for button in line]


def verbs(buttons: list[Button]) -> set[str]:
    return {":".join(button.data.split(":")[:2]) for button in buttons}


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("state", State)
def test_a_residents_card_says_all_that_is_due(state: State, language: str) -> None:
    ticket = a_ticket(state=state, clocks=clocks("reply", "evaluate"))
    shown, rows = cards.resident(ticket, words(language), NOW)
    for needed in (ticket.number, "Spring", "Litter", "/my", ticket.query_code, SENTENCES.say(language, "system.demo")):
        assert needed in shown
    assert all(len(button.data.encode()) <= 64 for line in rows for button in line)


def test_a_reply_is_hidden_until_the_hub_let_it_pass() -> None:
    ticket = a_ticket(state=State.REPLIED, result="All clean")
    assert "All clean" not in cards.resident(ticket, words(), NOW)[0]
    assert "All clean" in cards.resident(replace(ticket, state=State.EVALUATING), words(), NOW)[0]


def test_a_missed_promise_is_not_hidden() -> None:
    shown, _ = cards.resident(a_ticket(state=State.HANDLING, clocks=clocks("reply", days=-1)), words("en"), NOW)
    assert "is over" in shown


def test_the_verdict_is_bound_to_its_round() -> None:
    _, rows = cards.resident(a_ticket(id=7, state=State.EVALUATING, reworks=1), words(), NOW)
    assert [line[0].data for line in rows] == ["r:verdict:7:solved:1", "r:verdict:7:partly:1", "r:verdict:7:unsolved:1"]


def test_the_staffs_card_shows_no_number_and_no_name() -> None:
    ticket = a_ticket(
        state=State.DISPATCHED, text=f"Call {PHONE} <i>", place_detail=f"gate {PHONE}", anonymous=True, hops=1, result=PHONE
    )
    past = [Event(1, NOW, Trigger.DISPUTE, WORKER, Role.GRID_WORKER, State.DISPATCHED, State.DISPUTED, f"not mine {PHONE}")]
    notes = [Note(1, NOW, "addition", RESIDENT, Role.RESIDENT, f"again {PHONE}")]
    shown, _ = cards.staff(ticket, Viewer(an_actor(WORKER), NOW), words(), Stars(), past, notes)
    assert PHONE not in shown
    assert "&lt;i&gt;" in shown
    assert "not mine ****" in shown
    assert "again ****" in shown


@pytest.mark.parametrize("contact", [WORKER, OFFICER, BUREAU, SUPERVISOR, ADMIN])
@pytest.mark.parametrize("state", State)
def test_a_report_about_somebody_shows_nothing_to_others(state: State, contact: int) -> None:
    ticket = a_ticket(procedure=Procedure.PETITION_REPORT, state=state, hub=Assignee("discipline", "9901"), text="graft")
    shown, buttons = seen(ticket, contact)
    assert "graft" not in shown
    assert "Spring" not in shown
    assert buttons == []
    assert "graft" in seen(ticket, COUNTER)[0]


@pytest.mark.parametrize("contact", [WORKER, OFFICER, BUREAU, SUPERVISOR])
@pytest.mark.parametrize("state", State)
def test_every_moving_button_is_a_row_of_the_table(state: State, contact: int) -> None:
    ticket = a_ticket(state=state, clocks=clocks("reply", "evaluate", "dispute"), extension="asked")
    for button in seen(ticket, contact)[1]:
        assert len(button.data.encode()) <= 64
        kind, verb, *_ = button.data.split(":")
        if kind == "m":
            assert row(Trigger(verb), state) is not None


@pytest.mark.parametrize(
    ("state", "contact", "wanted"),
    [
        (State.REGISTERED, OFFICER, {"s:take", "s:decline", "s:units", "s:topics", "s:contact"}),
        (State.ACCEPTED, OFFICER, {"s:dispatch", "s:units", "s:topics", "s:contact"}),
        (State.DISPATCHED, WORKER, {"m:sign", "s:dispute"}),
        (State.DESIGNATED, WORKER, {"m:sign"}),
        (State.DISPUTED, OFFICER, {"s:dispatch", "s:units"}),
        (State.HANDLING, WORKER, {"s:contact", "s:reply", "s:extend"}),
        (State.HANDLING, OFFICER, set()),
        (State.REPLIED, OFFICER, {"m:release", "s:send_back"}),
        (State.REPLIED, WORKER, set()),
        (State.EVALUATING, OFFICER, {"s:rework"}),
        (State.CLOSED, OFFICER, {"s:reopen"}),
    ],
)
def test_buttons_by_state_and_post(state: State, contact: int, wanted: set[str]) -> None:
    _, buttons = seen(a_ticket(state=state, clocks=clocks("reply", "dispute", "evaluate")), contact)
    assert verbs(buttons) - {"s:full"} == wanted | {"s:original"}


def test_closing_is_offered_once_the_time_to_rate_is_over() -> None:
    assert "s:close" in verbs(seen(a_ticket(state=State.EVALUATING, clocks=clocks("evaluate", days=-1)), OFFICER)[1])


def test_nobody_checks_their_own_work() -> None:
    ticket = a_ticket(state=State.REPLIED, lead=Assignee("hub", "990101001"))
    assert "m:release" not in verbs(seen(ticket, OFFICER)[1])


def test_a_desk_survives_the_way_through_a_button() -> None:
    ticket = a_ticket()
    for desk in (Assignee("grid", GRID), Assignee("streets", "990101"), Assignee("hub", "990101001")):
        assert desk_of(code_of(desk), ticket, words()) == desk
    assert desk_of("g000", ticket, words()) is None
    assert desk_of("unobody", ticket, words()) is None


def test_due_times_are_said_in_the_citys_days() -> None:
    friday = NOW.replace(day=27, hour=9, minute=30)
    assert words().due(friday) == "11月27日（周五）17:30前"
    assert words().due(friday.replace(hour=15, minute=59, second=59)) == "11月27日（周五）前"
    assert words("en").due(friday) == "by Fri 27/11, 17:30"


def test_codes_become_words_by_their_names() -> None:
    given = {"state": "HANDLING", "place": GRID, "unit": "streets", "topic_was": "T2", "due": NOW.isoformat(), "place_name": "", "x": "X"}
    assert words().params(given) == {
        "state": "办理中", "place": "North Hill Spring Spring 1", "unit": "Streets", "topic_was": "Loose wall",
        "due": "11月23日（周一）10:00前", "place_name": "", "x": "X",
    }  # fmt: skip
