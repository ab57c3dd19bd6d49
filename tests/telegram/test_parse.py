from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.doors import Incoming
from bot.telegram.parse import envelope, parse
from workflow.model import Point

NOW = datetime(2026, 11, 23, tzinfo=UTC)
USER = {"id": 7, "is_bot": False, "first_name": "P", "language_code": "zh-hans"}
PRIVATE = {"id": 7, "type": "private"}
GROUP = {"id": -100, "type": "supergroup", "title": "G"}


def message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": 1_795_000_000, "chat": chat, "from": USER} | content


def heard(kind: str = "message", **inner: Any) -> Incoming | None:
    parsed = parse({"update_id": 9, kind: inner}, "Counter_Bot", NOW)
    return parsed.incoming if parsed else None


def test_a_text() -> None:
    found = heard(**message(text="路灯坏了", reply_to_message=message(text="x") | {"message_id": 3}))
    assert found is not None
    assert (found.door, found.request_id, found.chat, found.sender) == ("telegram", "telegram:9", "7", "7")
    assert (found.text, found.reply_to, found.message_id, found.language) == ("路灯坏了", "3", "5", "zh-hans")
    assert found.at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert not found.edited


def test_what_the_bot_said_is_kept_of_a_reply_and_nobody_elses_words() -> None:
    bot = {"id": 1, "is_bot": True, "first_name": "Counter", "username": "counter_bot"}
    other = bot | {"id": 2, "username": "another_bot"}
    said = [message(text="JM-261123-0001") | {"message_id": 3, "from": who} for who in (bot, other, USER)]
    assert [one.replied for reply in said if (one := heard(**message(text="更臭了", reply_to_message=reply)))] == ["JM-261123-0001", "", ""]


POLL = {
    "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular",
    "allows_multiple_answers": False,
}  # fmt: skip
"""As older servers send it, without what the library wants."""


def test_what_the_library_can_not_read_costs_no_words() -> None:
    found = heard(**message(text="路灯坏了", reply_to_message=message(poll=POLL) | {"message_id": 3}, story={"strange": True}))
    assert found is not None and (found.text, found.reply_to, found.unsupported) == ("路灯坏了", "3", "")
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    parsed = parse({"update_id": 9, "message": message(photo=photo, caption="路灯", story={"strange": True})}, "b", NOW)
    assert parsed is not None and parsed.attachment is not None and parsed.incoming.text == "路灯"
    found = heard(**message(caption="路灯", photo=[{"strange": True}]))
    assert found is not None and found.text == "路灯"
    found = heard(**message(poll=POLL))
    assert found is not None and found.unsupported == "unreadable"
    found = heard("callback_query", **press(message=message(poll=POLL)))
    assert found is not None and (found.button, found.message_id) == ("m:sign:3:0", "5")


def test_an_edit() -> None:
    found = heard("edited_message", **message(text="x", edit_date=1_795_000_001))
    assert found is not None and found.edited


@pytest.mark.parametrize(
    ("text", "expected", "mine"),
    [
        ("/todo@counter_bot 3", "/todo 3", True),
        ("/todo@other_bot", "/todo", False),
        ("/todo", "/todo", True),
        ("a@b.cn 的邮箱", "a@b.cn 的邮箱", True),
        ("/start@COUNTER_BOT", "/start", True),
    ],
)
def test_commands_in_groups(text: str, expected: str, mine: bool) -> None:
    found = heard(**message(GROUP, text=text))
    assert found is not None
    assert (found.text, found.command_for_me, found.chat_kind, found.chat, found.sender) == (expected, mine, "group", "-100", "7")


def test_a_place() -> None:
    found = heard(**message(location={"latitude": 22.5, "longitude": 113}))
    assert found is not None and found.location == Point(22.5, 113.0)
    venue = {"location": {"latitude": 22.5, "longitude": 113}, "title": "公园", "address": "南门"}
    found = heard(**message(venue=venue, location=venue["location"]))
    assert found is not None and (found.text, found.location) == ("公园 南门", Point(22.5, 113.0))


def test_a_contact_is_words() -> None:
    found = heard(**message(contact={"first_name": "P", "phone_number": "13800000000"}))
    assert found is not None and found.text == "P 13800000000"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("sticker", {
            "file_id": "f", "file_unique_id": "u", "width": 1, "height": 1,
            "is_animated": False, "is_video": False, "type": "regular",
        }),
        ("dice", {"emoji": "🎲", "value": 3}),
        (
            "poll",
            {
                "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
                "type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
            },
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_kept(kind: str, content: dict[str, Any]) -> None:
    found = heard(**message(**{kind: content}))
    assert found is not None and found.unsupported == kind


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("voice", {"duration": 1}, "voice"),
        ("audio", {"duration": 1}, "audio"),
        ("video", {"duration": 1, "width": 1, "height": 1}, "video"),
        ("video_note", {"duration": 1, "length": 1}, "video"),
        ("document", {}, "document"),
    ],
)
def test_attachments(kind: str, content: dict[str, Any], expected: str) -> None:
    body = {"update_id": 9, "message": message(caption="看", **{kind: content | {"file_id": "f", "file_unique_id": "u", "file_size": 8}})}
    parsed = parse(body, "b", NOW)
    assert parsed is not None and parsed.attachment is not None
    assert (parsed.attachment.kind, parsed.attachment.size, parsed.incoming.text) == (expected, 8, "看")


