"""Whatever people send: a kind answer, or silence where an answer would leak; nothing lost, nothing doubled, nothing in the error log."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.heard import kept
from tests.city import steps
from tests.city.counter import Counter

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]
JUNK = {
    "one character": "a",
    "one word": "好",
    "spaces": "   ",
    "the longest": "好" * 4096,
    "the longest with emoji": "🚮" * 2048,
    "emoji": "😀😀😀",
    "html": "<b>x</b><script>alert(1)</script> & </i> &lt;",
    "broken html": "<b><i>",
    "markdown": "*_`[x](http://y) ~~~",
    "sql": "'; DROP TABLE tickets; --",
    "control characters": "a\u0000b\u0007c\u001b[31m",
    "right to left": "\u202e\u2066垃圾没人清\u2069",
    "zero width": "\u200b\u200d\ufeff",
    "placeholders": "{number} {text} %s {0} {",
    "button data": "m:sign:1:0",
    "a long command": "/" + "x" * 4000,
}


@pytest.mark.parametrize("name", JUNK)
async def test_odd_words_get_a_kind_answer(counter: Counter, name: str) -> None:
    resident = await counter.resident()
    before = len(resident.seen())
    await resident.says(JUNK[name])
    await resident.sees_new()
    await counter.settled()
    assert len(resident.seen()) == before + 1, "one answer"


@pytest.mark.parametrize(
    "name", ["the longest", "the longest with emoji", "html", "broken html", "control characters", "right to left", "placeholders"]
)
async def test_odd_words_in_a_matter_arrive_as_far_as_they_can_be_kept(counter: Counter, name: str) -> None:
    """On every card, in every step: never markup, never over a limit, never cut without a way to read it all."""
    resident, worker, officer = await counter.resident(), counter.staff["worker"], counter.staff["officer"]
    said = JUNK[name]
    await resident.says(steps.LITTER)
    await resident.sees(steps.UNDERSTOOD)
    await resident.says(said)
    await counter.settled()
    number = await steps.submits(resident)
    assert kept(said) in (await counter.ticket(number)).text
    await steps.sends_to_the_grid(officer, number)
    await steps.signs(worker, number)
    await worker.presses("看全文", about=number)
    await steps.reports_back(worker, number, photo=False, text=said)
    await steps.lets_pass(officer, number)
    await steps.is_satisfied(resident, number)
    await counter.settled()
    assert (await counter.inspect(number))["state"] == "CLOSED"
    assert not [row for row in counter.server.refusals if "not modified" not in row[1]], counter.server.refusals


@pytest.mark.parametrize("kind", ["sticker", "dice", "poll"])
async def test_what_can_not_be_kept_is_said(counter: Counter, kind: str) -> None:
    shapes = {
        "sticker": {
            "file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False,
        },
        "dice": {"emoji": "🎲", "value": 3},
        "poll": {
            "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
            "type": "regular", "allows_multiple_answers": False,
        },
    }  # fmt: skip
    resident = await counter.resident()
    await resident.sends_raw(**{kind: shapes[kind]})
    await resident.sees("看不懂")


async def test_a_file_too_big_is_said_and_the_words_are_kept(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.sends_file("video", size=25 * 1024 * 1024, caption=steps.LITTER)
    await resident.sees(steps.UNDERSTOOD)
    assert any("20 MB" in said.text for said in resident.seen())
    number = await steps.submits(resident)
    assert (await counter.ticket(number)).files == ()
    assert (await counter.ticket(number)).text == steps.LITTER


async def test_an_edited_message_files_nothing_twice(counter: Counter) -> None:
    resident = await counter.resident()
    number = await steps.files(resident)
    mine = next(said for said in counter.server.transcript(resident.chat) if said.text == steps.LITTER)
    await resident.edits(mine.message_id, steps.LITTER + "！")
    await counter.settled()
    assert [ticket.number for ticket in await counter.tickets_of(resident)] == [number]


async def test_the_same_update_twice_has_one_effect(counter: Counter) -> None:
    resident = await counter.resident()
    said = await resident.says(steps.LITTER)
    card = await resident.sees(steps.UNDERSTOOD)
    await counter.server.delivery.again(said)
    await counter.settled()
    assert len([one for one in resident.seen() if steps.UNDERSTOOD in one.text]) == 1
    await resident.presses("提交", on=card)
    await resident.sees("已登记")
    press = max(counter.server.delivery.history)
    await counter.server.delivery.again(press)
    await counter.settled()
    assert len(await counter.tickets_of(resident)) == 1


async def test_submit_pressed_twice_files_once(counter: Counter) -> None:
    resident = await counter.resident()
    await resident.says(steps.LITTER)
    card = await resident.sees(steps.UNDERSTOOD)
    queries = [await resident.presses("提交", on=card) for _ in range(2)]
    assert "过期" in await resident.toast(queries[1])
    await counter.settled()
    assert len(await counter.tickets_of(resident)) == 1


async def test_updates_in_any_order_are_all_heard(counter: Counter) -> None:
    server = counter.server
    people = [await counter.resident() for _ in range(5)]
    server.fail(502, method="getUpdates", times=2)
    for person in people:
        await person.says(steps.LITTER)
        await person.says("请尽快")
    server.delivery.shuffle()
    for person in people:
        await person.sees(steps.UNDERSTOOD, within=10)
    await counter.settled()
    for person in people:
        number = await steps.submits(person)
        text = (await counter.ticket(number)).text
        assert steps.LITTER in text and "请尽快" in text


async def test_junk_from_the_server_stops_nobody(counter: Counter) -> None:
    resident = await counter.resident()
    junk: tuple[dict[str, Any], ...] = ({"message": "x"}, {"message": {"text": 1}}, {"callback_query": {"id": 1}}, {"poll": {}}, {})
    for number, body in enumerate(junk):
        await counter.server.delivery.raw({"update_id": 900_000 + number, **body})
    await resident.says("/my")
    await resident.sees("还没有")
    await counter.settled()


async def test_many_at_once_each_hear_their_own(counter: Counter) -> None:
    people = [await counter.resident() for _ in range(12)]
    numbers = await asyncio.gather(*(steps.files(person, f"{steps.LITTER}，第{index}次") for index, person in enumerate(people)))
    assert len(set(numbers)) == len(people)
    for person, number in zip(people, numbers, strict=True):
        assert {ticket.number for ticket in await counter.tickets_of(person)} == {number}
        assert not [said for said in person.seen() if any(other in said.text for other in set(numbers) - {number})]
