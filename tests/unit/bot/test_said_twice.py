"""The very same words again are hardly another matter: filing them needs to be meant."""

from __future__ import annotations

from tests.unit.bot.test_joining import tickets
from tests.unit.bot.test_resident import MATTER, Chat


async def test_the_same_words_many_times_make_one_ticket_unless_meant(chat: Chat) -> None:
    ticket = await chat.filed()
    for _ in range(3):
        await chat.says(MATTER)
        assert chat.labels()[:2] == [f"补充到 {ticket.number}", "是另一件事，另行提交"]
        message_id, ready = chat.screen["resident"][-1]
        draft = ready.buttons[0][0].data.split(":")[2]
        await chat.hear("resident", button=f"i:submit:{draft}", message_id=message_id)
        assert await tickets(chat) == 1
        assert chat.labels()[0] == f"补充到 {ticket.number}", "a press from habit is asked about"
    await chat.presses("另行提交")
    assert await tickets(chat) == 2


async def test_it_holds_without_a_place_too(chat: Chat) -> None:
    await chat.consented()
    for number in range(2):
        await chat.says("路灯坏了三天没人修")
        await chat.presses("说不清地点")
        if not number:
            await chat.presses("提交")
    assert chat.labels()[0].startswith("补充到")
    await chat.presses("补充到")
    assert await tickets(chat) == 1


async def test_the_same_words_elsewhere_are_another_matter(chat: Chat) -> None:
    await chat.consented()
    for plate in ("g440705107203001", "g440703103205001"):
        await chat.says(f"/start {plate}")
        await chat.says("路灯坏了三天没人修")
        assert "提交" in chat.labels()
        await chat.presses("提交")
    assert await tickets(chat) == 2
