"""What comes from outside is made fit to be kept before anything is done with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.buttons import whole_number
from bot.doors import Incoming
from bot.heard import cleaned, kept
from workflow.model import FileRef, Point


def an_incoming(text: str = "", button: str = "", **given: object) -> Incoming:
    return Incoming("test", "u1", "a", "a", datetime(2026, 11, 23, tzinfo=UTC), text=text, button=button, **given)  # type: ignore[arg-type]  # test shorthand


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5000, None), ("²", None), ("٣", None),
        ("３", None), ("", None), ("-1", None), ("+1", None), (" 1", None), ("1\n", None), ("1_0", None), ("1.0", None),
    ],
)  # fmt: skip
def test_a_whole_number_is_plain_digits_that_a_database_can_keep(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("unfit", ["\x00", "\ud800", chr(0xDFFF), "\u202a", "\u202e", "\u2066", "\u2069"])
def test_what_can_not_be_kept_goes_and_the_rest_stays(unfit: str) -> None:
    assert kept(f"垃圾{unfit}没人清\u200b\n😀") == "垃圾没人清\u200b\n😀"


def test_every_string_of_an_incoming_can_be_stored() -> None:
    bad = "a\x00\ud800\u202eb"
    file = FileRef("ab" * 32, "document", f"text/{bad}", 3, bad)
    found = cleaned(an_incoming(bad, bad, sender_name=bad, language=bad, message_id=bad, reply_to=bad, replied=bad, files=(file,)))
    strings = {found.text, found.button, found.sender_name, found.language, found.message_id, found.reply_to, found.replied}
    assert strings | {found.files[0].name} == {"ab"}
    assert found.files[0].mime == "text/ab"


def test_where_no_word_is_left_it_is_unreadable_unless_something_else_came() -> None:
    assert cleaned(an_incoming("\x00\u202e")).unsupported == "unreadable"
    assert cleaned(an_incoming("\x00", location=Point(22.5, 113.0))).unsupported == ""
    assert cleaned(an_incoming("")).unsupported == ""
    assert cleaned(an_incoming("好")).unsupported == ""


def test_a_button_stays_a_button() -> None:
    """Else the press of nothing would be taken for a message."""
    assert cleaned(an_incoming(button="\ud800")).button == "-"


@pytest.mark.parametrize(
    "name", ["text", "button", "sender_name", "language", "message_id", "reply_to", "replied", "file name", "file mime"]
)
def test_one_unfit_character_anywhere_is_found(name: str) -> None:
    def with_one(wanted: str) -> Incoming:
        said = {known: "x\u202e" if known == wanted else "x" for known in ("sender_name", "language", "message_id", "reply_to", "replied")}
        named = ["x\u202e" if known == wanted else "x" for known in ("text", "button", "file mime", "file name")]
        text, button, mime, file_name = named
        return an_incoming(text, button, **said, files=(FileRef("h", "document", mime, 1, file_name),))

    plain = with_one("")
    assert cleaned(plain) is plain
    assert cleaned(with_one(name)) == plain != with_one(name)
