"""What is PostgreSQL's alone: how it is reached, what it says when it can't be, and its tables."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from storage import Database, SqlInbox, SqlUnitOfWork, migrate, open_database
from storage.locks import key_of
from storage.tables import metadata
from tests.clock import FrozenClock
from tests.postgres import Server, name_of
from workflow.errors import Away

ROOT = Path(__file__).parents[2]


async def test_several_processes_migrate_at_once(postgresql: Server) -> None:
    script = "import asyncio, sys; from storage import migrate, open_database; asyncio.run(migrate(open_database(sys.argv[1])))"
    url = await postgresql.bare()
    arguments = (sys.executable, "-c", script, url)
    started = [await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, stderr=asyncio.subprocess.PIPE) for _ in range(3)]
    ended = await asyncio.gather(*(process.communicate() for process in started))
    assert [process.returncode for process in started] == [0, 0, 0], [error.decode()[-400:] for _, error in ended]
    database = open_database(url)
    async with database.reading() as connection:
        assert set(metadata.tables) < set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    await database.close()
    await postgresql.drop(url)


async def test_it_is_new_enough(pg: Database) -> None:
    async with pg.reading() as connection:
        assert int((await connection.execute(text("SHOW server_version_num"))).scalar_one()) >= 150000


async def test_no_such_database_is_a_failure_that_the_command_line_knows(postgresql: Server) -> None:
    database = open_database(postgresql.url("nowhere"))
    with pytest.raises(Away, match="unreachable"):
        await migrate(database)
    assert not await database.alive()
    await database.close()


async def test_nobody_listening_is_one_too(tmp_path: Path) -> None:
    database = open_database(f"postgresql+asyncpg://city@/x?host={tmp_path}")
    with pytest.raises(Away, match="unreachable"):
        async with SqlUnitOfWork(database):
            raise AssertionError("nobody listens there")
    assert not await database.alive()
    await database.close()


async def test_a_database_that_went_away_and_came_back_is_used_again(pg: Database, postgresql: Server) -> None:
    assert await pg.alive()
    name = name_of(str(pg.engine.url))
    connection = await postgresql.connect()
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await connection.close()
    async with asyncio.timeout(10):
        while True:  # the word that a connection ended may come in the middle of the first question
            try:
                async with SqlUnitOfWork(pg) as uow:
                    assert await uow.tickets.get(1) is None
                return
            except Away:
                await asyncio.sleep(0)


async def test_what_was_begun_when_it_went_away_is_undone_and_said(pg: Database, postgresql: Server) -> None:
    with pytest.raises(Away, match=r"unreachable|stopping"):
        async with SqlUnitOfWork(pg) as uow:
            assert await uow.tickets.get(1) is None
            connection = await postgresql.connect()
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name_of(str(pg.engine.url))
            )
            await connection.close()
            await uow.tickets.get(1)
    async with SqlUnitOfWork(pg) as uow:
        assert await uow.tickets.get(1) is None


async def test_numbers_may_be_large(pg: Database) -> None:
    async with SqlUnitOfWork(pg, reading=True) as uow:
        assert await uow.tickets.get(2**62) is None


async def test_nobody_waits_for_another_ones_number_to_be_kept(pg: Database) -> None:
    async with SqlUnitOfWork(pg) as first, SqlUnitOfWork(pg) as second:
        async with asyncio.timeout(10):
            numbers = [await unit.tickets.next_serial("990101") for unit in (first, second, first)]
        assert numbers == [1, 2, 3]
    async with SqlUnitOfWork(pg) as third:
        assert await third.tickets.next_serial("990101") == 4  # what was not used is left out, never given out again


async def test_an_update_gets_its_number_in_its_chats_turn(pg: Database, postgresql: Server) -> None:
    """One that waits for another of its chat has no number yet: it would be the earlier one, and seen later."""
    inbox = SqlInbox(pg, FrozenClock())
    assert await inbox.store("test", "1", "a", {})
    first = await postgresql.connect(name_of(str(pg.engine.url)))
    try:
        async with first.transaction():
            await first.execute("SELECT pg_advisory_xact_lock($1)", key_of("inbox:test:a"))
            storing = asyncio.create_task(inbox.store("test", "2", "a", {}))
            async with asyncio.timeout(10):
                while not await first.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"):
                    pass
            assert await first.fetchval("SELECT last_value FROM inbox_id_seq") == 1
        assert await storing
        assert not await inbox.store("test", "2", "a", {})
    finally:
        await first.close()
