"""Commits made for many together: what is said to be kept is kept, what fails is undone alone, and nobody holds the turn for ever."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from storage import Database, migrate, open_database
from storage import sqlite_writer as writer
from storage.tables import serials
from workflow.errors import Away


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    yield database
    await database.close()


async def put(database: Database, day: str) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(serials), {"day": day, "value": 1})


def kept(database: Database) -> set[str]:
    """As another process sees it."""
    with closing(sqlite3.connect(str(database.engine.url.database))) as connection:
        return {day for (day,) in connection.execute("SELECT day FROM serials")}


async def traced(database: Database) -> list[str]:
    """Every statement from now on."""
    said: list[str] = []
    async with database.unit() as connection:
        await connection.run_sync(lambda sync: sync.connection.dbapi_connection.set_trace_callback(said.append))
    return said


async def test_many_at_once_are_made_lasting_by_few_commits(database: Database) -> None:
    said = await traced(database)
    await asyncio.gather(*(put(database, f"day{number}") for number in range(64)))
    assert kept(database) == {f"day{number}" for number in range(64)}
    assert said.count("COMMIT") <= 4


async def test_when_one_is_told_that_it_is_kept_it_is(database: Database) -> None:
    async def one(day: str) -> None:
        await put(database, day)
        assert day in kept(database)

    await asyncio.gather(*(one(f"day{number}") for number in range(16)))


async def test_one_that_fails_is_undone_and_its_neighbours_are_not(database: Database) -> None:
    await put(database, "twice")

    async def fails() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(serials), {"day": "never", "value": 1})
            await connection.execute(insert(serials), {"day": "twice", "value": 1})

    found = await asyncio.gather(put(database, "before"), fails(), put(database, "after"), return_exceptions=True)
    assert [type(one) for one in found] == [type(None), IntegrityError, type(None)]
    assert kept(database) == {"twice", "before", "after"}


async def test_one_that_is_left_without_a_commit_leaves_nothing_and_no_lock(database: Database) -> None:
    async with database.unit() as connection:
        await connection.execute(insert(serials), {"day": "never", "value": 1})
    await put(database, "next")
    assert kept(database) == {"next"}
    with closing(sqlite3.connect(str(database.engine.url.database), timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")  # raises where the file is still locked


async def test_one_that_is_cancelled_in_the_middle_gives_its_turn_back(database: Database) -> None:
    inside, never = asyncio.Event(), asyncio.Event()

    async def hangs() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(serials), {"day": "never", "value": 1})
            inside.set()
            await never.wait()

    task = asyncio.create_task(hangs())
    await inside.wait()
    waiting = asyncio.create_task(put(database, "next"))
    task.cancel()
    await waiting
    assert kept(database) == {"next"}


async def test_on_a_full_disk_all_of_a_group_hear_of_it_and_the_next_goes_on(database: Database) -> None:
    async def limit(pages: int) -> None:
        async with database.unit() as connection:
            await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    async def large(day: str) -> None:
        async with database.writing() as connection:
            await connection.execute(insert(serials), {"day": day, "value": 1})
            filling = "INSERT INTO imports (at, who, kind, file_hash, counts) VALUES (?, hex(zeroblob(9000000)), ?, ?, ?)"
            await connection.exec_driver_sql(filling, ("", "", "", ""))

    await limit(1)  # no smaller than it is
    found = await asyncio.gather(put(database, "small"), large("large"), return_exceptions=True)
    assert [str(one) for one in found if one is not None] == ["full", "full"], "nobody's own fault"
    assert all(isinstance(one, Away) for one in found)
    told = {day for day, answer in (("small", found[0]), ("large", found[1])) if answer is None}
    assert kept(database) == told
    await limit(10_000_000)
    await put(database, "next")
    assert "next" in kept(database)


async def test_while_another_process_writes_the_loop_goes_round(database: Database) -> None:
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(put(database, "next"))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        other.execute("COMMIT")
        await waiting
    assert kept(database) == {"next"}


async def test_another_process_that_never_ends_is_not_waited_for_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_PATIENCE", 0.0)
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Away, match="locked"):
            await put(database, "never")
    await put(database, "next")
    assert kept(database) == {"next"}
