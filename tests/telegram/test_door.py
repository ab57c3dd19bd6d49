from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from telegram.error import BadRequest, InvalidToken, NetworkError

from bot.doors import Delivered, ReadyButton, ReadyMessage, RetryAfter, Unavailable, Unknown
from bot.telegram import commands
from bot.telegram.attachments import MAX_DOWNLOAD
from bot.telegram.start import Telegram, assemble, build
from tests.botapi import FakeTelegram, Person
from tests.clock import FrozenClock
from tests.telegram.fakes import MemoryFiles


def last(server: FakeTelegram, number: int = 1) -> tuple[dict[str, object], ...]:
    return tuple(list(server.delivery.history.values())[-number:])


async def test_after_an_unknown_fate_nobody_hears_anything_before_telegram_answers(
    telegram: Telegram, server: FakeTelegram, resident: Person
) -> None:
    """However often it is tried while the network is away: the message may have arrived once, and comes once more when it is back."""
    server.cut("sendMessage", after=True)
    message, chat = ReadyMessage("好"), str(resident.chat)
    assert isinstance(await telegram.door.send(chat, "private", message), Unknown)
    server.cut("getMe", times=10**9)
    for _ in range(5):
        found = await asyncio.gather(*(telegram.door.send(chat, "private", message) for _ in range(3)))
        assert all(isinstance(one, RetryAfter) and one.whole_door for one in found)
    assert server.times_called("sendMessage") == 1
    server.faults.pending.clear()
    assert isinstance(await telegram.door.send(chat, "private", message), Delivered)
    asked = server.times_called("getMe")
    assert isinstance(await telegram.door.send(chat, "private", message), Delivered)
    assert server.times_called("getMe") == asked, "a question for each doubt, no more"


async def test_a_photo_is_fetched(telegram: Telegram, server: FakeTelegram, resident: Person, files: MemoryFiles) -> None:
    await resident.sends_photo(b"the whole picture", "路灯")
    found = await telegram.door.parse(last(server))
    assert found is not None and found.text == "路灯"
    (ref,) = found.files
    assert (ref.kind, files.kept[ref.sha256]) == ("photo", b"the whole picture")


async def test_an_album_is_one_thing_in_its_order(telegram: Telegram, server: FakeTelegram, resident: Person, files: MemoryFiles) -> None:
    await resident.sends_album([b"one", b"two", b"three"], "路灯")
    found = await telegram.door.parse(tuple(reversed(last(server, 3))))
    assert found is not None
    assert ([files.kept[ref.sha256] for ref in found.files], found.text) == ([b"one", b"two", b"three"], "路灯")


