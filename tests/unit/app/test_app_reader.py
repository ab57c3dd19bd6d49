"""Stored updates are heard once, in order within a chat, and nothing fails silently."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from app.reader import SET_ASIDE, Reader
from bot.doors import Incoming
from tests.unit.app.bench import Bench
from workflow.desk import Session
from workflow.errors import Refusal, Refused
from workflow.model import Speech


@dataclass
class Listener:
    resident: int
    failing: int = 0
    refusing: bool = False
    heard: list[str] = field(default_factory=list)

    async def hear(self, session: Session, incoming: Incoming) -> str:
        await session.say(Speech(self.resident, f"heard.{incoming.text}"))
        if self.refusing:
            raise Refused(Refusal.NOT_YOURS, number="7")
        if self.failing:
            self.failing -= 1
            raise RuntimeError("a fault")
        self.heard.append(incoming.text)
        return "toast"


def a_reader(bench: Bench, listener: Listener) -> Reader:
    return Reader(bench.inbox, {"test": bench.door}, bench.desk, listener, bench.clock)


async def look(reader: Reader, times: int = 1) -> None:
    for _ in range(times):
        await reader.step()
        await reader.drain()


async def store(bench: Bench, number: int, text: str, chat: str = "a", album: str = "") -> None:
    await bench.inbox.store("test", str(number), chat, {"id": number, "chat": chat, "text": text}, album)


async def test_a_chat_is_heard_in_order_and_once(bench: Bench) -> None:
    listener = Listener(bench.resident.id)
    for number, text in enumerate(("one", "two", "three")):
        await store(bench, number, text)
    await store(bench, 0, "one")
    await look(a_reader(bench, listener), times=5)
    assert listener.heard == ["one", "two", "three"]
    assert bench.door.toasts == ["toast"] * 3


async def test_a_failure_leaves_no_trace_and_holds_its_chat_back(bench: Bench) -> None:
    listener = Listener(bench.resident.id, failing=1)
    await store(bench, 1, "one")
    await store(bench, 2, "two")
    reader = a_reader(bench, listener)
    await look(reader, times=3)
    assert listener.heard == []
    assert await bench.waiting() == []
    bench.clock.move(seconds=2)
    await look(reader, times=2)
    assert listener.heard == ["one", "two"]


async def test_after_five_failures_it_is_set_aside_the_sender_told_and_the_chat_goes_on(bench: Bench) -> None:
    listener = Listener(bench.resident.id, failing=5)
    await store(bench, 1, "poison")
    await store(bench, 2, "next")
    reader = a_reader(bench, listener)
    for _ in range(5):
        await look(reader)
        bench.clock.move(seconds=60)
    assert await bench.waiting() == [(bench.resident.id, SET_ASIDE)]
    await look(reader)
    assert listener.heard == ["next"]


async def test_one_failing_chat_does_not_stop_another(bench: Bench) -> None:
    listener = Listener(bench.resident.id, failing=1)
    await store(bench, 1, "one")
    await store(bench, 2, "other", chat="b")
    reader = a_reader(bench, listener)
    await look(reader, times=2)
    assert len(listener.heard) == 1


async def test_a_refusal_becomes_its_sentence_and_is_not_tried_again(bench: Bench) -> None:
    listener = Listener(bench.resident.id, refusing=True)
    await store(bench, 1, "one")
    await look(a_reader(bench, listener), times=2)
    assert await bench.waiting() == [(bench.resident.id, "refused.not_yours")]
    assert await bench.inbox.next_rows(bench.clock.now()) == []


async def test_a_request_served_before_only_closes_its_row(bench: Bench) -> None:
    listener = Listener(bench.resident.id)

    async def nothing(_session: Session) -> str:
        return ""

    await bench.desk.serve("test:1", nothing)
    await store(bench, 1, "one")
    await look(a_reader(bench, listener), times=2)
    assert listener.heard == []
    assert await bench.inbox.next_rows(bench.clock.now()) == []


async def test_an_update_without_meaning_for_us_is_done(bench: Bench) -> None:
    await bench.inbox.store("test", "9", "a", {"id": 9, "nothing": True})
    await look(a_reader(bench, Listener(bench.resident.id)))
    assert await bench.inbox.next_rows(bench.clock.now()) == []


async def test_an_album_is_one_thing_once_it_is_quiet(bench: Bench) -> None:
    listener = Listener(bench.resident.id)
    await store(bench, 1, "p", album="x")
    await store(bench, 2, "q", album="x")
    reader = a_reader(bench, listener)
    await look(reader)
    assert listener.heard == []
    bench.clock.move(seconds=2)
    await look(reader)
    assert listener.heard == ["p+q"]


async def test_it_wakes_at_once_and_stops_after_what_it_began(bench: Bench) -> None:
    listener = Listener(bench.resident.id)
    reader = a_reader(bench, listener)
    running = asyncio.create_task(reader.run())
    await store(bench, 1, "one")
    reader.wake()
    async with asyncio.timeout(5):
        while not bench.door.toasts:
            await asyncio.sleep(0)
        await reader.stop()
        await running
    assert listener.heard == ["one"]
