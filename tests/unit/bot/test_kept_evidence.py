"""What a ticket keeps of how it was read, filed through the chat with the real language of a city."""

from __future__ import annotations

import math

import pytest

from storage import corrections
from tests.unit.bot.test_resident import MATTER, Chat, chat, language, region
from workflow import evidence
from workflow.evidence import Kept
from workflow.model import Procedure, Ticket

__all__ = ["chat", "language", "region"]


def kept(ticket: Ticket) -> Kept:
    """Checked: every piece stands where it says, and every sum is the score."""
    found = evidence.again(ticket.understanding)
    groups = [*(guess.evidence for guess in found.read.topics), found.read.intent_evidence, found.located.evidence]
    for item in (item for group in groups for item in group if item.text):
        assert ticket.text[item.start : item.end] == item.text
    for guess, stored in zip(found.read.topics, ticket.understanding["guesses"], strict=True):
        assert math.isclose(stored["score"], evidence.score(guess.evidence), abs_tol=1e-6) and stored["score"] > 0
    assert found.whole and found.read.version
    return found


async def test_a_matter_told_in_pieces_and_changed_is_kept_as_it_was_filed(chat: Chat) -> None:
    await chat.consented()
    await chat.says("  😀路灯坏了 ", message_id="own")
    await chat.says("在杜阮井根村村口\r\n晚上很黑，我要投诉")
    await chat.says("  😀👨‍👩‍👧垃圾堆三天没人清，好臭", message_id="own", edited=True)
    await chat.presses("提交")
    ticket = await chat.ticket()
    found = kept(ticket)
    assert found.read.topics[0].code == ticket.topic and "垃圾" in "".join(item.text for item in found.read.topics[0].evidence)
    assert (found.located.code, found.read.intent) == (ticket.place, ticket.intent.value)
    assert found.located.evidence and found.chosen == ""


async def test_an_emergency_before_any_notice_keeps_its_flag(chat: Chat) -> None:
    await chat.says("杜阮井根村村口煤气泄漏，快来")
    ticket = await chat.ticket()
    found = kept(ticket)
    assert ticket.procedure is Procedure.EMERGENCY
    assert "life" in {flag.tier for flag in found.read.flags}
    assert all(flag.text in ticket.text for flag in found.read.flags)


async def test_the_residents_own_choice_is_kept_and_learned_from(chat: Chat) -> None:
    await chat.consented()
    await chat.says(MATTER)
    await chat.presses("改类别")
    await chat.presses("全部类别")
    await chat.presses(chat.labels()[0])
    await chat.presses(chat.labels()[0])
    await chat.presses("提交")
    ticket = await chat.ticket()
    found = kept(ticket)
    assert found.chosen == ticket.topic != found.read.topics[0].code
    [learned] = await corrections(chat.database)
    assert (learned.text, learned.topic, learned.was, learned.by) == (MATTER, ticket.topic, found.read.topics[0].code, "resident")


@pytest.mark.parametrize("text", ["路灯坏了" + "啊" * 4000, "路灯" * 1500 + "坏了", "\u200b路\u200b灯坏了 " * 300])
async def test_long_and_odd_texts_keep_little(chat: Chat, text: str) -> None:
    await chat.consented()
    await chat.says(f"双水镇{text}")
    await chat.presses("提交")
    ticket = await chat.ticket()
    kept(ticket)
    assert len(str(ticket.understanding)) < 30_000
