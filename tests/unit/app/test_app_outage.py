"""While the store is away nothing is begun, nothing is counted and nothing forgotten; when it is back all goes on where it was."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from app.delivery import DeskKeeper
from app.metrics import Metrics
from app.outage import Outage
from app.reader import Reader
from app.relay import Item, Relay
from bot.doors import Incoming, ReadyMessage
from storage import OutboxQueue
from storage.away import Presence
from tests.unit.app.bench import Bench
from workflow.desk import Session
from workflow.errors import Away
from workflow.model import Speech


@dataclass
class Switch:
    """A store that a test turns off. `waits`: the pauses between two looks."""

    presence: Presence = field(default_factory=Presence)
    metrics: Metrics = field(default_factory=Metrics)
    on: bool = True
    waits: list[float] = field(default_factory=list)

    def check(self) -> None:
        if not self.on:
            self.presence.met("full")
            raise Away("full")

    async def takes(self) -> bool:
        return self.on

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)

    def figure(self, name: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, {"reason": "full"})


@dataclass
class Queue:
    """An outbox over a switch."""

    switch: Switch
    queue: OutboxQueue
    tries: list[str] = field(default_factory=list)
    believed: list[bool] = field(default_factory=list)

    async def claim(self, now: datetime, limit: int, held: Collection[int], *, overdue: bool) -> Sequence[Any]:
        self._asked("claim")
        self.believed.append(overdue)
        return await self.queue.claim(now, limit, held, overdue=overdue)

    async def sent(self, item: Any, message_id: str, now: datetime) -> None:
        self._asked("sent")
        await self.queue.sent(item, message_id, now)

    async def retry(self, item_id: int, at: datetime, why: str, *, unknown: bool = False, counted: bool = True) -> None:
        self._asked("retry")
        await self.queue.retry(item_id, at, why, unknown=unknown, counted=counted)

    async def dead(self, item_id: int, why: str) -> None:
        self._asked("dead")
        await self.queue.dead(item_id, why)

    def _asked(self, what: str) -> None:
        self.tries.append(what)
        self.switch.check()


class Speaker:
    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    async def render(self, item: Item) -> ReadyMessage | None:
        self._switch.check()
        return ReadyMessage(item.speech.key)


@dataclass
class Listener:
    """Is away for the first so many times, as in the middle of a transaction."""

    switch: Switch
    away: int = 0
    tries: int = 0
    heard: list[str] = field(default_factory=list)

    async def hear(self, _session: Session, incoming: Incoming) -> str:
        self.tries += 1
        if self.tries <= self.away:
            self.switch.on = False
        self.switch.check()
        self.heard.append(incoming.text)
        return ""


@asynccontextmanager
async def watching(switch: Switch) -> AsyncIterator[Outage]:
    outage = Outage(switch.presence, switch.takes, switch.metrics, sleep=switch.pause)
    yield outage
    await outage.stop()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0)


async def loops(loop: Reader | Relay, body: Awaitable[None]) -> None:
    running = asyncio.create_task(loop.run())
    await body
    async with asyncio.timeout(5):
        await loop.stop()
        await running


async def test_an_outage_is_told_of_once_however_often_it_is_met(caplog: pytest.LogCaptureFixture) -> None:
    switch = Switch(on=False)
    async with watching(switch) as outage:
        for _ in range(10):
            outage.met("full")
        await until(lambda: len(switch.waits) > 8)
        assert outage.away and switch.figure("petition_store_away") == switch.figure("petition_store_outages_total") == 1
        assert max(switch.waits) == 5.0 and switch.waits[0] < 1.0
        switch.on = True
        assert await outage.back(asyncio.Event())
        assert not outage.away and switch.figure("petition_store_away") == 0
    assert [(record.levelname, record.code) for record in caplog.records] == [("ERROR", "full"), ("WARNING", "full")]


async def test_an_end_is_not_held_up() -> None:
    switch, ending = Switch(on=False), asyncio.Event()
    async with watching(switch) as outage:
        outage.met("full")
        waiting = asyncio.create_task(outage.back(ending))
        await until(lambda: len(switch.waits) > 2)
        ending.set()
        assert not await waiting


async def test_what_was_read_in_an_outage_is_heard_once_and_not_counted(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    switch = Switch()
    listener = Listener(switch, away=7)  # oftener than a faulty update is tried
    async with watching(switch) as outage:
        reader = Reader(bench.inbox, {"test": bench.door}, bench.desk, listener, bench.clock, store=outage)
        await bench.inbox.store("test", "1", "a", {"id": 1, "chat": "a", "text": "one"})

        async def body() -> None:
            for tries in range(1, 8):
                await until(lambda tries=tries: listener.tries == tries and outage.away)  # type: ignore[misc]
                switch.on = True
            await until(lambda: bool(listener.heard))

        await loops(reader, body())
    assert (listener.heard, listener.tries) == (["one"], 8)
    assert await bench.inbox.next_rows(bench.clock.now()) == []
    assert "an update failed" not in caplog.text


async def test_what_was_sent_before_an_outage_is_noted_after_it_and_not_sent_again(bench: Bench) -> None:
    switch = Switch()
    queue = Queue(switch, bench.queue)
    async with watching(switch) as outage:
        speaker = Speaker(switch)
        relay = Relay(queue, speaker, {"test": bench.door}, DeskKeeper(bench.desk), bench.clock, random.Random(1), store=outage)
        await bench.say(Speech(bench.resident.id, "one"))
        await relay.step()
        await relay.drain()
        await bench.say(Speech(bench.resident.id, "two"))
        [item] = await bench.queue.claim(bench.clock.now())
        switch.on = False
        noting = asyncio.create_task(relay._surely(lambda: queue.sent(item, "m2", bench.clock.now())))
        await until(lambda: len(switch.waits) > 3)
        bench.clock.move(minutes=5)  # its lease is over long since
        switch.on = True
        await noting
        await relay.step()
        await relay.drain()
    assert bench.door.sent == [("a", "one")]
    assert await bench.queue.depth() == {"sent": 2}


async def test_a_lease_that_ran_out_in_an_outage_is_left_to_its_process_at_first(bench: Bench) -> None:
    switch = Switch()
    queue = Queue(switch, bench.queue)
    await bench.say(Speech(bench.resident.id, "in another's hand"), Speech(bench.officer.id, "in nobody's"))
    [theirs] = await bench.queue.claim(bench.clock.now(), 1)
    async with watching(switch) as outage:
        relay = Relay(queue, Speaker(switch), {"test": bench.door}, DeskKeeper(bench.desk), bench.clock, random.Random(1), store=outage)
        outage.met("full")
        running = asyncio.create_task(relay.run())
        await asyncio.sleep(0)
        bench.clock.move(minutes=5)
        await until(lambda: not outage.away)
        relay.wake()
        await until(lambda: bench.door.sent != [] and relay.idle)
        assert set(queue.believed) == {False}
        await bench.queue.sent(theirs, "m1", bench.clock.now())
        relay._unsure_until = 0.0
        relay.wake()
        await until(lambda: True in queue.believed)
        await relay.stop()
        await running
    assert bench.door.sent == [("hub", "in nobody's")]


async def test_what_can_not_be_rendered_in_an_outage_waits_uncounted(bench: Bench) -> None:
    switch = Switch()
    queue = Queue(switch, bench.queue)
    async with watching(switch) as outage:
        speaker = Speaker(switch)
        relay = Relay(queue, speaker, {"test": bench.door}, DeskKeeper(bench.desk), bench.clock, random.Random(1), store=outage)
        await bench.say(Speech(bench.resident.id, "one"))
        for _ in range(12):  # oftener than a faulty message is tried
            await relay.step()
            switch.on = False
            await until(lambda: outage.away)
            switch.on = True
            await relay.drain()
            await until(lambda: not outage.away)
        assert bench.door.sent == []
        [item] = await bench.queue.claim(bench.clock.now())
        assert item.attempts == 0
        bench.clock.move(seconds=61)
        await relay.step()
        await relay.drain()
    assert bench.door.sent == [("a", "one")]
    assert await bench.queue.depth() == {"sent": 1}


async def test_nothing_is_begun_while_it_is_away(bench: Bench) -> None:
    switch = Switch(on=False)
    queue = Queue(switch, bench.queue)
    async with watching(switch) as outage:
        outage.met("full")
        relay = Relay(queue, Speaker(switch), {}, DeskKeeper(bench.desk), bench.clock, random.Random(1), store=outage)

        async def body() -> None:
            for _ in range(5):
                before = relay.pulse.rested_at
                relay.wake()
                await until(lambda before=before: relay.pulse.rested_at != before)  # type: ignore[misc]

        await loops(relay, body())
    assert queue.tries == []
