"""The demo's board is alive before the first complaint: other residents brought their matters through the front door."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app import config, demo, wiring
from app.clock import SystemClock
from app.demo_matters import bring_all
from app.demo_seed import Seeding
from storage import OutboxQueue, SqlUnitOfWork, migrate, open_database
from storage.tables import inbox, web_chats
from tests import jiangmen
from tests.conftest import ROOT
from web.services import DemoPage
from workflow.model import Outcome, Role, Ticket
from workflow.ports import PlaceFinder
from workflow.states import State

PACK = ROOT / "regions" / "jiangmen"
SPREAD = {
    State.REGISTERED: 1, State.DISPATCHED: 1, State.HANDLING: 2, State.REPLIED: 1, State.EVALUATING: 1, State.CLOSED: 2,
    State.DECLINED: 1, State.DISPUTED: 1, State.ANSWERED: 1,
}  # fmt: skip


class Stage:
    def __init__(self, city: wiring.City, page: DemoPage, places: PlaceFinder) -> None:
        self.city = city
        self.page = page
        self.places = places

    async def bring(self) -> int:
        return await bring_all(self.city, SystemClock(), self.places)

    async def tickets(self) -> list[Ticket]:
        async with SqlUnitOfWork(self.city.database, reading=True) as uow:
            return list(await uow.tickets.in_places("", [self.city.region.code], list(State)))

    async def settled(self) -> None:
        """Until nothing waits in inbox and outbox."""
        queue = OutboxQueue(self.city.database)
        async with asyncio.timeout(20):
            # In this order: what is heard puts its answers into the outbox as it leaves the inbox.
            while await self.city.inbox.next_rows(SystemClock().now()) or (await queue.depth()).get("waiting"):
                await asyncio.sleep(0)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    settings = replace(config.load(ROOT / "config.example.toml", {}), files=config.FilesConfig(tmp_path / "files"))
    region = jiangmen.region()
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    city = wiring.build(settings, region, database, SystemClock(), language=jiangmen.language())
    places = jiangmen.language().places
    page = await demo.prepare(city, SystemClock(), places, "E1.2")
    tasks = city.engine.start()
    yield Stage(city, page, places)
    await city.engine.stop(tasks)
    await database.close()


async def test_every_kind_of_matter_is_on_the_board(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    assert await stage.bring() == len(stage.city.region.demo_matters) == 11
    await stage.settled()
    tickets = await stage.tickets()
    assert Counter(ticket.state for ticket in tickets) == SPREAD
    assert [ticket.state for ticket in tickets if ticket.urgent] == [State.HANDLING]
    closed = {(t.outcome, t.verdict, t.satisfaction) for t in tickets if t.state is State.CLOSED}
    assert closed == {(Outcome.RESOLVED, "solved", "satisfied"), (Outcome.PARTLY, "partly", "basic")}
    assert [record.msg for record in caplog.records if record.levelno >= logging.ERROR] == []
    async with stage.city.database.reading() as connection:
        assert set((await connection.execute(select(inbox.c.status))).scalars()) == {"done"}
    assert set(await OutboxQueue(stage.city.database).depth()) == {"sent"}
    await _every_step_was_taken_by_a_person(stage, tickets)


async def _every_step_was_taken_by_a_person(stage: Stage, tickets: list[Ticket]) -> None:
    async with SqlUnitOfWork(stage.city.database, reading=True) as uow:
        events = [event for ticket in tickets for event in await uow.tickets.events(ticket.id)]
    assert all(event.actor_id for event in events)
    assert {event.actor_role for event in events} >= {Role.RESIDENT, Role.HUB_OFFICER, Role.GRID_WORKER, Role.DEPARTMENT}
    declined = next(event for event in events if event.kind == "decline")
    assert declined.reason
    assert declined.data["route"]


async def test_the_four_chats_of_the_page_hear_nothing_of_it(stage: Stage) -> None:
    await stage.settled()
    before = await _shown(stage)
    await stage.bring()
    await stage.settled()
    assert await _shown(stage) == before


async def _shown(stage: Stage) -> list[int]:
    found = []
    for _, token in stage.page.panes:
        address = await stage.city.mailbox.address_of(token)
        assert address is not None
        found.append(len(await stage.city.mailbox.after(address, 0)))
    return found


async def test_a_demo_that_is_closed_half_way_breaks_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    lines: list[str] = []
    seeding = Seeding(stage.bring, 11, lines.append)
    await seeding.start()
    async with asyncio.timeout(20):
        while not await stage.tickets():
            await asyncio.sleep(0)
    await seeding.stop()
    await stage.settled()
    assert len(lines) == 1
    assert [record.msg for record in caplog.records if record.levelno >= logging.ERROR] == []
    async with stage.city.database.reading() as connection:
        assert len((await connection.execute(select(web_chats.c.address))).all()) < 4 + 3 * 11


async def test_a_city_without_matters_has_an_empty_board() -> None:
    lines: list[str] = []

    async def never() -> int:
        raise AssertionError

    seeding = Seeding(never, 0, lines.append)
    await seeding.start()
    await seeding.stop()
    assert lines == []
