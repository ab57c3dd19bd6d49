"""What a process weighs after so many updates: the real way in, understanding, desk, outbox, pace, figures and Telegram's library.

    python -m benchmarks.memory [--updates 100000] [--warm 10000] [--trace] [--dir DIR]

Only the far end is not Telegram's: requests are answered in the process. One in fifty chats has blocked the bot, one answer in two hundred
is a 429, one update in a hundred comes twice. Everybody is somebody new after four updates, so whatever is kept by person would grow.
The pace's clock runs a thousand times as fast. `--trace`: what grew between the warm-up and the end, by line; slow.

Exit status 1 if the process grew by more than 5 % between the warm-up and the end.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import os
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telegram import Bot
from telegram.request import BaseRequest, RequestData

import nlp
from app import region_pack, wiring
from app.clock import SystemClock
from app.collector import settled
from app.config import find_pack, load
from app.sampling import Sampler
from benchmarks.intake import sealing
from bot.telegram.door import TelegramDoor
from bot.telegram.pacing import Pace
from bot.telegram.receive import keep
from storage import DiskFiles, SqlUnitOfWork, migrate, open_database
from storage.figures import Figures
from workflow.model import Contact, Post, Role
from workflow.region import Level, Region
from workflow.routing import HUB, ancestor

PACK = "regions/jiangmen"
BAR = 0.05
FASTER = 1000.0
IN_FLIGHT = 48
CLOCK = SystemClock()
OFFICER = 1
_BLOCKED, _FLOODED, _TWICE = 50, 200, 100


@dataclass
class FarEnd(BaseRequest):
    """Telegram's answers, and the newest buttons of each chat that waits for some."""

    waiting: dict[int, asyncio.Event] = field(default_factory=dict)
    shown: dict[int, list[str]] = field(default_factory=dict)
    calls: int = 0

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: object, **_more: object
    ) -> tuple[int, bytes]:
        self.calls += 1
        name, given = url.rpartition("/")[2], request_data.json_parameters if request_data is not None else {}
        if name == "getMe":
            return _ok({"id": 1, "is_bot": True, "first_name": "Counter", "username": "counter_bot"})
        if not name.startswith(("send", "edit")):
            return _ok(result=True)
        chat = int(given["chat_id"])
        if chat != OFFICER and chat % _BLOCKED == 0:
            self._seen(chat, [])
            return 403, b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'
        if self.calls % _FLOODED == 0:
            wait = {"retry_after": 1}
            return 429, json.dumps({"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": wait}).encode()
        keyboard = json.loads(given.get("reply_markup") or "{}").get("inline_keyboard", [])
        self._seen(chat, [button["callback_data"] for row in keyboard for button in row])
        message_id = int(given.get("message_id") or self.calls)
        return _ok({"message_id": message_id, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "."})

    def _seen(self, chat: int, buttons: list[str]) -> None:
        if chat in self.waiting:
            self.shown[chat] = buttons
            self.waiting[chat].set()

    async def answers(self, chat: int) -> list[str]:
        """The next buttons that are shown there."""
        await self.waiting[chat].wait()
        self.waiting[chat].clear()
        return self.shown[chat]


def _ok(result: object) -> tuple[int, bytes]:
    return 200, json.dumps({"ok": True, "result": result}).encode()


@dataclass
class Town:
    """A city that runs, and the people who come to it one after the other."""

    city: wiring.City
    far: FarEnd
    texts: Iterator[str]
    stored: int = 0
    people: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def visit(self) -> None:
        """Somebody new: a matter, the notice agreed to, the card sent, and a look at what became of it."""
        chat = next(self.people)
        self.far.waiting[chat] = asyncio.Event()
        try:
            await self._update(chat, text=next(self.texts))
            await self.far.answers(chat)
            await self._update(chat, button="c:yes")
            for _ in range(3):
                shown = await self._heard(chat)
                submit = next((data for data in shown if data.startswith("i:submit:")), "")
                if submit or not shown:
                    break
            await self._update(chat, button=submit or "i:cancel:0")
            await self._update(chat, text="/my")
        finally:
            del self.far.waiting[chat]
            self.far.shown.pop(chat, None)

    async def _heard(self, chat: int) -> list[str]:
        """Nobody waits for ever: a chat that blocked the bot is told nothing."""
        try:
            async with asyncio.timeout(0.0 if chat % _BLOCKED == 0 else 20.0):
                return await self.far.answers(chat)
        except TimeoutError:
            return []

    async def _update(self, chat: int, *, text: str = "", button: str = "") -> None:
        number = next(self.ids)
        who = {"id": chat, "is_bot": False, "first_name": f"Resident {chat}", "language_code": "zh-hans"}
        message = {"message_id": number, "date": 1_770_000_000, "chat": {"id": chat, "type": "private", "first_name": who["first_name"]}}
        body: dict[str, Any] = {"update_id": number}
        if button:
            body["callback_query"] = {"id": str(number), "from": who, "chat_instance": "1", "data": button, "message": message}
        else:
            body["message"] = message | {"from": who, "text": text}
        for _ in range(2 if number % _TWICE == 0 else 1):
            await keep(self.city.inbox, body)
        self.stored += 1
        self.city.engine.reader.wake()

    async def until(self, updates: int) -> None:
        """So many in all, and everything heard and said."""
        async def comes() -> None:
            while self.stored < updates:
                await self.visit()

        await asyncio.gather(*(comes() for _ in range(IN_FLIGHT)))
        figures = Figures(self.city.database)
        while True:
            queues = await figures.queues()
            if not queues.inbox_waiting and not sum(queues.outbox_waiting.values()) and self.city.engine.relay.idle:
                return
            await asyncio.sleep(0.05)


