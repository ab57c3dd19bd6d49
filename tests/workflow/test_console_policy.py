"""Whom the console lets in, and what it lets them look through. Default deny."""

from __future__ import annotations

import pytest

from tests.workflow.build import (
    ADMIN,
    AUDITOR,
    BUREAU,
    COUNTER,
    OFFICER,
    RESIDENT,
    SUPERVISOR,
    WORKER,
    a_ticket,
    an_actor,
)  # fmt: skip
from workflow.model import Actor, Assignee, Post, Procedure, Role
from workflow.policy import may_browse, may_enter, may_operate, may_see, reach

ALL = (RESIDENT, WORKER, OFFICER, BUREAU, SUPERVISOR, COUNTER, AUDITOR, ADMIN)
ELSEWHERE = Assignee("hub", "990102001")
CITY_HUB = Assignee("hub", "9901")


def at(role: Role, place: str, unit: str = "") -> Actor:
    return Actor(50, role, (Post(9, 50, role, unit, place),))


@pytest.mark.parametrize("who", ALL)
def test_only_those_who_oversee_come_in(who: int) -> None:
    assert may_enter(an_actor(who)) == (who in {OFFICER, SUPERVISOR, AUDITOR, ADMIN})


@pytest.mark.parametrize("who", ALL)
def test_a_report_about_somebody_is_shown_to_nobody(who: int) -> None:
    secret = a_ticket(procedure=Procedure.PETITION_REPORT, hub=Assignee("discipline", "9901"), lead=Assignee("discipline", "9901"))
    assert not may_browse(an_actor(who), secret)


def test_not_even_at_the_wrong_hub_or_with_two_posts() -> None:
    posts = (Post(1, 5, Role.SUPERVISOR, "", "9901"), Post(2, 5, Role.DEPARTMENT, "discipline", "9901"))
    stray = a_ticket(procedure=Procedure.PETITION_REPORT)
    assert not may_browse(Actor(5, Role.SUPERVISOR, posts), stray)
    assert not may_browse(an_actor(OFFICER), stray)


@pytest.mark.parametrize("who", ALL)
def test_who_has_no_post_of_the_console_browses_nothing(who: int) -> None:
    actor = an_actor(who)
    assert may_browse(actor, a_ticket()) == (who in {OFFICER, SUPERVISOR, AUDITOR, ADMIN})
    assert bool(reach(actor)) == may_enter(actor)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR, Role.HUB_OFFICER])
def test_a_post_reaches_its_place_and_no_further(role: Role) -> None:
    actor = at(role, "990101001", "hub" if role is Role.HUB_OFFICER else "")
    assert may_browse(actor, a_ticket())
    assert not may_browse(actor, a_ticket(hub=ELSEWHERE))
    assert not may_browse(actor, a_ticket(hub=CITY_HUB))


def test_a_hub_officer_reaches_only_what_a_hub_owns() -> None:
    assert not may_browse(at(Role.HUB_OFFICER, "9901", "hub"), a_ticket(hub=Assignee("streets", "990101")))


def test_to_browse_is_not_to_read() -> None:
    ticket = a_ticket()
    readers = {who for who in ALL if may_browse(an_actor(who), ticket) and may_see(an_actor(who), ticket)}
    assert readers == {OFFICER, SUPERVISOR, AUDITOR}


def test_queues_are_for_whole_city_posts() -> None:
    assert {who for who in ALL if may_operate(an_actor(who), "9901")} == {SUPERVISOR, AUDITOR, ADMIN}
    assert not may_operate(at(Role.ADMIN, "990101"), "9901")
    assert not may_operate(at(Role.HUB_OFFICER, "9901", "hub"), "9901")
