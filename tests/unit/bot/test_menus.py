"""A post's menu offers what that post may do: no command that is refused whoever asks, none hidden from who may use it."""

from __future__ import annotations

import pytest

import texts
from bot import menus
from bot.staff import muting
from tests.workflow.build import a_ticket
from texts import LANGUAGES
from workflow import policy
from workflow.model import STAFF_ROLES, Actor, Post, Role

UNITS = {Role.GRID_WORKER: "grid", Role.GRID_LEADER: "grid", Role.DEPARTMENT: "bureau"}
SENTENCES = texts.load(strict=True)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_muting_is_offered_to_those_who_may(role: Role) -> None:
    ticket = a_ticket()
    unit = UNITS.get(role, ticket.hub.unit)
    post = Post(1, 9, role, unit, ticket.hub.place)
    for language in LANGUAGES:
        for kind in ("private", "group"):
            offered = dict(menus.of_chat(SENTENCES, language, kind, [post]))
            may = policy.may_mute(Actor(9, role, (post,)), ticket)
            assert offered.keys() >= muting.COMMANDS if may else "mute" not in offered
            assert all(offered.values())
