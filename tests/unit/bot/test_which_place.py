"""How a question about the place is put, and how it is answered: by a button, in words, or by none of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.resident import Reading, asking
from tests import jiangmen
from workflow import intake
from workflow.intake import Ask, Draft
from workflow.region import Region

PACK = Path(__file__).parents[3] / "regions" / "jiangmen"
ROUTE = "从杜阮镇井根村到棠下镇的路灯都坏了"


@pytest.fixture(scope="module")
def region() -> Region:
    return jiangmen.region()


@pytest.fixture(scope="module")
def reading(region: Region) -> Reading:
    found = jiangmen.language()
    return Reading(found.classifier, found.places, found.answers, found.masker, found.likeness)


def heard(reading: Reading, region: Region, *words: str) -> Draft:
    draft = Draft("d1")
    for said in words:
        draft = reading.again(reading.answering(intake.told(draft, said), said), region)
    return draft


def key(draft: Draft, region: Region) -> str:
    return asking._tie(1, draft, region).key


def test_two_different_places_are_asked_about_as_such(reading: Reading, region: Region) -> None:
    draft = heard(reading, region, ROUTE)
    assert intake.next_ask(draft) is Ask.PLACE_TIE
    assert draft.ties == ("440703103205", "440703101")
    assert key(draft, region) == "place.which_of_several"
    buttons = [button for row in asking._tie(1, draft, region).buttons for button in row]
    assert len(buttons) == 3  # the two, and none of these


def test_places_of_one_name_are_asked_about_as_before(reading: Reading, region: Region) -> None:
    assert key(heard(reading, region, "龙溪村的路灯坏了"), region) == "intake.ask_tie"


def test_a_single_guess_is_asked_about_kindly(reading: Reading, region: Region) -> None:
    assert key(heard(reading, region, "复兴的路灯坏了很久"), region) == "place.is_it_this"


@pytest.mark.parametrize(
    ("said", "answer", "code"),
    [
        (ROUTE, "棠下", "440703101"),
        (ROUTE, "井根村那边", "440703103205"),
        ("龙溪村的路灯坏了", "桃源的", "440784104210"),
        ("白沙的路灯坏了", "台山白沙镇", "440781103"),
    ],
)
def test_it_may_be_answered_in_words(reading: Reading, region: Region, said: str, answer: str, code: str) -> None:
    draft = heard(reading, region, said, answer)
    assert (draft.place, draft.place_known, draft.ties) == (code, True, ())


def test_a_step_leads_on_to_the_next_question(reading: Reading, region: Region) -> None:
    draft = heard(reading, region, "中心社区的路灯坏了")
    assert {len(code) for code in draft.ties} == {6}
    inner = reading.picked(draft, "440703")
    assert not inner.place_known and set(inner.ties) == {"440703103001", "440703101207"}
    assert reading.picked(inner, "440703103001").place_known


def test_one_of_a_tie_that_is_picked_is_certain(reading: Reading, region: Region) -> None:
    draft = reading.picked(heard(reading, region, ROUTE), "440703103205")
    assert (draft.place, draft.place_known, draft.ties) == ("440703103205", True, ())
    assert intake.next_ask(draft) is Ask.CONFIRM


def test_none_of_these_is_not_asked_again(reading: Reading, region: Region) -> None:
    asked = heard(reading, region, "龙溪村的路灯坏了")
    refused = intake.from_json(intake.to_json(Draft("d1", text=asked.text, said=asked.said, refused=asked.ties)))
    again = reading.again(refused, region)
    assert (again.ties, again.place_known) == ((), False)
    told = reading.again(intake.told(refused, "在荷塘镇南村"), region)
    assert (told.place, told.place_known) == ("440703102213", True)


def test_a_draft_of_yesterday_can_still_be_read() -> None:
    old = intake.to_json(Draft("d1"))
    del old["several"]
    old.pop("refused")
    assert intake.from_json(old).refused == ()
