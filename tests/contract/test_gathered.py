"""Writes that are kept back until somebody could see them: nobody can tell it from writing them at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select

from storage import Database
from storage.connection import Statement
from storage.engine import replacing
from storage.gathered import MOST, Gathered
from storage.prepared import Prepared
from storage.tables import contacts, dialogs, outbox, requests
from tests.postgres import Server, name_of

AT = datetime(2026, 11, 25, 8, 0, 0, 1, tzinfo=UTC)
NOTED = Prepared(insert(requests))
PUT = Prepared(insert(outbox))
TOLD = Prepared(select(outbox.c.why).order_by(outbox.c.id))
IDS = Prepared(select(requests.c.id).order_by(requests.c.id))
SOMEBODY = Prepared(insert(contacts).returning(contacts.c.id))
KNOWN = Prepared(insert(contacts))
TALK = Prepared(lambda insert: replacing(insert(dialogs)), same=("contact_id",))
STEPS = Prepared(select(dialogs.c.step).where(dialogs.c.contact_id == bindparam("wanted")))
PERSON = {"door": "test", "address": "a", "kind": "private", "name": "", "language": "", "unreachable": False}


def _said(contact_id: int, why: str) -> dict[str, object]:
    return {
        "contact_id": contact_id, "priority": "n", "speech": {}, "status": "waiting", "attempts": 0, "unknowns": 0, "why": why,
    }  # fmt: skip


async def _somebody(database: Database) -> int:
    async with database.writing() as connection:
        return int(await SOMEBODY.value(connection, PERSON))


async def test_whoever_looks_sees_what_was_kept_back(database: Database) -> None:
    async with database.unit() as connection:
        await NOTED.later(connection, {"id": "one", "at": AT})
        assert await IDS.column(connection) == ["one"]
        await NOTED.later(connection, {"id": "two", "at": AT})
        assert (await connection.execute(select(requests.c.id).order_by(requests.c.id))).scalars().all() == ["one", "two"]
    async with database.reading() as connection:
        assert await IDS.column(connection) == []  # nobody committed it


async def test_it_is_kept_by_the_commit(database: Database) -> None:
    async with database.writing() as connection:
        await NOTED.later(connection, {"id": "one", "at": AT})
    async with database.reading() as connection:
        assert await IDS.column(connection) == ["one"]


async def test_rows_of_one_table_come_in_their_order_however_many(database: Database) -> None:
    wanted = [str(number) for number in range(2 * MOST + 3)]
    who = await _somebody(database)
    async with database.writing() as connection:
        for why in wanted:
            await PUT.later(connection, _said(who, why))
    async with database.reading() as connection:
        assert await TOLD.column(connection) == wanted


async def test_of_two_writes_of_one_row_the_second_stays(database: Database) -> None:
    who = await _somebody(database)
    async with database.writing() as connection:
        for step in ("first", "second"):
            await TALK.later(connection, {"contact_id": who, "step": step, "data": {}, "updated_at": AT, "aside": []})
    async with database.reading() as connection:
        assert await STEPS.column(connection, {"wanted": who}) == ["second"]


async def test_what_stands_on_a_row_that_was_kept_back_finds_it(database: Database) -> None:
    async with database.writing() as connection:
        await KNOWN.later(connection, PERSON | {"id": 7_000})
        await PUT.later(connection, _said(7_000, "with it"))
    async with database.writing() as connection:
        await KNOWN.later(connection, PERSON | {"id": 7_001, "address": "b"})
        await PUT.write(connection, _said(7_001, "at once"))
    async with database.reading() as connection:
        assert await TOLD.column(connection) == ["with it", "at once"]


async def test_another_statement_of_the_same_table_waits_its_turn(database: Database) -> None:
    gone = Prepared(requests.delete().where(requests.c.id == bindparam("wanted")))
    async with database.writing() as connection:
        await NOTED.later(connection, {"id": "one", "at": AT})
        await gone.later(connection, {"wanted": "one"})
        await NOTED.later(connection, {"id": "two", "at": AT})
        await gone.later(connection, {"wanted": "three"})
    async with database.reading() as connection:
        assert await IDS.column(connection) == ["two"]


async def test_a_part_that_is_undone_takes_what_was_kept_back_in_it_along(database: Database) -> None:
    async with database.writing() as connection:
        await NOTED.later(connection, {"id": "before", "at": AT})
        with pytest.raises(ZeroDivisionError):
            async with connection.begin_nested():
                await NOTED.later(connection, {"id": "within", "at": AT})
                raise ZeroDivisionError
        await NOTED.later(connection, {"id": "after", "at": AT})
    async with database.reading() as connection:
        assert await IDS.column(connection) == ["after", "before"]


async def test_all_of_it_or_nothing(database: Database) -> None:
    async with database.writing() as connection:
        await NOTED.later(connection, {"id": "one", "at": AT})
    with pytest.raises(Exception, match=r"."):
        async with database.writing() as connection:
            await NOTED.later(connection, {"id": "two", "at": AT})
            await PUT.later(connection, _said(0, "to nobody"))  # there is no such contact
    async with database.reading() as connection:
        assert (await IDS.column(connection), await TOLD.column(connection)) == (["one"], [])


async def test_what_answers_can_not_wait(database: Database) -> None:
    async with database.unit() as connection:
        with pytest.raises(TypeError, match="answers"):
            await SOMEBODY.later(connection, PERSON)


async def test_several_tables_are_one_statement_and_need_no_transaction_around_it(pg: Database, postgresql: Server) -> None:
    await _somebody(pg)
    watching = await postgresql.connect(name_of(str(pg.engine.url)))
    try:
        async with pg.unit() as connection:
            await NOTED.later(connection, {"id": "one", "at": AT})
            await KNOWN.later(connection, PERSON | {"address": "b"})
            busy = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = $1"
            assert await IDS.column(connection) == ["one"]  # written, and so in a transaction
            assert await watching.fetchval(busy, name_of(str(pg.engine.url))) == 1
            await connection.commit()
        async with pg.unit() as connection:
            assert await IDS.column(connection) == ["one"]
            await NOTED.later(connection, {"id": "two", "at": AT})
            await KNOWN.later(connection, PERSON | {"address": "c"})
            assert await watching.fetchval(busy, name_of(str(pg.engine.url))) == 0
            await connection.commit()
        assert await watching.fetchval("SELECT count(DISTINCT xmin::text) FROM requests") == 2
        rows = "SELECT count(*) FROM requests, contacts WHERE requests.xmin = contacts.xmin AND requests.id = 'two'"
        assert await watching.fetchval(rows) == 1
    finally:
        await watching.close()


def test_parameters_are_numbered_on() -> None:
    kept = Gathered()
    first = Statement("INSERT INTO a (x, y) VALUES ($1::TEXT, $2::TEXT) ON CONFLICT DO NOTHING", frozenset(), changes=True, table="a")
    second = Statement("UPDATE b SET x=$1::TEXT WHERE b.id IN ($2::INT)", frozenset(), changes=True, table="b")
    kept.keep(first, ["1", "2"], None)
    kept.keep(first, ["3", "4"], None)
    kept.keep(second, ["5", 6], None)
    assert kept.fits(first)
    assert not kept.fits(Statement("DELETE FROM b", frozenset(), changes=True, table="b"))
    assert not kept.fits(second)  # an UPDATE has no rows to be joined
    whole = (
        "WITH part0 AS (INSERT INTO a (x, y) VALUES ($1::TEXT, $2::TEXT), ($3::TEXT, $4::TEXT) ON CONFLICT DO NOTHING) "
        "UPDATE b SET x=$5::TEXT WHERE b.id IN ($6::INT)"
    )
    assert [*kept.taken()] == [(whole, ["1", "2", "3", "4", "5", 6])]
    assert not kept
