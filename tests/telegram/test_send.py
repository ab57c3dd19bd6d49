from __future__ import annotations

import pytest

from bot.doors import Delivered, Failed, Moved, ReadyButton, ReadyMessage, Rejected, RetryAfter, Sent, Unknown, Unreachable
from bot.telegram.request import AioRequest
from bot.telegram.start import Telegram, build
from tests.botapi import FakeTelegram, Person
from tests.clock import FrozenClock
from tests.telegram.fakes import MemoryFiles
from workflow.model import FileRef

KEYS = ((ReadyButton("签收", "m:sign:3:0"), ReadyButton("退回", "m:dispute:3:0")),)


async def send(telegram: Telegram, message: ReadyMessage, chat: int = 1001) -> Sent:
    return await telegram.door.send(str(chat), "private", message)


async def delivered(telegram: Telegram, message: ReadyMessage, chat: int = 1001) -> str:
    sent = await send(telegram, message, chat)
    assert isinstance(sent, Delivered), sent
    return sent.message_id


async def kept(files: MemoryFiles, kind: str, number: int = 1, content: bytes = b"x") -> tuple[FileRef, ...]:
    return tuple([await files.put(content + bytes([index]), kind, "a/b") for index in range(number)])


async def test_a_text_with_buttons(telegram: Telegram, resident: Person) -> None:
    message_id = await delivered(telegram, ReadyMessage("<b>已受理</b> 1 &lt; 2", KEYS, silent=True))
    said = resident.seen()[-1]
    assert (str(said.message_id), said.text, said.labels, said.silent) == (message_id, "已受理 1 < 2", ["签收", "退回"], True)
    assert said.entities == [{"type": "bold", "offset": 0, "length": 3}]


async def test_a_reply_also_to_what_is_gone(telegram: Telegram, resident: Person) -> None:
    await resident.says("路灯坏了")
    await delivered(telegram, ReadyMessage("好", reply_to="1"))
    await delivered(telegram, ReadyMessage("好的", reply_to="999"))
    assert [said.reply_to for said in resident.seen()] == [1, 0]


async def test_a_long_text_comes_in_parts_with_the_buttons_last(telegram: Telegram, resident: Person) -> None:
    text = "<b>" + "路灯坏了。" * 2000 + "</b>"
    message_id = await delivered(telegram, ReadyMessage(text, KEYS))
    seen = resident.seen()
    assert "".join(said.text for said in seen) == "路灯坏了。" * 2000
    assert [bool(said.keyboard) for said in seen] == [False, False, True]
    assert str(seen[-1].message_id) == message_id
    assert all(said.text.endswith("。") for said in seen)


