"""What people knew better than the machine, read back to learn from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage import corrections
from tests.contract.conftest import Town
from workflow import intake
from workflow.commands import Correct, Move
from workflow.corrections import Correction
from workflow.model import Assignee, FileRef, Intent, Procedure, Ticket
from workflow.states import Trigger
from workflow.understanding import Evidence, Located, RedFlag, TopicGuess, Understanding

TEXT = "Litter by the gate, call 13812345678"
LITTER = TopicGuess("T1", "Litter", 0.7, (Evidence("Litter", 0, 6, 2.0),))


async def registered(town: Town, *, chosen: str = "", guesses: tuple[TopicGuess, ...] = (LITTER,), **given: Any) -> Ticket:
    """As the interview files it."""
    flags = given.pop("flags", ())
    read = Understanding("grid_event", "complain", "", guesses, flags, version="7.abc")
    draft = intake.told(intake.Draft("d1", topic=chosen, topic_chosen=bool(chosen), place="990101001001"), given.pop("text", TEXT))
    command = intake.registration(intake.understood(draft, read, Located("none"), lambda _: ""), "9901")
    ticket = await town.do("resident", replace(command, **given))
    assert ticket is not None
    return ticket


async def test_a_topic_changed_by_staff_is_kept_to_learn_from(town: Town) -> None:
    ticket = await registered(town)
    town.clock.move(hours=1)
    await town.do("officer", Correct(ticket.id, topic="T2"))
    assert await corrections(town.database) == [Correction(TEXT, "T2", "T1", town.clock.now(), "7.abc", "staff")]


async def test_a_residents_own_choice_counts_where_it_differs(town: Town) -> None:
    ticket = await registered(town, chosen="T2")
    await registered(town, chosen="T1")
    await registered(town)
    assert await corrections(town.database) == [Correction(TEXT, "T2", "T1", ticket.created_at, "7.abc", "resident")]


async def test_staff_have_the_last_word(town: Town) -> None:
    ticket = await registered(town, chosen="T2", guesses=())
    town.clock.move(hours=1)
    await town.do("officer", Correct(ticket.id, topic="T1"))
    at = town.clock.now()
    town.clock.move(hours=1)
    await town.do("supervisor", Correct(ticket.id, place="990101001002"))
    assert await corrections(town.database) == [Correction(TEXT, "T1", "", at, "7.abc", "staff")]


async def test_what_came_back_to_the_guess_was_no_error(town: Town) -> None:
    twice, contradicted = await registered(town), await registered(town, chosen="T2")
    await town.do("officer", Correct(twice.id, topic="T2"))
    await town.do("officer", Correct(twice.id, topic="T1"))
    await town.do("officer", Correct(contradicted.id, topic="T1"))
    assert await corrections(town.database) == []


async def test_another_place_says_nothing_about_the_topic(town: Town) -> None:
    ticket = await registered(town)
    await town.do("resident", Correct(ticket.id, place="990101001002"))
    await town.do("officer", Correct(ticket.id, place="990101001001"))
    await town.do("officer", Correct(ticket.id, topic="T1"))
    assert await corrections(town.database) == []


async def test_a_correction_outlives_what_follows_it(town: Town) -> None:
    ticket = await registered(town)
    await town.do("officer", Correct(ticket.id, topic="T2"))
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("streets", "990101")))
    assert [found.topic for found in await corrections(town.database)] == ["T2"]


FLAGS = {tier: (RedFlag("x", tier, "gate"),) for tier in ("life", "sensitive", "order", "livelihood")}


@pytest.mark.parametrize("given", [
    {"procedure": Procedure.PETITION_REPORT, "intent": Intent.REPORT}, {"flags": FLAGS["sensitive"]}, {"flags": FLAGS["life"]},
    {"understanding": {"topics": ["T1"], "words": ["litter"], "version": "6"}}, {"understanding": {}},
])  # fmt: skip
async def test_what_is_or_may_be_delicate_is_not_learned_from(town: Town, given: dict[str, Any]) -> None:
    for chosen in ("", "T2"):
        ticket = await registered(town, chosen=chosen, **given)
        who = "counter" if given.get("procedure") else "officer"
        if not chosen:
            await town.do(who, Correct(ticket.id, topic="T2"))
    assert await corrections(town.database) == []


@pytest.mark.parametrize("tier", ["order", "livelihood"])
async def test_ordinary_flags_hold_nothing_back(town: Town, tier: str) -> None:
    ticket = await registered(town, flags=FLAGS[tier])
    await town.do("officer", Correct(ticket.id, topic="T2"))
    assert len(await corrections(town.database)) == 1


async def test_who_takes_a_matter_back_takes_the_words_back(town: Town) -> None:
    plain, hazard = await registered(town, guesses=()), await registered(town)
    await town.do("officer", Correct(plain.id, topic="T1"))
    await town.do("officer", Correct(hazard.id, topic="T2"))
    assert len(await corrections(town.database)) == 2
    for ticket in (plain, hazard):
        await town.do("resident", Move(ticket.id, Trigger.WITHDRAW))
    assert await corrections(town.database) == []


async def test_only_what_is_new_is_read_again_in_order(town: Town) -> None:
    early, late = await registered(town, text="first"), await registered(town, text="second")
    town.clock.move(hours=1)
    await town.do("officer", Correct(late.id, topic="T2"))
    town.clock.move(hours=1)
    await town.do("officer", Correct(early.id, topic="T2"))
    now = town.clock.now()
    assert [found.text for found in await corrections(town.database)] == ["second", "first"]
    assert [found.text for found in await corrections(town.database, now)] == ["first"]
    assert await corrections(town.database, now + timedelta(seconds=1)) == []


async def test_a_photo_without_words_teaches_nothing(town: Town) -> None:
    ticket = await registered(town, text="", files=(FileRef("0" * 64, "photo", "image/jpeg", 1),), guesses=())
    await town.do("officer", Correct(ticket.id, topic="T2"))
    assert await corrections(town.database) == []