def resident_bytes() -> int:
    """RSS of this process, after what is garbage has gone."""
    gc.collect()
    with Path("/proc/self/statm").open() as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def held(city: wiring.City, pace: Pace) -> dict[str, int]:
    """How much is kept where something is kept by person, row or moment."""
    reader, relay, pacing = city.engine.reader, city.engine.relay, pace._pacing  # noqa: SLF001  # looking inside is what this is for
    tally = city.engine.reader._conversation._residents._manners._tally  # type: ignore[attr-defined]  # noqa: SLF001
    return {
        "reader": len(reader._busy) + len(reader._hands), "relay": len(relay._busy) + len(relay._held),  # noqa: SLF001
        "pace": len(pacing._full) + len(pacing._groups), "pace_held": len(pacing._held), "pace_all": len(pacing._all),  # noqa: SLF001
        "tally": len(tally.counts), "tasks": len(asyncio.all_tasks()),
    }  # fmt: skip


def matters(region: Region) -> Iterator[str]:
    """Examples of the pack, each somewhere else."""
    rows = (find_pack(PACK) / "examples.csv").read_text("utf-8").splitlines()[1:]
    villages = ["".join(one.name for one in region.path(code)) for code, place in region.places.items() if place.level is Level.VILLAGE]
    for number in itertools.count():
        yield f"{villages[number % len(villages)]}，{rows[number % len(rows)].rpartition(',')[0]}"


def _settings(folder: Path) -> dict[str, str]:
    url, files = f"sqlite+aiosqlite:///{folder / 'city.db'}", str(folder / "files")
    found = {"DATABASE__URL": url, "WEB__HOST": "-", "WEB__PORT": "0", "REGION__PACK": PACK, "FILES__PATH": files}
    return {f"PETITION_{name}": value for name, value in found.items()}


async def measure(folder: Path, steps: list[int], *, trace: bool = False, language: nlp.Language | None = None) -> dict[str, Any]:
    """`steps`: after how many updates to look, in order; the first is the warm-up's end."""
    region, config = region_pack.load(find_pack(PACK)), load(None, _settings(folder))
    database = open_database(config.database.url, sealing())
    await migrate(database)
    far, loop = FarEnd(), asyncio.get_running_loop()
    bot = Bot("1:LOCAL", request=far, get_updates_request=far)
    await bot.initialize()
    pace = Pace(lambda: loop.time() * FASTER, lambda seconds: asyncio.sleep(seconds / FASTER))
    door = TelegramDoor(bot, DiskFiles(folder / "files"), CLOCK)
    city = wiring.build(config, region, database, CLOCK, door, {"telegram": pace}, language)
    town = ancestor(region, city.places.locate(region.demo_complaint).code, Level.TOWN)
    async with SqlUnitOfWork(database) as uow:
        officer = await uow.contacts.add(Contact(0, "telegram", str(OFFICER), created_at=CLOCK.now()))
        await uow.posts.add(Post(0, officer.id, Role.HUB_OFFICER, HUB, town))
        await uow.commit()
    sampler = Sampler(city.metrics, Figures(database), CLOCK, city.readiness, database.alive)
    serving = ExitStack()
    serving.enter_context(settled())
    tasks = city.engine.start()
    await sampler.start()
    people, first = Town(city, far, matters(region)), None
    found: list[dict[str, Any]] = []
    began = time.perf_counter()
    for updates in steps:
        await people.until(updates)
        seconds = round(time.perf_counter() - began, 1)
        found.append({"updates": people.stored, "rss": resident_bytes(), "seconds": seconds, "held": held(city, pace)})
        print(json.dumps(found[-1]), file=sys.stderr, flush=True)
        if trace and first is None:
            tracemalloc.start(12)
            first = tracemalloc.take_snapshot()
    grown = [str(one) for one in tracemalloc.take_snapshot().compare_to(first, "lineno")[:25]] if first is not None else []
    await sampler.stop()
    await city.engine.stop(tasks)
    serving.close()
    await bot.shutdown()
    await database.close()
    growth = found[-1]["rss"] / found[0]["rss"] - 1
    return {"looks": found, "growth": round(growth, 4), "good": growth <= BAR, "grown": grown, "sent": far.calls}


def main() -> int:
    arguments = argparse.ArgumentParser(description="What a process weighs after so many updates.")
    arguments.add_argument("--updates", type=int, default=100_000)
    arguments.add_argument("--warm", type=int, default=10_000)
    arguments.add_argument("--trace", action="store_true")
    arguments.add_argument("--dir", type=Path, help="where the database is written")
    given = arguments.parse_args()
    steps = sorted({given.warm, given.updates // 4, given.updates // 2, 3 * given.updates // 4, given.updates})
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        found = asyncio.run(measure(Path(folder), [step for step in steps if step >= given.warm], trace=given.trace))
    print(json.dumps(found, indent=2))
    return 0 if found["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
