"""What storage must stand: a begin that fails, two that migrate at once, a chat that floods, old rows that go."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, select

from storage import Database, OutboxQueue, SqlInbox, SqlUnitOfWork, migrate, open_database, purge
from storage.migrate import config
from storage.tables import inbox, metadata, outbox, requests
from tests.clock import FrozenClock
from tests.contract.conftest import Town
from workflow.errors import Away
from workflow.model import Contact, Speech

ROOT = Path(__file__).parents[2]


async def test_a_begin_that_fails_gives_the_writers_turn_back(tmp_path: Path) -> None:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'missing' / 'city.db'}")
    with pytest.raises(Away, match="unreachable"):
        async with SqlUnitOfWork(database):
            raise AssertionError("there is no such folder")
    (tmp_path / "missing").mkdir()
    async with asyncio.timeout(5):
        await migrate(database)
        async with SqlUnitOfWork(database) as uow:
            assert await uow.tickets.get(1) is None
    await database.close()


async def test_a_begin_that_is_cancelled_gives_the_writers_turn_back(database: Database) -> None:
    async def look() -> None:
        async with SqlUnitOfWork(database):
            await asyncio.Event().wait()

    first, second = asyncio.create_task(look()), asyncio.create_task(look())
    await asyncio.sleep(0)
    for task in (second, first):
        task.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    async with asyncio.timeout(5), SqlUnitOfWork(database) as uow:
        assert await uow.tickets.get(1) is None


async def test_a_look_sees_one_moment(town: Town) -> None:
    async with SqlUnitOfWork(town.database, reading=True) as look:
        before = await look.contacts.by_address("test", "newcomer")
        async with SqlUnitOfWork(town.database) as other:
            await other.contacts.add(Contact(0, "test", "newcomer"))
            await other.commit()
        assert await look.contacts.by_address("test", "newcomer") == before is None
    async with SqlUnitOfWork(town.database, reading=True) as later:
        assert await later.contacts.by_address("test", "newcomer") is not None


async def test_a_migration_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    with pytest.raises(RuntimeError):
        async with database.writing() as connection:
            await connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))
            raise RuntimeError("the power went")
    async with database.reading() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")).scalar() == 0
    await migrate(database)
    await database.close()


async def test_several_processes_migrate_at_once(tmp_path: Path) -> None:
    script = "import asyncio, sys; from storage import migrate, open_database; asyncio.run(migrate(open_database(sys.argv[1])))"
    url = f"sqlite+aiosqlite:///{tmp_path / 'city.db'}"
    arguments = (sys.executable, "-c", script, url)
    started = [await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, stderr=asyncio.subprocess.PIPE) for _ in range(3)]
    ended = await asyncio.gather(*(process.communicate() for process in started))
    assert [process.returncode for process in started] == [0, 0, 0], [error.decode()[-400:] for _, error in ended]
    database = open_database(url)
    async with database.reading() as connection:
        names = (await connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
    await database.close()
    assert set(metadata.tables) < set(names)


async def test_a_chat_that_floods_keeps_nobody_waiting(database: Database) -> None:
    clock = FrozenClock()
    updates = SqlInbox(database, clock)
    async with database.writing() as connection:
        row = {"door": "test", "chat": "loud", "album": "", "body": {}, "received_at": clock.now(), "attempts": 0, "why": ""}
        row["status"] = "waiting"
        await connection.execute(inbox.insert(), [{**row, "update_id": f"loud{number}"} for number in range(1500)])
    await updates.store("test", "quiet", "quiet", {})
    assert [head[0].chat for head in await updates.next_rows(clock.now())] == ["loud", "quiet"]


async def test_a_chat_that_backs_off_takes_no_place(database: Database) -> None:
    clock = FrozenClock()
    updates = SqlInbox(database, clock)
    for chat in ("a", "b"):
        await updates.store("test", chat, chat, {})
    [first] = await updates.next_rows(clock.now(), limit=1)
    await updates.failed([first[0].id], "E1")
    assert [head[0].chat for head in await updates.next_rows(clock.now(), limit=1)] == ["b"]


async def test_an_album_with_a_message_between_stays_one_thing(database: Database) -> None:
    clock = FrozenClock()
    updates = SqlInbox(database, clock)
    for update, album in (("1", "x"), ("2", ""), ("3", "x")):
        await updates.store("test", update, "a", {}, album)
    clock.move(seconds=2)
    [head] = await updates.next_rows(clock.now())
    assert [row.update_id for row in head] == ["1", "3"]


async def test_what_is_done_is_never_opened_again(database: Database) -> None:
    clock = FrozenClock()
    updates = SqlInbox(database, clock)
    await updates.store("test", "1", "a", {})
    [head] = await updates.next_rows(clock.now())
    async with SqlUnitOfWork(database) as uow:
        await uow.inbox_done([head[0].id])
        await uow.commit()
    assert not await updates.failed([head[0].id], "late")
    clock.move(hours=1)
    assert await updates.next_rows(clock.now()) == []


async def test_only_what_is_finished_and_old_goes(town: Town) -> None:
    clock, contact = town.clock, town.people["resident"].id
    updates, queue = SqlInbox(town.database, clock), OutboxQueue(town.database)
    for update in ("done", "waiting"):
        await updates.store("test", update, update, {"text": "words"})
    async with SqlUnitOfWork(town.database) as uow:
        await uow.inbox_done([head[0].id for head in await updates.next_rows(clock.now()) if head[0].update_id == "done"])
        for key in ("sent", "dead", "waiting"):
            await uow.outbox.put(Speech(contact, key))
        await uow.first_time("old", clock.now())
        await uow.commit()
    [first] = await queue.claim(clock.now())
    await queue.sent(first, "m1", clock.now())
    [second] = await queue.claim(clock.now())
    await queue.dead(second.id, "blocked")
    assert await purge(town.database, clock.now()) == 0
    assert await purge(town.database, clock.now() + timedelta(seconds=1)) == 3
    async with town.database.reading() as connection:
        left = [(await connection.execute(select(func.count()).select_from(table))).scalar() for table in (inbox, outbox, requests)]
    assert left == [1, 2, 0]
