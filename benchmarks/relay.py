"""Messages a second out of the outbox, through the real relay, renderer and Telegram door, at the tests' Bot API server.

    python -m benchmarks.relay [--messages 3000] [--chats 300] [--rounds 3] [--paced SECONDS]

Without `--paced` neither side knows a limit. With it the real pace runs for so long against a server that refuses what is over Telegram's
limits (30 a second in all, 20 a minute to a group): it must have nothing to refuse. The server is a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import texts
from app import region_pack
from app.clock import SystemClock
from app.collector import settled
from app.config import find_pack
from app.delivery import DeskKeeper
from app.passports import Passports
from app.relay import Relay
from app.wiring import Renderer
from bot.speak import Speaker
from bot.telegram.pacing import Pace
from bot.telegram.start import build
from storage import Database, DiskFiles, OutboxQueue, SqlUnitOfWork, migrate, open_database
from tests.botapi import FakeTelegram
from tests.workflow.build import REGION, PlainWeeks
from workflow.desk import Desk, Session
from workflow.model import Contact, Speech

PACK = "regions/jiangmen"
CLOCK = SystemClock()


class Unmasked:
    """Fits `workflow.ports.Masker`; nothing here is anybody's."""

    def mask(self, text: str) -> str:
        return text


def _server(pipe: Connection, chats: int, *, limits: bool) -> None:
    async def serve() -> None:
        async with FakeTelegram() as server:
            server.methods.limits.on = limits
            for chat in range(1, chats + 1):
                server.chats.kinds[chat] = "private"
            for group in range(-1, -4, -1):
                server.chats.kinds[group] = "supergroup"
            pipe.send((server.token, server.base_url, server.base_file_url))
            await asyncio.to_thread(pipe.recv)
            said = sum(map(len, server.chats.transcripts.values()))
            pipe.send((said, [why for _, why in server.refusals]))

    asyncio.run(serve())


@contextmanager
def a_server(chats: int, *, limits: bool) -> Iterator[Connection]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_server, args=(theirs, chats), kwargs={"limits": limits}, daemon=True)
    process.start()
    try:
        yield ours
    finally:
        process.join(10)


async def one_round(folder: Path, messages: int, chats: int, paced: float) -> dict[str, Any]:
    with a_server(chats, limits=paced > 0) as pipe:
        address = await asyncio.to_thread(pipe.recv)
        database = open_database(f"sqlite+aiosqlite:///{folder / 'relay.db'}")
        await migrate(database)
        await _filled(database, messages, chats, groups=3 if paced else 0)
        began = time.process_time()
        found = await _relayed(database, folder, address, messages, paced)
        cpu = time.process_time() - began
        await database.close()
        pipe.send("end")
        said, refusals = await asyncio.to_thread(pipe.recv)
    assert paced or (said, refusals) == (messages, []), (said, refusals[:3])
    return {"messages": said, "per_second": round(said / found, 1), "refused": len(refusals), "cpu_ms": round(cpu / said * 1000, 2)}


async def _filled(database: Database, messages: int, chats: int, *, groups: int) -> None:
    desk = _desk(database)

    async def fill(session: Session) -> None:
        addresses = [*(str(chat) for chat in range(1, chats + 1)), *(str(-group) for group in range(1, groups + 1))]
        people = []
        for address in addresses:
            kind = "group" if address.startswith("-") else "private"
            people.append(await session.uow.contacts.add(Contact(0, "telegram", address, kind)))
        for number in range(messages):
            await session.say(Speech(people[number % len(people)].id, "resident.help"))

    await desk.serve("fill", fill)


def _desk(database: Database) -> Desk:
    return Desk(lambda: SqlUnitOfWork(database), lambda: REGION, CLOCK, PlainWeeks(), lambda: "123456")


async def _relayed(database: Database, folder: Path, address: tuple[str, str, str], messages: int, paced: float) -> float:
    """Seconds."""
    region = region_pack.load(find_pack(PACK))
    sentences, files = texts.load(region.sentences), DiskFiles(folder / "files")
    speaker = Speaker(sentences, lambda: region, Unmasked(), CLOCK, ZoneInfo(region.time_zone))
    renderer = Renderer(speaker, database, Passports(sentences, lambda: region, files))
    queue = OutboxQueue(database)
    async with await build(*address, files, CLOCK) as telegram, AsyncExitStack() as serving:
        serving.enter_context(settled())
        paces = {"telegram": Pace(asyncio.get_running_loop().time)} if paced else {}
        doors, keeper = {"telegram": telegram.door}, DeskKeeper(_desk(database))
        relay = Relay(queue, renderer, doors, keeper, CLOCK, random.Random(1), paces)
        began = time.perf_counter()
        running = asyncio.create_task(relay.run())
        while (await queue.depth()).get("sent", 0) < messages and (not paced or time.perf_counter() - began < paced):
            await asyncio.sleep(0.05)
        took = time.perf_counter() - began
        await relay.stop()
        await running
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--chats", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--paced", type=float, default=0.0, metavar="SECONDS")
    args = parser.parse_args()
    rounds = []
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory(prefix="relay-") as folder:
            rounds.append(asyncio.run(one_round(Path(folder), args.messages, args.chats, args.paced)))
    print(json.dumps({"median_per_second": statistics.median(one["per_second"] for one in rounds), "rounds": rounds}))


if __name__ == "__main__":
    main()
