"""Whatever bears a flag when anybody says it is let in when a muted person says it who is over every limit: in whatever way it comes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.doors import Incoming
from bot.resident import Reading
from bot.resident.manners import Manners
from nlp.tables import read
from tests import jiangmen
from tests.unit.bot.test_resident import PACK, PHOTO
from tests.unit.nlp.test_nlp_red_flags import DANGER
from tests.workflow.build import NOW, PlainWeeks
from workflow import intake
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import Actor, Contact, Dialog, Procedure, Role
from workflow.standing import Muting, Pace, Standing

LANGUAGE = jiangmen.language()
READING = Reading(LANGUAGE.classifier, LANGUAGE.places, LANGUAGE.answers, LANGUAGE.masker, LANGUAGE.likeness)
WORDS = tuple(
    word for row in read(PACK / "language" / "redflags.csv", ("code", "tier", "word", "kind", "numbers", "unless"))
    if (word := row["word"]) and not set(word) & set("+>~[")
)  # fmt: skip
GRAVE = (*DANGER, *WORDS, "我要举报村支书贪污集体分红", "举报派出所所长收红包")
AROUND = some.sampled_from(["", "请问", "杜阮井根村 ", "在吗。", "！！！", "\n", "唔好意思，", "a" * 60, "投诉" * 30 + "。", "😀"])
CARRIERS = ("text", "caption", "reply", "command", "long command", "edit", "draft")
PERSON = Contact(7, "test", "somebody", consented_at=NOW, standing=Standing(
    Muting(NOW + timedelta(days=3), 1, "XC-1", 2), Pace(NOW, 10_000, told=True, words="路灯坏了")
))  # fmt: skip
SESSION = Session(cast("Any", None), NOW, jiangmen.region(), PlainWeeks(), lambda: "123456")
"""Without a database: whoever is let in for what they say needs no look."""


def brought(carrier: str, words: str) -> tuple[Incoming, Dialog | None]:
    plain = Incoming("test", "u1", "somebody", "somebody", NOW, text=words, message_id="m1")
    match carrier:
        case "caption":
            return replace(plain, files=(PHOTO,)), None
        case "reply":
            return replace(plain, reply_to="m0"), None
        case "command":
            return replace(plain, text=f"/add 7 {words}"), None
        case "long command":
            return replace(plain, text=f"/whatever@our_bot {words}"), None
        case "edit":
            return replace(plain, edited=True), None
        case "draft":
            return plain, Dialog(7, "intake", intake.to_json(Draft("d", text="龙榜村", said=(("m0", "龙榜村"),))))
        case _:
            return plain, None


async def bears_a_flag(words: str) -> bool:
    read = await READING.understand(words)
    return bool(read.flags) or read.procedure == Procedure.PETITION_REPORT


async def let_in(incoming: Incoming, dialog: Dialog | None) -> Incoming | None:
    return await Manners(READING).let_in(SESSION, PERSON, Actor(7, Role.RESIDENT), incoming, dialog)


@settings(max_examples=400, deadline=None)
@given(some.sampled_from(GRAVE), AROUND, AROUND, some.sampled_from(CARRIERS))
def test_what_bears_a_flag_is_never_turned_away(grave: str, before: str, after: str, carrier: str) -> None:
    async def tried() -> None:
        words = f"{before}{grave}{after}"
        if not await bears_a_flag(words):
            return  # nor would it be heard as danger from anybody else
        incoming, dialog = brought(carrier, words)
        assert await let_in(incoming, dialog) is incoming

    asyncio.run(tried())


def test_most_of_what_is_tried_does_bear_a_flag() -> None:
    """Else the property above would hold of nothing."""
    assert len(WORDS) > 200
    flagged = [words for words in GRAVE if asyncio.run(bears_a_flag(words))]
    assert len(flagged) > 0.9 * len(GRAVE)


def test_what_bears_none_is_turned_away() -> None:
    """Without a look at anything but what is known already, it would fail here."""
    with pytest.raises(AttributeError):
        asyncio.run(let_in(*brought("text", "路灯坏了")))
