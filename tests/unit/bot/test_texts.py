"""The catalogues: complete, alike in every language, safe with what people write."""

from __future__ import annotations

import string

import pytest

import texts
from texts import Html, Texts, UnknownSentence
from workflow.errors import Refusal
from workflow.model import Intent, Outcome, Procedure, Role
from workflow.notices import HEADLINES, HUB_TURN, LEAD_TURN
from workflow.states import Phase, State, Trigger

SENTENCES = texts.load(strict=True)


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_code_has_its_word(language: str) -> None:
    wanted = [
        *(f"state.{code}" for code in State), *(f"phase.{code}" for code in Phase), *(f"trigger.{code}" for code in Trigger),
        *(f"role.{code}" for code in Role), *(f"procedure.{code}" for code in Procedure), *(f"intent.{code}" for code in Intent),
        *(f"outcome.{code}" for code in Outcome), *(f"refused.{code}" for code in Refusal),
        *(key for turns in (HEADLINES, HUB_TURN, LEAD_TURN) for key in turns.values() if key),
    ]  # fmt: skip
    assert [key for key in wanted if key not in SENTENCES.catalogues[language]] == []


@pytest.mark.parametrize("language", texts.LANGUAGES[1:])
def test_languages_agree_on_blanks(language: str) -> None:
    first, other = SENTENCES.catalogues[texts.FIRST], SENTENCES.catalogues[language]
    assert {key for key in first.keys() & other.keys() if blanks(first[key]) != blanks(other[key])} == set()


def test_what_people_write_is_never_markup() -> None:
    said = SENTENCES.say("zh-Hans", "staff.full", number="1", text="<b>&{number}")
    assert "&lt;b&gt;&amp;{number}" in said
    assert "<b>x</b>" in SENTENCES.say("en", "staff.full", number="1", text=Html("<b>x</b>"))


def test_a_label_is_plain() -> None:
    assert "<" not in SENTENCES.label("zh-Hans", "notices.registered", number="A<B", hub="", promise="").replace("A<B", "")


def test_production_falls_back_and_strict_raises() -> None:
    catalogues = {"zh-Hans": {"a": "first {x}"}, "en": {}}
    lenient = Texts(catalogues)
    assert lenient.say("en", "a", x="1") == "first 1"
    assert lenient.say("en", "a") == "first "
    assert lenient.say("xx", "nothing.there") == "nothing.there"
    strict = Texts(catalogues, strict=True)
    for key in ("nothing.there", "a"):
        with pytest.raises(UnknownSentence):
            strict.say("zh-Hans", key)


def test_the_citys_own_sentence_wins() -> None:
    own = texts.load({"en": {"system.demo": "Hello"}}, strict=True)
    assert own.say("en", "system.demo") == "Hello"
    assert own.say("zh-Hans", "system.demo") == SENTENCES.say("zh-Hans", "system.demo")


@pytest.mark.parametrize(
    ("hint", "language"),
    [("", "zh-Hans"), ("zh", "zh-Hans"), ("zh-hant-HK", "zh-Hant"), ("zh_TW", "zh-Hant"), ("en-GB", "en"), ("fr", "zh-Hans")],
)
def test_a_clients_hint_chooses_the_language(hint: str, language: str) -> None:
    assert texts.language_of(hint) == language


@pytest.mark.parametrize(("key", "given"), [
    ("notices.page_hub", {"number", "text", "place"}),
    ("notices.clock_missed", {"number", "clock", "due"}),
    ("notices.evaluate_reminder", {"number"}),
    ("notices.rated_thanks", set()),
])  # fmt: skip
def test_what_is_said_unasked_needs_only_what_its_speaker_gives(key: str, given: set[str]) -> None:
    assert blanks(SENTENCES.catalogues[texts.FIRST][key]) == given