async def test_a_torn_message_goes_on_where_it_was_torn(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    long = ReadyMessage("路灯坏了。" * 2000, KEYS)
    server.flood(1001, 3, skip=1)
    assert await send(telegram, long) == RetryAfter(3)
    server.fail(502, "Bad Gateway")
    assert isinstance(await send(telegram, long), Failed)
    assert isinstance(await send(telegram, long), Delivered)
    assert "".join(said.text for said in resident.seen()) == "路灯坏了。" * 2000
    assert [bool(said.keyboard) for said in resident.seen()] == [False, False, True]
    assert isinstance(await send(telegram, long), Delivered)
    assert len(resident.seen()) == 6, "the next one is whole again"


async def test_the_words_of_an_album_come_once_it_went(
    telegram: Telegram, server: FakeTelegram, resident: Person, files: MemoryFiles
) -> None:
    message = ReadyMessage("现场", KEYS, files=await kept(files, "photo", 3))
    server.fail(500, method="sendMessage")
    assert isinstance(await send(telegram, message), Failed)
    assert isinstance(await send(telegram, message), Delivered)
    assert [said.text for said in resident.seen()] == ["", "", "", "现场"]


@pytest.mark.parametrize(
    "message", [ReadyMessage(" "), ReadyMessage("好", ((ReadyButton("签收", "字" * 22),),)), ReadyMessage("<h1>好</h1>")]
)
async def test_our_faults_are_rejected(telegram: Telegram, resident: Person, message: ReadyMessage) -> None:
    assert isinstance(await send(telegram, message), Rejected)
    assert resident.seen() == []


async def test_a_forgotten_end_tag_is_closed(telegram: Telegram, resident: Person) -> None:
    await delivered(telegram, ReadyMessage("<b>好"))
    assert resident.seen()[-1].entities


async def test_a_large_file(telegram: Telegram, resident: Person, files: MemoryFiles) -> None:
    await delivered(telegram, ReadyMessage("", files=await kept(files, "video", content=b"v" * 3_000_000)))
    assert len(resident.seen()[-1].files[0].content) == 3_000_001


async def test_residents_words_do_not_get_into_the_reason(telegram: Telegram, resident: Person) -> None:
    sent = await send(telegram, ReadyMessage("<secret>好</secret>"))
    assert isinstance(sent, Rejected) and "secret" not in sent.why


async def test_an_address_of_another_kind(telegram: Telegram) -> None:
    assert isinstance(await telegram.door.send("web:1", "private", ReadyMessage("好")), Rejected)


async def test_edit_in_place(telegram: Telegram, resident: Person) -> None:
    message_id = await delivered(telegram, ReadyMessage("待签收", KEYS))
    assert await delivered(telegram, ReadyMessage("办理中", edits=message_id)) == message_id
    (said,) = resident.seen()
    assert (said.text, said.earlier, said.keyboard) == ("办理中", ["待签收"], [])


async def test_the_same_again_is_delivered(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    message_id = await delivered(telegram, ReadyMessage("待签收", KEYS))
    assert await delivered(telegram, ReadyMessage("待签收", KEYS, edits=message_id)) == message_id
    assert "message is not modified" in server.refusals[-1][1]
    assert len(resident.seen()) == 1


async def test_what_can_not_be_edited_is_sent_anew(telegram: Telegram, resident: Person, files: MemoryFiles) -> None:
    await resident.says("我的话")
    mine = resident._chats.transcripts[1001][0].message_id
    picture = await delivered(telegram, ReadyMessage("图", files=await kept(files, "photo")))
    for gone in ("999", str(mine), picture):
        assert await delivered(telegram, ReadyMessage("办理中", edits=gone)) not in {gone, ""}
    assert [said.text for said in resident.seen()] == ["图", "办理中", "办理中", "办理中"]


async def test_a_long_or_illustrated_edit_is_sent_anew(telegram: Telegram, resident: Person, files: MemoryFiles) -> None:
    message_id = await delivered(telegram, ReadyMessage("待签收"))
    assert await delivered(telegram, ReadyMessage("字" * 5000, edits=message_id)) != message_id
    assert await delivered(telegram, ReadyMessage("图", files=await kept(files, "photo"), edits=message_id)) != message_id
    assert resident.seen()[0].text == "待签收"


@pytest.mark.parametrize("kind", ["photo", "video", "voice", "audio", "document"])
async def test_one_file_with_its_words_below(telegram: Telegram, resident: Person, files: MemoryFiles, kind: str) -> None:
    await delivered(telegram, ReadyMessage("<b>现场</b>", KEYS, files=await kept(files, kind)))
    (said,) = resident.seen()
    assert (said.text, said.labels, [(file.kind, file.content) for file in said.files]) == ("现场", ["签收", "退回"], [(kind, b"x\0")])


async def test_an_album_with_buttons_gets_its_text_apart(telegram: Telegram, resident: Person, files: MemoryFiles) -> None:
    message_id = await delivered(telegram, ReadyMessage("现场", KEYS, files=await kept(files, "photo", 3)))
    *album, text = resident.seen()
    assert len({said.album for said in album}) == 1 and [said.files[0].content for said in album] == [b"x\0", b"x\1", b"x\2"]
    assert (text.text, text.labels, str(text.message_id)) == ("现场", ["签收", "退回"], message_id)


async def test_an_album_without_buttons_bears_its_words(telegram: Telegram, resident: Person, files: MemoryFiles) -> None:
    await delivered(telegram, ReadyMessage("现场", files=await kept(files, "photo", 2)))
    assert [said.text for said in resident.seen()] == ["现场", ""]


async def test_words_too_long_for_below(telegram: Telegram, resident: Person, files: MemoryFiles) -> None:
    await delivered(telegram, ReadyMessage("字" * 1025, files=await kept(files, "photo")))
    assert [len(said.text) for said in resident.seen()] == [0, 1025]


async def test_many_files_of_many_kinds(telegram: Telegram, resident: Person, files: MemoryFiles) -> None:
    refs = (*await kept(files, "photo", 12), *await kept(files, "voice", 1, b"v"), *await kept(files, "document", 2, b"d"))
    await delivered(telegram, ReadyMessage("", KEYS[:0], files=refs))
    seen = resident.seen()
    assert [said.files[0].kind for said in seen] == ["photo"] * 12 + ["voice"] + ["document"] * 2
    assert len({said.album for said in seen if said.album}) == 3


async def test_no_picture_after_all(telegram: Telegram, resident: Person, files: MemoryFiles) -> None:
    await delivered(telegram, ReadyMessage("现场", files=await kept(files, "photo", content=b"not a photo")))
    assert resident.seen()[-1].files[0].kind == "document"


async def test_blocked_and_gone(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    server.block(1001)
    assert isinstance(await send(telegram, ReadyMessage("好")), Unreachable)
    assert isinstance(await send(telegram, ReadyMessage("好"), 4711), Unreachable)


async def test_a_group_that_moved(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    server.group(-5, resident)
    server.migrate(-5, -1005)
    assert await telegram.door.send("-5", "group", ReadyMessage("好")) == Moved("-1005")
    assert isinstance(await telegram.door.send("-1005", "group", ReadyMessage("好")), Delivered)


async def test_a_flood(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    server.flood(1001, 7)
    assert await send(telegram, ReadyMessage("好")) == RetryAfter(7)
    assert isinstance(await send(telegram, ReadyMessage("好")), Delivered)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_failing_server_says_so(telegram: Telegram, server: FakeTelegram, resident: Person, status: int) -> None:
    server.fail(status, "Bad Gateway")
    assert await send(telegram, ReadyMessage("好")) == Failed(str(status))


async def test_a_cut_connection_leaves_it_open(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    server.cut(after=True)
    assert isinstance(await send(telegram, ReadyMessage("好")), Unknown)
    assert len(resident.seen()) == 1


async def test_no_answer_leaves_it_open(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    request = telegram.bot.request
    assert isinstance(request, AioRequest)
    request._read = 0.1
    server.hang(after=True)
    assert await send(telegram, ReadyMessage("好")) == Unknown("TimedOut")
    assert len(resident.seen()) == 1


async def test_a_token_that_is_not_known_any_more_holds_the_door(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    server.token = "another"
    sent = await send(telegram, ReadyMessage("好"))
    assert isinstance(sent, RetryAfter) and sent.whole_door


async def test_no_server_at_all_is_certainly_not_sent(files: MemoryFiles, clock: FrozenClock) -> None:
    async with FakeTelegram() as server:
        telegram = await build(server.token, server.base_url, server.base_file_url, files, clock)
    async with telegram:
        await send(telegram, ReadyMessage("好"))  # over the connection that getMe left open: nobody knows
        sent = await send(telegram, ReadyMessage("好"))
    assert isinstance(sent, RetryAfter) and sent.whole_door
