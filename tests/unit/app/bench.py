"""A database on disk, a desk over it, one resident, and a door that does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.doors import Delivered, Incoming, ReadyMessage, Sent
from storage import Database, OutboxQueue, SqlInbox, SqlUnitOfWork, migrate, open_database
from tests.clock import FrozenClock
from tests.workflow.build import GRID, REGION, PlainWeeks
from workflow.desk import Desk, Session
from workflow.model import Contact, Post, Role, Speech


@dataclass
class ToldDoor:
    """Parses bodies into texts; answers sends with what was put into `outcomes`, then `Delivered`."""

    name: str = "test"
    outcomes: list[Sent] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)

    async def parse(self, bodies: tuple[Mapping[str, Any], ...]) -> Incoming | None:
        body = bodies[0]
        if body.get("nothing"):
            return None
        text = "+".join(str(part["text"]) for part in bodies)
        return Incoming("test", f"test:{body['id']}", str(body["chat"]), str(body["chat"]), FrozenClock().now(), text=text)

    async def send(self, address: str, kind: str, message: ReadyMessage) -> Sent:
        self.sent.append((address, message.html))
        return self.outcomes.pop(0) if self.outcomes else Delivered(f"m{len(self.sent)}")

    async def acknowledge(self, incoming: Incoming, toast: str = "") -> None:
        self.toasts.append(toast)


@dataclass
class Bench:
    database: Database
    desk: Desk
    clock: FrozenClock
    inbox: SqlInbox
    queue: OutboxQueue
    door: ToldDoor
    resident: Contact
    officer: Contact
    served: int = 0

    async def say(self, *speeches: Speech) -> None:
        self.served += 1

        async def work(session: Session) -> None:
            for speech in speeches:
                await session.say(speech)

        await self.desk.serve(f"say:{self.served}", work)

    async def contact(self, contact_id: int) -> Contact:
        async with SqlUnitOfWork(self.database) as uow:
            found = await uow.contacts.get(contact_id)
        assert found is not None
        return found

    async def waiting(self) -> list[tuple[int, str]]:
        return [(item.contact.id, item.speech.key) for item in await self.queue.claim(self.clock.now())]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    await migrate(database)
    clock = FrozenClock()
    desk = Desk(lambda: SqlUnitOfWork(database), lambda: REGION, clock, PlainWeeks(), lambda: "123456")

    async def settle(session: Session) -> tuple[Contact, Contact]:
        resident = await session.uow.contacts.add(Contact(0, "test", "a"))
        officer = await session.uow.contacts.add(Contact(0, "test", "hub"))
        worker = await session.uow.contacts.add(Contact(0, "test", "worker"))
        await session.uow.posts.add(Post(0, officer.id, Role.HUB_OFFICER, "hub", "990101001"))
        await session.uow.posts.add(Post(0, worker.id, Role.GRID_WORKER, "grid", GRID))
        return resident, officer

    people = await desk.serve("settle", settle)
    assert people is not None
    yield Bench(database, desk, clock, SqlInbox(database, clock), OutboxQueue(database), ToldDoor(), *people)
    await database.close()
