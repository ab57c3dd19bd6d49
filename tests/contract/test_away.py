"""When the store is away: what counts as that, that nothing is written where nobody finds it, and that it is back by itself."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from storage import Database, DiskFiles, SqlUnitOfWork, migrate, open_database
from storage.away import Presence, reason_of
from storage.tables import serials
from tests.postgres import Server, name_of
from workflow.errors import Away


def of_sqlite(code: int) -> DBAPIError:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return OperationalError("INSERT", None, error)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), "full"),
        (of_sqlite(sqlite3.SQLITE_IOERR_FSYNC), "io"),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), "locked"),
        (of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), "read_only"),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), "unreachable"),
        (of_sqlite(sqlite3.SQLITE_ERROR), ""),
        (of_sqlite(sqlite3.SQLITE_CONSTRAINT), ""),
        (OperationalError("connect", None, asyncpg.TooManyConnectionsError()), "busy"),
        (OperationalError("connect", None, asyncpg.CannotConnectNowError()), "stopping"),
        (OperationalError("INSERT", None, asyncpg.AdminShutdownError()), "stopping"),
        (OperationalError("INSERT", None, asyncpg.DiskFullError()), "full"),
        (OperationalError("INSERT", None, asyncpg.ReadOnlySQLTransactionError()), "read_only"),
        (OperationalError("INSERT", None, asyncpg.ConnectionDoesNotExistError()), "unreachable"),
        (OperationalError("INSERT", None, asyncpg.InterfaceError("cannot perform operation: connection is closed")), "unreachable"),
        (OperationalError("INSERT", None, asyncpg.InterfaceError("another operation is in progress")), ""),
        (OperationalError("INSERT", None, ConnectionResetError()), "unreachable"),
        (IntegrityError("INSERT", None, asyncpg.UniqueViolationError()), ""),
        (ValueError("a fault of ours"), ""),
    ],
)  # fmt: skip
def test_what_counts_as_away(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason


async def put(database: Database, day: str) -> None:
    async with database.writing() as connection:
        await connection.execute(insert(serials), {"day": day, "value": 1})


async def days(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set((await connection.execute(select(serials.c.day))).scalars())


def file_of(database: Database) -> Path:
    return Path(str(database.engine.url.database))


async def test_a_file_that_was_removed_is_noticed_and_nothing_is_written_on(sqlite: Database) -> None:
    """The one and only: nobody makes an empty new one, and the old one goes on once it is put back."""
    await put(sqlite, "before")
    here, aside = file_of(sqlite), file_of(sqlite).with_name("aside")
    here.rename(aside)
    for _ in range(2):
        with pytest.raises(Away, match="removed"):
            await put(sqlite, "never")
        with pytest.raises(Away, match="removed"):
            await days(sqlite)
        with pytest.raises(Away, match="removed"):
            async with SqlUnitOfWork(sqlite, reading=True):
                raise AssertionError("it reads from a file that is gone")
    assert sqlite.presence.reason == "removed"
    assert not await sqlite.alive() and not await sqlite.takes() and not here.exists()
    aside.rename(here)
    assert await sqlite.takes()
    await put(sqlite, "after")
    assert await days(sqlite) == {"before", "after"}


async def test_a_file_that_goes_in_the_middle_confirms_nothing(sqlite: Database) -> None:
    async with sqlite.unit() as connection:
        await connection.execute(insert(serials), {"day": "lost", "value": 1})
        file_of(sqlite).unlink()
        with pytest.raises(Away, match="removed"):
            await connection.commit()


async def test_another_file_in_its_place_is_not_taken_for_it(sqlite: Database, tmp_path: Path) -> None:
    other = open_database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    await migrate(other)
    await other.close()
    (tmp_path / "other.db").replace(file_of(sqlite))
    with pytest.raises(Away, match="replaced"):
        await put(sqlite, "never")
    assert not await sqlite.alive()
    with closing(sqlite3.connect(tmp_path / "city.db")) as found:
        assert found.execute("SELECT count(*) FROM serials").fetchone() == (0,)


async def test_a_disk_that_takes_nothing_is_met_before_a_file_is_half_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    presence = Presence()
    files = DiskFiles(tmp_path / "files", presence)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert await files.takes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Away, match="full"):
            await files.put(b"the bin", "document", "text/plain")
        assert not await files.takes()
    assert presence.reason == "full"
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert await files.takes()


async def test_each_outage_is_told_of_once(sqlite: Database) -> None:
    told: list[str] = []
    sqlite.presence.heard = told.append
    file_of(sqlite).rename(file_of(sqlite).with_name("aside"))
    for _ in range(3):
        with pytest.raises(Away):
            await put(sqlite, "never")
    assert told == ["removed"]


async def test_a_server_that_ends_in_mid_transaction_undoes_it_and_is_used_again(pg: Database, postgresql: Server) -> None:
    async def ended() -> None:
        connection = await postgresql.connect()
        name = name_of(str(pg.engine.url))
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        await connection.close()

    for _ in range(2):
        with pytest.raises(Away, match=r"stopping|unreachable"):
            async with pg.writing() as writing:
                await writing.execute(insert(serials), {"day": "never", "value": 1})
                await ended()
                await writing.execute(text("SELECT 1"))
        with pytest.raises(Away, match=r"stopping|unreachable"):
            async with pg.writing() as writing:
                await writing.execute(insert(serials), {"day": "never", "value": 1})
                await ended()
    assert await pg.takes()
    await put(pg, "after")
    assert await days(pg) == {"after"}


async def test_a_unit_of_work_says_so_too(pg: Database, postgresql: Server) -> None:
    with pytest.raises(Away):
        async with SqlUnitOfWork(pg) as uow:
            assert await uow.tickets.get(1) is None
            connection = await postgresql.connect()
            name = name_of(str(pg.engine.url))
            await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
            await connection.close()
            await uow.tickets.get(1)


async def test_a_server_without_a_place_left_is_away(pg: Database, postgresql: Server) -> None:
    """As with too many connections of others: nothing is counted against whoever asked."""
    connection = await postgresql.connect()
    await connection.execute("CREATE ROLE nobody_more LOGIN CONNECTION LIMIT 0")
    guest = open_database(str(pg.engine.url).replace("city@", "nobody_more@"))
    try:
        with pytest.raises(Away, match="busy"):
            await put(guest, "never")
    finally:
        await guest.close()
        await connection.execute("DROP ROLE nobody_more")
        await connection.close()


async def test_it_takes_what_is_written_and_leaves_nothing(database: Database) -> None:
    before = await asyncio.gather(*(database.takes() for _ in range(3)))
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM requests"))).scalar_one() == 0
    assert before == [True, True, True]