async def test_words_of_an_album_are_joined(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    await resident.sends_photo(b"a", "一", media_group_id="g")
    await resident.sends_photo(b"b", "二", media_group_id="g")
    found = await telegram.door.parse(last(server, 2))
    assert found is not None and found.text == "一\n二"


@pytest.mark.parametrize("declared", [True, False])
async def test_too_big_is_counted(telegram: Telegram, server: FakeTelegram, resident: Person, declared: bool) -> None:
    await resident.sends_file("document", size=MAX_DOWNLOAD + 1, caption="合同")
    (body,) = last(server)
    if not declared:
        del body["message"]["document"]["file_size"]  # type: ignore[index]
    found = await telegram.door.parse((body,))
    assert found is not None and (found.too_big, found.files, found.text) == (1, (), "合同")
    assert declared == ("getFile" not in [name for name, _ in server.calls])


async def test_a_file_that_can_not_be_had_now_is_tried_again(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    await resident.sends_file("voice")
    server.methods.stored.clear()
    with pytest.raises(BadRequest):
        await telegram.door.parse(last(server))


async def test_without_telegram_a_file_is_waited_for(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    await resident.sends_file("voice")
    server.fail(502, method="getFile")
    server.flood(None, 3)
    server.cut("getFile")
    for _ in range(3):
        with pytest.raises(Unavailable):
            await telegram.door.parse(last(server))
    found = await telegram.door.parse(last(server))
    assert found is not None and len(found.files) == 1


async def test_nothing_is_read_before_telegram_said_who_we_are(
    server: FakeTelegram, resident: Person, files: MemoryFiles, clock: FrozenClock
) -> None:
    await resident.says("/my@counter_bot")
    async with assemble(server.token, server.base_url, server.base_file_url, files, clock) as telegram:
        with pytest.raises(Unavailable):
            await telegram.door.parse(last(server))
        server.fail(502, method="getMe")
        with pytest.raises(NetworkError):
            await telegram.meet()
        await telegram.meet()
        found = await telegram.door.parse(last(server))
    assert found is not None and found.command_for_me


async def test_a_menu_comes_with_a_message_and_its_failure_is_no_failure(
    telegram: Telegram, server: FakeTelegram, resident: Person, caplog: pytest.LogCaptureFixture
) -> None:
    message = ReadyMessage("已绑定", menu=(("todo", "待办"),))
    assert isinstance(await telegram.door.send("1001", "private", message), Delivered)
    assert server.methods.commands["chat 1001", ""] == {"todo": "待办"}
    server.fail(500, method="setMyCommands")
    assert isinstance(await telegram.door.send("1001", "private", message), Delivered)
    assert [record.getMessage() for record in caplog.records] == ["a chat's menu could not be set"]


async def test_junk_is_nothing(telegram: Telegram) -> None:
    assert await telegram.door.parse(({"update_id": 1, "message": {"text": "x"}},)) is None


async def test_a_press_is_answered_once(telegram: Telegram, server: FakeTelegram, resident: Person, clock: FrozenClock) -> None:
    await telegram.door.send("1001", "private", ReadyMessage("卡", ((ReadyButton("签收", "m:1"),),)))
    query = await resident.presses("签")
    found = await telegram.door.parse(last(server))
    assert found is not None and (found.button, found.at) == ("m:1", clock.now())
    await telegram.door.acknowledge(found, "字" * 500)
    assert await resident.toast(query) == "字" * 200
    await telegram.door.acknowledge(found)  # too late: nothing happens
    await telegram.door.acknowledge(replace(found, callback_id=""))
    server.fail()
    await telegram.door.acknowledge(found)


async def test_the_bots_own_name_in_a_group(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    (there,) = server.group(-100, resident)
    await there.says("/todo@counter_bot")
    found = await telegram.door.parse(last(server))
    assert found is not None and (found.text, found.command_for_me, found.chat, found.sender) == ("/todo", True, "-100", "1001")


async def test_blocking(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    for act, expected in ((resident.blocks, "blocked"), (resident.unblocks, "unblocked")):
        await act()
        found = await telegram.door.parse(last(server))
        assert found is not None and found.membership == expected


async def test_menus(telegram: Telegram, server: FakeTelegram, resident: Person) -> None:
    await commands.for_everyone(telegram.bot, {"": {"start": "开始"}, "en": {"start": "Begin"}}, {"": {"todo": "待办"}})
    assert await commands.for_chat(telegram.bot, "1001", {"todo": "待办"})
    assert server.methods.commands == {
        ("all_private_chats", ""): {"start": "开始"},
        ("all_private_chats", "en"): {"start": "Begin"},
        ("all_group_chats", ""): {"todo": "待办"},
        ("chat 1001", ""): {"todo": "待办"},
    }
    assert await commands.forget_chat(telegram.bot, "1001")
    assert ("chat 1001", "") not in server.methods.commands
    server.fail()
    assert not await commands.for_chat(telegram.bot, "1001", {"todo": "待办"})
    with pytest.raises(ValueError, match="two letters"):
        await commands.for_everyone(telegram.bot, {"zh-Hant": {}})


async def test_a_wrong_token_is_said_at_the_start(server: FakeTelegram, files: MemoryFiles, clock: FrozenClock) -> None:
    with pytest.raises(InvalidToken):
        await build("1:wrong", server.base_url, server.base_file_url, files, clock)
