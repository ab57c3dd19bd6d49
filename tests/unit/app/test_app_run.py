"""Start and stop in order, whatever goes wrong in between."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import random
import signal
import socket
from dataclasses import dataclass, field

import pytest

from app.delivery import DeskKeeper
from app.engine import Engine
from app.reader import Reader
from app.relay import Relay
from app.run import LoopEnded, NoSuchHost, PortTaken, serve, stop_on_signals, taken
from app.watch import Watch
from storage import SqlUnitOfWork
from tests.unit.app.bench import Bench
from tests.unit.app.test_app_reader import Listener, store
from tests.unit.app.test_app_relay import KeySpeaker


def an_engine(bench: Bench, listener: Listener) -> Engine:
    relay = Relay(bench.queue, KeySpeaker(), {"test": bench.door}, DeskKeeper(bench.desk), bench.clock, random.Random(1))
    reader = Reader(bench.inbox, {"test": bench.door}, bench.desk, listener, bench.clock, relay.wake)
    return Engine(reader, relay, Watch(lambda: SqlUnitOfWork(bench.database), bench.desk, bench.clock, relay.wake))


@dataclass
class Ear:
    """A receiver that writes down what is done to it."""

    name: str
    told: list[str]
    trouble: Exception | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self.told.append(f"start {self.name}")
        if self.trouble is not None:
            raise self.trouble
        self.started.set()

    async def stop(self) -> None:
        self.told.append(f"stop {self.name}")


async def test_an_update_is_answered_and_everything_stops_in_reverse_order(bench: Bench) -> None:
    told: list[str] = []
    ears, stop = [Ear("web", told), Ear("poller", told)], asyncio.Event()
    engine = an_engine(bench, Listener(bench.resident.id))
    running = asyncio.create_task(serve(engine, ears, stop))
    async with asyncio.timeout(10):
        await ears[1].started.wait()
        await store(bench, 1, "hello")
        engine.reader.wake()
        while not bench.door.sent:
            await asyncio.sleep(0)
        stop.set()
        await running
    assert bench.door.sent == [("a", "heard.hello")]
    assert told == ["start web", "start poller", "stop poller", "stop web"]
    assert await bench.queue.depth() == {"sent": 1}


async def test_a_taken_port_is_told_apart_and_stops_the_rest(bench: Bench) -> None:
    told: list[str] = []
    ears = [Ear("web", told, OSError(errno.EADDRINUSE, "taken")), Ear("poller", told)]
    async with asyncio.timeout(10):
        with pytest.raises(PortTaken):
            await serve(an_engine(bench, Listener(bench.resident.id)), ears, asyncio.Event())
    assert told == ["start web", "stop web"]


@pytest.mark.parametrize(
    "trouble",
    [
        socket.gaierror(socket.EAI_NONAME, "unknown"),
        OSError(errno.EADDRNOTAVAIL, "not ours"),
        UnicodeError("label empty or too long"),
    ],
)
async def test_a_host_that_is_none_of_ours_is_told_apart(bench: Bench, trouble: Exception) -> None:
    ear = Ear("web", [], trouble)
    async with asyncio.timeout(10):
        with pytest.raises(NoSuchHost):
            await serve(an_engine(bench, Listener(bench.resident.id)), [ear], asyncio.Event())
    assert ear.told == ["start web", "stop web"]


@pytest.mark.parametrize("host", ["a..b", "::1%nosuch", "192.0.2.1"])
def test_a_host_that_is_none_of_ours_is_no_taken_port(host: str) -> None:
    assert not taken(host, 8080)


async def test_another_trouble_at_the_start_is_not_taken_for_a_port(bench: Bench) -> None:
    ear = Ear("web", [], PermissionError(errno.EACCES, "no"))
    async with asyncio.timeout(10):
        with pytest.raises(PermissionError):
            await serve(an_engine(bench, Listener(bench.resident.id)), [ear], asyncio.Event())


async def test_a_loop_that_ends_by_itself_ends_the_process(bench: Bench) -> None:
    ear = Ear("web", [])
    engine = an_engine(bench, Listener(bench.resident.id))
    running = asyncio.create_task(serve(engine, [ear], asyncio.Event()))
    async with asyncio.timeout(10):
        await ear.started.wait()
        engine.watch.stop()
        with pytest.raises(LoopEnded):
            await running
    assert ear.told[-1] == "stop web"


async def test_sigterm_asks_for_the_end() -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(10):
            await stop.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(number)


async def test_what_is_loaded_is_left_alone_by_the_collector_while_the_city_serves(bench: Bench) -> None:
    before, loaded = gc.get_threshold(), [{"a": "ring"}]
    ear, stop = Ear("web", []), asyncio.Event()
    running = asyncio.create_task(serve(an_engine(bench, Listener(bench.resident.id)), [ear], stop))
    async with asyncio.timeout(10):
        await ear.started.wait()
    frozen, walked = gc.get_freeze_count(), any(thing is loaded for thing in gc.get_objects())
    eager = gc.get_threshold()
    stop.set()
    await running
    assert frozen > 10_000 and not walked
    assert eager[0] > before[0]
    assert gc.get_freeze_count() == 0 and gc.get_threshold() == before
