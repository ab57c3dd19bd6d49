"""What was there before the chain is taken into it, and says when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from app import proving
from storage import Database, Evidence, SqlUnitOfWork, migrate, open_database
from storage.migrate import config
from tests.contract.test_chain import a_town
from workflow.commands import Add, Move
from workflow.states import Trigger


@pytest.fixture
async def grown(tmp_path: Path) -> AsyncIterator[Database]:
    """A city whose events stand as they did before there was a chain."""
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    town = await a_town(database)
    for _ in range(3):
        ticket = await town.registered()
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("resident", Add(ticket.id, "路灯"))

    def back(connection: Connection) -> None:
        command.downgrade(config(connection), "0009")

    async with database.writing() as connection:
        await connection.run_sync(back)
    yield database
    await database.close()


async def test_a_city_that_grew_without_the_chain_is_taken_into_it(grown: Database) -> None:
    async with grown.reading() as connection:
        before = (await connection.execute(text("SELECT * FROM events"))).mappings().first()
    assert before is not None and "seq" not in before
    await migrate(grown)
    seen = proving.Seen()
    assert [found async for found in proving.look(Evidence(grown), seen)] == []
    assert (seen.tickets, seen.events, seen.adopted) == (3, 5, 5)


async def test_what_comes_later_goes_on_in_the_same_chain(grown: Database) -> None:
    await migrate(grown)
    async with SqlUnitOfWork(grown) as uow:
        ticket = await uow.tickets.by_number("QC-261123-0003")
        assert ticket is not None
        (*_, last) = await uow.tickets.events(ticket.id)
        saved = await uow.tickets.save(ticket)
        await uow.tickets.append(last)
        assert saved.version == ticket.version + 1
        await uow.commit()
    seen = proving.Seen()
    assert [found async for found in proving.look(Evidence(grown), seen)] == []
    assert (seen.events, seen.adopted) == (6, 5)
    async with grown.writing() as connection:
        await connection.execute(text("UPDATE events SET kind = 'urged' WHERE adopted_at IS NOT NULL AND kind = 'added'"))
    assert [found.fault.value async for found in proving.look(Evidence(grown), seen)] == ["event_changed"]