def test_a_moving_picture_is_a_video() -> None:
    file = {"file_id": "f", "file_unique_id": "u"}
    body = {"update_id": 9, "message": message(document=file, animation=file | {"width": 1, "height": 1, "duration": 1})}
    parsed = parse(body, "b", NOW)
    assert parsed is not None and parsed.attachment is not None and parsed.attachment.kind == "video"


def test_the_largest_photo() -> None:
    sizes = [{"file_id": f"f{width}", "file_unique_id": f"u{width}", "width": width, "height": 10} for width in (90, 1280, 320)]
    parsed = parse({"update_id": 9, "message": message(photo=sizes)}, "b", NOW)
    assert parsed is not None and parsed.attachment is not None and parsed.attachment.file_id == "f1280"


def press(**more: Any) -> dict[str, Any]:
    return {"id": "q", "from": USER, "chat_instance": "1", "data": "m:sign:3:0"} | more


def test_a_press() -> None:
    found = heard("callback_query", **press(message=message(GROUP, text="card")))
    assert found is not None
    assert (found.button, found.callback_id, found.chat, found.sender, found.chat_kind) == ("m:sign:3:0", "q", "-100", "7", "group")
    assert (found.message_id, found.at, found.text) == ("5", NOW, "")


def test_a_press_on_a_message_that_is_gone() -> None:
    found = heard("callback_query", **press(message={"message_id": 5, "date": 0, "chat": PRIVATE}))
    assert found is not None and (found.chat, found.message_id) == ("7", "5")
    found = heard("callback_query", **press())
    assert found is not None and (found.chat, found.message_id) == ("7", "")


@pytest.mark.parametrize(
    ("status", "more", "expected"), [("kicked", {"until_date": 0}, "blocked"), ("left", {}, "blocked"), ("member", {}, "unblocked")]
)
@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
def test_membership(chat: dict[str, Any], status: str, more: dict[str, Any], expected: str) -> None:
    bot = {"id": 1, "is_bot": True, "first_name": "B"}
    old, new = {"status": "member", "user": bot}, {"status": status, "user": bot} | more
    found = heard("my_chat_member", **{"chat": chat, "from": USER, "date": 1, "old_chat_member": old, "new_chat_member": new})
    assert found is not None and (found.membership, found.chat) == (expected, str(chat["id"]))


@pytest.mark.parametrize(
    "content",
    [
        {"migrate_to_chat_id": -1007},
        {"new_chat_members": [USER]},
        {"text": "x", "chat": {"id": -5, "type": "channel", "title": "C"}},
        {"text": "x", "from": USER | {"is_bot": True}},
    ],
)
def test_nothing_for_us(content: dict[str, Any]) -> None:
    assert heard(**(message() | content)) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["message", "callback_query", "my_chat_member", "chat", "from", "id", "date", "text", "photo", "location", "update_id"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_junk_is_nothing(body: Any) -> None:
    parse(body, "b", NOW)
    envelope(body)


@pytest.mark.parametrize("field", ["message_id", "date", "chat", "from"])
@pytest.mark.parametrize("value", [None, "x", [], {}, 10**30, -(10**30)])
def test_broken_messages_do_not_raise(field: str, value: Any) -> None:
    parse({"update_id": 9, "message": message(text="x") | {field: value}}, "b", NOW)
    envelope({"update_id": 9, "message": message(text="x") | {field: value}})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"update_id": 9, "message": message(text="x", media_group_id="a")}, ("9", "7", "a")),
        ({"update_id": 9, "edited_message": message(text="x", media_group_id="a")}, ("9", "7", "")),
        ({"update_id": 9, "callback_query": press(message=message(GROUP))}, ("9", "-100", "")),
        ({"update_id": 9, "callback_query": press()}, ("9", "7", "")),
        ({"update_id": 9, "something_new": {}}, ("9", "", "")),
    ],
)
def test_envelopes(body: dict[str, Any], expected: tuple[str, str, str]) -> None:
    found = envelope(body)
    assert found is not None and (found.update_id, found.chat, found.album) == expected


@pytest.mark.parametrize("body", [None, [], "x", {}, {"update_id": "9"}, {"update_id": True}])
def test_no_envelope(body: Any) -> None:
    assert envelope(body) is None
