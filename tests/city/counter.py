"""The running system inside the test's own process: the same wiring as `run`, without the pace of Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from app import config, inspection, invites, wiring
from app.clock import SystemClock
from app.telegram import Polling
from bot.telegram.pacing import Pace
from bot.telegram.start import build
from storage import DiskFiles, OutboxQueue, SqlUnitOfWork, migrate, open_database
from storage.keys import Keys
from storage.vault import Vault
from tests import jiangmen
from tests.botapi import FakeTelegram, Person, reference
from tests.city import steps
from tests.keys import KEYS
from workflow.desk import Session
from workflow.model import Invite, Ticket

ROOT = Path(__file__).resolve().parents[2]
_IDS = count(2001)
STAFF = {
    "worker": ("grid_worker", "", steps.GRID),
    "colleague": ("grid_worker", "", steps.GRID),
    "officer": ("hub_officer", "", steps.TOWN),
    "department": ("department", "chengguan", steps.COUNTY),
    "discipline": ("department", "discipline", steps.CITY),
    "supervisor": ("supervisor", "", steps.CITY),
    "admin": ("admin", "", steps.CITY),
}


class MovingClock:
    """Real time, and a leap when a test wants one."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._real.now() + self._ahead

    def move(self, **by: float) -> None:
        self._ahead += timedelta(**by)


@dataclass
class Counter:
    """A city at a Bot API server. `staff`: people by post."""

    server: FakeTelegram
    city: wiring.City
    clock: MovingClock
    queue: OutboxQueue
    staff: dict[str, Person]

    def person(self, **more: Any) -> Person:
        """Somebody who was never here."""
        return self.server.person(next(_IDS), **more)

    async def resident(self, **more: Any) -> Person:
        """Somebody who has read the notice."""
        person = self.person(**more)
        await steps.comes_in(person)
        return person

    async def code(self, role: str, unit: str, place: str) -> str:
        code, invite = invites.make(role, place, unit, self.city.region, self.clock)
        await self._serve(invite)
        return code

    async def _serve(self, invite: Invite) -> None:
        async def work(session: Session) -> None:
            await session.uow.invites.add(invite)

        await self.city.desk.serve(f"invite:{invite.code_hash}", work)

    async def hire(self, role: str, unit: str, place: str) -> Person:
        person = self.person()
        await person.says(f"/start {await self.code(role, unit, place)}")
        await person.sees("已绑定")
        return person

    async def ticket(self, number: str) -> Ticket:
        async with SqlUnitOfWork(self.city.database, reading=True) as uow:
            found = await uow.tickets.by_number(number)
        assert found is not None
        return found

    async def inspect(self, number: str) -> dict[str, Any]:
        async with SqlUnitOfWork(self.city.database, reading=True) as uow:
            found = await inspection.inspect(uow, number)
        assert found is not None
        return found

    async def kinds(self, number: str) -> list[str]:
        return [event["kind"] for event in (await self.inspect(number))["events"]]

    async def tickets_of(self, person: Person) -> tuple[Ticket, ...]:
        async with SqlUnitOfWork(self.city.database, reading=True) as uow:
            contact = await uow.contacts.by_address("telegram", str(person.id))
            return await uow.tickets.of_reporter(contact.id, open_only=False) if contact is not None else ()

    async def knows(self, chat: int) -> bool:
        async with SqlUnitOfWork(self.city.database, reading=True) as uow:
            return await uow.contacts.by_address("telegram", str(chat)) is not None

    async def idle(self) -> None:
        """Waits until what is being heard or sent now is noted; what was put off may wait."""
        async with asyncio.timeout(10):
            while self.city.engine.reader._busy or self.city.engine.relay._busy:
                await asyncio.sleep(0)

    async def settled(self) -> None:
        """Waits until everything said so far is heard and answered."""
        await self.server.delivery.confirmed()
        async with asyncio.timeout(10):
            while await self._busy():
                self.city.engine.reader.wake()
                await asyncio.sleep(0)  # looks at SQLite are made at once: without it nobody else has a turn

    async def _busy(self) -> bool:
        if await self.city.inbox.next_rows(self.clock.now()) or (await self.queue.depth()).get("waiting"):
            return True
        return bool(self.city.engine.reader._busy or self.city.engine.relay._busy)


@asynccontextmanager
async def open_counter(folder: Path, paces: dict[str, Pace] | None = None, url: str = "") -> AsyncIterator[Counter]:
    """`url`: a database other than the folder's own."""
    settings = config.load(ROOT / "config.example.toml", {})
    settings = replace(settings, files=config.FilesConfig(folder / "files"))
    region, clock = jiangmen.region(), MovingClock()
    vault = Vault(Keys(None, KEYS), jiangmen.language().masker)
    database = open_database(url or f"sqlite+aiosqlite:///{folder / 'city.db'}", vault)
    await migrate(database)
    async with FakeTelegram(reference()) as server:
        files = DiskFiles(folder / "files")
        async with await build(server.token, server.base_url, server.base_file_url, files, clock) as telegram:
            city = wiring.build(settings, region, database, clock, telegram.door, paces, jiangmen.language())
            polling = Polling(telegram, city.inbox, city.engine.reader.wake, city.texts)
            tasks = city.engine.start()
            await polling.start()
            made = Counter(server, city, clock, OutboxQueue(database), {})
            for name, post in STAFF.items():
                made.staff[name] = await made.hire(*post)
            yield made
            await polling.stop()
            await city.engine.stop(tasks)
        assert server.violations == []
    await database.close()
