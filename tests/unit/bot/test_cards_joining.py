"""What a card says of other people: that they are there and how many, never who they are or what they said."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

import texts
from bot import cards
from bot.cards.choices import Viewer
from bot.cards.words import Words
from tests.workflow.build import GRID, NOW, OFFICER, REGION, a_ticket, an_actor
from workflow.alike import Follower, Voices
from workflow.model import FileRef, Note, Procedure, Role
from workflow.states import State

SENTENCES = texts.load(strict=True)
PHONE = "13800138000"
PHOTO = FileRef("ef" * 32, "photo", "image/jpeg", 3)


class Stars:
    def mask(self, text: str) -> str:
        return re.sub(r"\d{11}", "****", text)


def words(language: str = "zh-Hans") -> Words:
    return Words(SENTENCES, REGION, ZoneInfo("Asia/Shanghai"), language)


def follower(language: str = "zh-Hans", *, unsolved: bool = False, **changes: object) -> tuple[str, list[str]]:
    ticket = a_ticket(place=GRID, text="my secret", place_detail="door 12B", files=(PHOTO,), query_code="654321", **changes)
    mine = Follower(ticket.id, 99, NOW, unsolved=unsolved)
    shown, rows = cards.follower(ticket, mine, Voices(4), words(language), Stars(), NOW)
    return shown, [button.data for row in rows for button in row]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("state", list(State))
def test_in_no_state_and_language_is_there_anything_of_the_reporter(state: State, language: str) -> None:
    shown, _ = follower(language, state=state, result=f"swept, call {PHONE}")
    assert [secret for secret in ("my secret", "12B", "654321", PHONE, PHOTO.sha256) if secret in shown] == []
    assert "QC-261123-0001" in shown and "4" in shown and "Spring" in shown


def test_only_buttons_that_work() -> None:
    assert follower(state=State.HANDLING)[1] == ["j:add:1", "j:leave:1"]
    assert follower(state=State.EVALUATING)[1] == ["j:doubt:1", "j:leave:1"]
    assert follower(state=State.CLOSED, unsolved=True)[1] == ["j:leave:1"]
    assert follower(state=State.DECLINED)[1] == []


def test_the_answer_is_shown_once_it_was_let_pass_and_not_where_it_is_personal() -> None:
    assert "swept" not in follower(state=State.REPLIED, result="swept")[0]
    assert "swept" in follower(state=State.EVALUATING, result="swept")[0]
    personal, _ = follower(state=State.EVALUATING, result="swept", procedure=Procedure.PETITION_CLAIM)
    assert "swept" not in personal and "只发给诉求人本人" in personal


def test_staff_see_how_many_and_what_they_added() -> None:
    notes = [Note(1, NOW, "joined", 99, Role.RESIDENT, f"me too, {PHONE}", (PHOTO,))]
    viewer = Viewer(an_actor(OFFICER), NOW)
    shown, _ = cards.staff(a_ticket(), viewer, words(), Stars(), (), notes, Voices(3, 2, 1))
    assert "已有 3 人反映" in shown and "2 人用相同文字" in shown and "1 人说没解决" in shown
    assert "另一位市民：me too, ****" in shown and "附件 1 个" in shown
    alone, _ = cards.staff(a_ticket(), viewer, words(), Stars())
    assert "人反映" not in alone and "相同文字" not in alone
