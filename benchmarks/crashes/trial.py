"""The whole: a city, its people, the weather, and somebody who pulls the plug."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app import invites, region_pack
from app.clock import SystemClock
from app.config import find_pack
from benchmarks.crashes.ledger import Ledger
from benchmarks.crashes.lives import Lives
from benchmarks.crashes.people import Asker, Resident, Silent, Staff, Telephone
from benchmarks.crashes.verdict import Verdict, judge
from benchmarks.crashes.weather import Weather, redeliver
from benchmarks.crashes.zygote import PACK
from storage import Database, SqlUnitOfWork, migrate, open_database
from storage.tables import inbox, outbox
from tests.botapi import FakeTelegram, reference

TOWNS = {
    "440703005101": "潮连街道塘边社区", "440703101001": "棠下镇棠下社区", "440703102001": "荷塘镇荷塘社区",
    "440704001015": "江南街道桥南社区", "440705101001": "大泽镇大泽社区", "440705103001": "罗坑镇罗坑社区",
}  # fmt: skip
"""Villages whose first grid has a worker, each in another town with a hub officer."""
AIMS = ("delay", "delay", "delay", "send", "commit", "commit", "arrival", "start")
_LONGEST = 0.6  # seconds of work before the plug is pulled
_CALM = 400.0  # seconds until everything must be done once nobody pulls the plug any more


@dataclass(frozen=True, slots=True)
class Plan:
    """`url` "" is a SQLite file in `folder`; `cold`: each life loads everything itself."""

    folder: Path
    kills: int
    seed: int = 1
    residents: int = 24
    url: str = ""
    cold: bool = False
    patience: float = 1200.0


@dataclass(slots=True)
class Trial:
    plan: Plan
    server: FakeTelegram
    database: Database
    lives: Lives
    weather: Weather
    rng: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    aims: Counter[str] = field(default_factory=Counter)
    begun: int = 1000

    def phone(self) -> Telephone:
        self.begun += 1
        return Telephone(self.server.person(self.begun), self.server, self.weather, self.plan.patience)

    async def kill_again_and_again(self) -> None:
        for number in range(self.plan.kills):
            await self._one_life()
            if number % 50 == 49:
                print(f"  {number + 1} kills, {len(self.ledger.matters)} matters begun", file=sys.stderr, flush=True)

    async def _one_life(self) -> None:
        aim = self.rng.choice(AIMS)
        self.aims[aim] += 1
        await self._launch()
        if aim == "start":
            await asyncio.sleep(self.rng.uniform(0.0, 1.0))
        else:
            await self.lives.serving()
            self.server.delivery.retry_now()
            await asyncio.sleep(self.rng.uniform(0.05, _LONGEST))
            with suppress(TimeoutError):
                async with asyncio.timeout(0.3):
                    await self._aimed(aim)
        status = await self.lives.end(signal.SIGKILL)
        assert status == -signal.SIGKILL, f"the process had ended by itself with {status}: {self.lives.problems[-5:]}"

    async def _launch(self) -> None:
        self.weather.launched = self.lives.number + 1
        await self.lives.launch(self.rng.choice(("polling", "webhook")))

    async def _aimed(self, aim: str) -> None:
        match aim:
            case "send":
                # A message was taken, and its answer has not gone out.
                self.weather.on_send = asyncio.Event()
                await self.weather.on_send.wait()
            case "arrival":
                # Somebody has just said something: it is on its way, or stored, or being read.
                known = len(self.server.delivery.history)
                while len(self.server.delivery.history) == known:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(self.rng.uniform(0.0, 0.03))
            case "commit":
                journal = self.lives.journal
                before = _touched(journal)
                while journal is not None and _touched(journal) == before:
                    await asyncio.sleep(0.0005)
            case _:
                return

    async def settle(self) -> None:
        """The last life is a quiet one. Raises TimeoutError while anything is left lying."""
        self.weather.calm = True
        await self._launch()
        await self.lives.serving()
        self.server.delivery.retry_now()

    async def nothing_waits(self) -> None:
        async with asyncio.timeout(60):
            while self.server.delivery.pending or await self._waiting():
                await asyncio.sleep(0.1)

    async def _waiting(self) -> int:
        async with self.database.moment() as connection:
            waiting = [select(func.count()).where(table.c.status == "waiting") for table in (inbox, outbox)]
            return sum([int((await connection.execute(one)).scalar_one()) for one in waiting])


def _touched(path: Path | None) -> int:
    return path.stat().st_mtime_ns if path is not None and path.exists() else 0


async def run(plan: Plan) -> tuple[Verdict, dict[str, Any]]:
    """The verdict, and figures of the run. The same seed makes the same people, weather and plans to kill; what meets when is chance."""
    url = plan.url or f"sqlite+aiosqlite:///{plan.folder / 'city.db'}"
    database = open_database(url)
    await migrate(database)
    async with FakeTelegram(reference()) as server:
        weather = Weather(server=server, rng=random.Random(plan.seed + 1))
        server.faults = weather
        lives = Lives(plan.folder, server, url, plan.cold)
        trial = Trial(plan, server, database, lives, weather, random.Random(plan.seed))
        began = time.perf_counter()
        try:
            figures = await _played(trial)
        finally:
            await lives.close()
        verdict = await judge(database, server, weather, trial.ledger)
        verdict.add("log", list(dict.fromkeys(lives.problems)))
        verdict.add("bot_api", server.violations)
        figures |= {"seconds": round(time.perf_counter() - began, 1), "warnings": dict(lives.warnings)}
    await database.close()
    return verdict, figures


async def _played(trial: Trial) -> dict[str, Any]:
    await trial.settle()
    staff = [asyncio.create_task(one.live()) for one in await _hired(trial)]
    trial.weather.calm = False
    people = [asyncio.create_task(_heard_out(one, trial.ledger)) for one in _public(trial)]
    again = asyncio.create_task(redeliver(trial.server, random.Random(trial.plan.seed + 2), 0.1))
    await trial.lives.end(signal.SIGKILL)
    try:
        await trial.kill_again_and_again()
        trial.closing.set()
        await trial.settle()
        _, late = await asyncio.wait(people, timeout=_CALM)
        trial.ledger.silent += [f"{len(late)} people were not done"] if late else []
        try:
            await trial.nothing_waits()
        except TimeoutError:
            trial.ledger.silent.append("something still waits")
        await _still_answered(trial)
        ended = await trial.lives.end(signal.SIGTERM)
        assert ended == 0, f"a gentle end had status {ended}"
    finally:
        for task in (again, *people, *staff):
            task.cancel()
        outcomes = await asyncio.gather(again, *people, *staff, return_exceptions=True)
    trial.ledger.silent += [repr(one) for one in outcomes if isinstance(one, Exception)]
    return {
        "kills": trial.plan.kills + 1, "aims": dict(trial.aims), "lives": trial.lives.number, "updates": len(trial.server.delivery.history),
        "messages": len(trial.weather.born), "weather": dict(trial.weather.befell),
    }  # fmt: skip


async def _hired(trial: Trial) -> list[Staff]:
    region, clock = region_pack.load(find_pack(PACK)), SystemClock()
    staff = []
    for village in TOWNS:
        grid = f"{village}001"
        for role, place, kinds in (
            ("hub_officer", village[:9], ("s:take:", "m:release:")), ("grid_worker", grid, ("m:sign:", "s:reply:")),
        ):  # fmt: skip
            code, invite = invites.make(role, place, "", region, clock)
            async with SqlUnitOfWork(trial.database) as uow:
                await uow.invites.add(invite)
                await uow.commit()
            phone = trial.phone()
            await phone.says(f"/start {code}")
            await phone.reads("已绑定")
            staff.append(Staff(phone, random.Random(trial.rng.random()), kinds, grid, trial.ledger))
    return staff


def _public(trial: Trial) -> list[Resident | Asker]:
    found: list[Resident | Asker] = []
    names = list(TOWNS.values())
    for number in range(trial.plan.residents):
        rng = random.Random(trial.rng.random())
        found.append(Resident(trial.phone(), trial.ledger, rng, f"R{number}", names[number % len(names)], trial.closing))
    askers = range(max(1, trial.plan.residents // 8))
    return [*found, *(Asker(trial.phone(), trial.ledger, random.Random(trial.rng.random()), trial.closing) for _ in askers)]


async def _heard_out(person: Resident | Asker, ledger: Ledger) -> None:
    try:
        await person.live()
    except Silent as silent:
        ledger.silent.append(str(silent))


async def _still_answered(trial: Trial) -> None:
    """No dialog is left that answers nothing."""
    people = {matter.chat for matter in trial.ledger.matters}

    async def asks(chat: int) -> None:
        phone = Telephone(trial.server.person(chat), trial.server, trial.weather, 60.0)
        await phone.says("/my")
        await phone.until(lambda: next((True for one in phone.newest() if one.revision > phone.mark), None), "an answer to /my")

    outcomes = await asyncio.gather(*(asks(chat) for chat in people), return_exceptions=True)
    trial.ledger.silent += [str(one) for one in outcomes if isinstance(one, Silent)]
    with suppress(TimeoutError):
        await trial.nothing_waits()
