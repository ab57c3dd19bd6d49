"""A whole SQLite city moves to PostgreSQL, or nothing of it does."""

from __future__ import annotations

import io
from argparse import Namespace
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import func, insert, select, text, update

from app import config
from app.cli import moving
from app.cli.context import BAD_USAGE, FAILED, OK, Context
from app.clock import SystemClock
from storage import Copied, Database, NotCopied, Served, SqlInbox, SqlUnitOfWork, copy, one_process
from storage.tables import metadata, requests, tickets
from tests.contract.conftest import Town, town_on
from tests.postgres import Server
from tests.workflow.build import REGION
from workflow.commands import Add, Join, Move
from workflow.model import Contact
from workflow.states import Trigger


@pytest.fixture
async def city(sqlite: Database) -> Town:
    """A parent with a higher number than its child, words, a clock, an update, odd characters."""
    town = await town_on(sqlite)
    child, parent = await town.registered(), await town.registered()
    await town.do("resident", Add(parent.id, "补充：夜里也响 😀 \\u0000 %s"))
    await town.do("worker", Join(parent.id))
    await town.do("officer", Move(child.id, Trigger.MERGE, parent_number=parent.number, reason="the same"))
    await SqlInbox(sqlite, town.clock).store("test", "1", "a", {"text": "\x00 and \ud800", "n": 1.5})
    return town


async def rows(database: Database) -> int:
    async with database.reading() as connection:
        counts = [(await connection.execute(select(func.count()).select_from(table))).scalar_one() for table in metadata.sorted_tables]
    return sum(counts)


async def test_everything_arrives_and_the_next_number_is_free(city: Town, pg: Database) -> None:
    told: list[Copied] = []
    done = await copy(city.database, pg, told.append)
    assert list(done) == told and {one.table for one in done} == set(metadata.tables)
    assert all(one.source == one.target for one in done)
    assert sum(one.source.rows for one in done) == await rows(city.database) == await rows(pg) > 20
    here, there = SqlUnitOfWork(city.database, reading=True), SqlUnitOfWork(pg, reading=True)
    async with here as old, there as new:
        for number in (1, 2):
            assert await new.tickets.get(number) == await old.tickets.get(number)
            assert await new.tickets.events(number) == await old.tickets.events(number)
            assert await new.tickets.notes(number) == await old.tickets.notes(number)
    moved = Town(pg, (await town_on_again(pg, city)).desk, city.clock, city.people, served=500)
    assert (await moved.registered()).id == 3


async def town_on_again(database: Database, city: Town) -> Town:
    async with SqlUnitOfWork(database) as uow:
        made = await uow.contacts.add(Contact(0, "test", "newcomer", created_at=city.clock.now()))
        await uow.commit()
    assert made.id == max(person.id for person in city.people.values()) + 1
    desk = type(city.desk)(lambda: SqlUnitOfWork(database), lambda: REGION, city.clock, city.desk.calendar, lambda: "1")
    return Town(database, desk, city.clock, city.people)


async def test_more_rows_than_a_batch(city: Town, pg: Database) -> None:
    async with city.database.writing() as connection:
        await connection.execute(insert(requests), [{"id": f"Many {n}", "at": city.clock.now()} for n in range(1234)])
    assert all(one.source == one.target for one in await copy(city.database, pg))


async def test_a_target_with_rows_is_left_alone(city: Town, pg: Database) -> None:
    async with SqlUnitOfWork(pg) as uow:
        await uow.contacts.add(Contact(0, "test", "somebody"))
        await uow.commit()
    with pytest.raises(NotCopied, match="not empty: there are rows in contacts"):
        await copy(city.database, pg)
    assert await rows(pg) == 1


async def test_a_row_that_does_not_fit_leaves_the_target_empty(city: Town, pg: Database) -> None:
    async with city.database.writing() as connection:
        await connection.execute(update(tickets).values(text="a\x00b"))
    with pytest.raises(NotCopied, match="a row of tickets") as caught:
        await copy(city.database, pg)
    assert await rows(pg) == 0
    assert "\x00" not in str(caught.value)


async def test_what_differs_is_seen_and_undone(city: Town, pg: Database) -> None:
    async with pg.writing() as connection:
        await connection.execute(text(
            "CREATE FUNCTION spoil() RETURNS trigger AS $$ BEGIN NEW.name = 'x'; RETURN NEW; END $$ LANGUAGE plpgsql"
        ))  # fmt: skip
        await connection.execute(text("CREATE TRIGGER spoils BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION spoil()"))
    with pytest.raises(NotCopied, match="not the same on both sides: contacts"):
        await copy(city.database, pg)
    assert await rows(pg) == 0


async def test_an_older_schema_is_not_copied(city: Town, pg: Database) -> None:
    async with city.database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(NotCopied, match="the source is not at the newest schema"):
        await copy(city.database, pg)


class Counter:
    """The command as an operator gives it."""

    def __init__(self, source: str, folder: Path) -> None:
        self._config = config.load(None, {
            "PETITION_DATABASE__URL": source, "PETITION_WEB__HOST": "127.0.0.1", "PETITION_WEB__PORT": "0",
            "PETITION_REGION__PACK": "regions/jiangmen", "PETITION_FILES__PATH": str(folder),
        })  # fmt: skip
        self.out, self.err = io.StringIO(), io.StringIO()

    async def copies(self, to: str) -> int:
        console = Console(file=self.err, soft_wrap=True)
        context = Context(Namespace(to=to), self._config, lambda _: REGION, SystemClock(), io.StringIO(), self.out, console)
        return await moving.copy_city(context)


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


async def test_the_command_proves_what_it_did(city: Town, postgresql: Server, tmp_path: Path) -> None:
    counter, to = Counter(url_of(city.database), tmp_path), await postgresql.bare()
    assert await counter.copies(to) == OK, counter.err.getvalue()
    lines = counter.out.getvalue().splitlines()
    assert len(lines) == len(metadata.tables) and all(line.endswith("same") for line in lines)
    assert await counter.copies(to) == FAILED
    assert "not empty" in counter.err.getvalue()
    await postgresql.drop(to)


async def test_a_city_that_is_served_is_not_copied(city: Town, postgresql: Server, tmp_path: Path) -> None:
    counter, to = Counter(url_of(city.database), tmp_path), await postgresql.bare()
    with one_process(city.database):
        assert await counter.copies(to) == FAILED
    assert "a process serves this city" in counter.err.getvalue()
    await postgresql.drop(to)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("sqlite+aiosqlite:///x.db", "must be postgresql"), ("nonsense", "must be postgresql"),
        ("postgresql+asyncpg://city:secret@h/x", "must not hold the password"),
    ],
)  # fmt: skip
async def test_a_wrong_target_is_said_without_its_password(to: str, why: str, sqlite: Database, tmp_path: Path) -> None:
    counter = Counter(url_of(sqlite), tmp_path)
    assert await counter.copies(to) == BAD_USAGE
    assert why in counter.err.getvalue() and "secret" not in counter.err.getvalue()


async def test_one_process_serves_a_file(sqlite: Database, pg: Database) -> None:
    with one_process(sqlite), pytest.raises(Served), one_process(sqlite):
        raise AssertionError("two serve one file")
    with one_process(sqlite), one_process(pg), one_process(pg):
        pass
