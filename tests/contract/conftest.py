"""A real database on disk, a desk over it, and people on their posts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import Database, OutboxQueue, SqlUnitOfWork, migrate, open_database
from storage.tables import metadata
from storage.vault import CLEAR, Vault
from tests.clock import FrozenClock
from tests.keys import a_vault
from tests.postgres import Server
from tests.workflow.build import GRID, REGION, PlainWeeks
from workflow.commands import Command, Register
from workflow.desk import Desk, Session
from workflow.model import Actor, Contact, Intent, Post, Procedure, Role, Ticket

PEOPLE = {
    "resident": None,
    "worker": (Role.GRID_WORKER, "grid", GRID),
    "officer": (Role.HUB_OFFICER, "hub", "990101001"),
    "bureau": (Role.DEPARTMENT, "streets", "990101"),
    "supervisor": (Role.SUPERVISOR, "", "9901"),
    "counter": (Role.DEPARTMENT, "discipline", "9901"),
}


@dataclass
class Town:
    """Shorthand for what tests do: `await town.do("officer", Move(…))`."""

    database: Database
    desk: Desk
    clock: FrozenClock
    people: dict[str, Contact]
    served: int = 0

    async def do(self, who: str, command: Command, request_id: str = "") -> Ticket | None:
        self.served += 1

        async def work(session: Session) -> Ticket:
            return await session.do(await session.actor(self.people[who]), command)

        return await self.desk.serve(request_id or f"test:{self.served}", work)

    async def registered(self, procedure: Procedure = Procedure.GRID_EVENT, topic: str = "T1") -> Ticket:
        matter = Register("Litter by the gate", procedure, Intent.COMPLAIN, topic, "990101001001", "gate")
        ticket = await self.do("resident", matter)
        assert ticket is not None
        return ticket

    async def heard(self) -> list[tuple[str, str, bool]]:
        """Everything waiting in the outbox as (who, sentence key, fresh card), emptied."""
        names = {contact.id: name for name, contact in self.people.items()}
        queue, found = OutboxQueue(self.database), []
        while items := await queue.claim(self.clock.now()):
            for item in items:
                found.append((names[item.contact.id], item.speech.key, item.speech.fresh))
                await queue.sent(item, f"m{item.id}", self.clock.now())
        return found


@asynccontextmanager
async def on_sqlite(folder: Path, vault: Vault = CLEAR) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite+aiosqlite:///{folder / 'city.db'}", vault)
    await migrate(opened)
    yield opened
    await opened.close()


@asynccontextmanager
async def on_postgresql(server: Server, vault: Vault = CLEAR) -> AsyncIterator[Database]:
    url = await server.fresh()
    opened = open_database(url, vault)
    yield opened
    await opened.close()
    await server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Each test runs on both. What is about one of them only asks for `sqlite` or `pg` instead."""
    opened = on_sqlite(tmp_path) if request.param == "sqlite" else on_postgresql(request.getfixturevalue("postgresql"))
    async with opened as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
async def keyed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """As `database`, with keys, as a city that runs has them."""
    sealing = a_vault()
    opened = on_sqlite(tmp_path, sealing) if request.param == "sqlite" else on_postgresql(request.getfixturevalue("postgresql"), sealing)
    async with opened as found:
        yield found


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    async with on_sqlite(tmp_path) as found:
        yield found


@pytest.fixture
async def pg(postgresql: Server) -> AsyncIterator[Database]:
    async with on_postgresql(postgresql) as found:
        yield found


@pytest.fixture
async def town(database: Database) -> Town:
    return await town_on(database)


async def town_on(database: Database) -> Town:
    clock = FrozenClock()
    desk = Desk(lambda: SqlUnitOfWork(database), lambda: REGION, clock, PlainWeeks(), lambda: "123456")
    people: dict[str, Contact] = {}
    async with SqlUnitOfWork(database) as uow:
        for name, post in PEOPLE.items():
            people[name] = await uow.contacts.add(Contact(0, "test", name, created_at=clock.now()))
            if post is not None:
                await uow.posts.add(Post(0, people[name].id, *post))
        await uow.commit()
    return Town(database, desk, clock, people)


async def dumped(database: Database) -> str:
    """All that stands in the database, as it stands there."""
    async with database.moment() as connection:
        return "\n".join([str(row) for table in metadata.sorted_tables for row in (await connection.execute(select(table))).all()])


__all__ = ["Actor", "Town", "dumped", "town_on"]
