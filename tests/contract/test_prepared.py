"""Statements that are handed to the driver as they are: the same answers as through SQLAlchemy, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage import Database
from storage.prepared import Prepared, listed, numbered, padded
from storage.tables import inbox, posts, requests
from storage.types import Id

AT = datetime(2026, 11, 25, 8, 0, 0, 1, tzinfo=UTC)
ROW = {
    "door": "test", "chat": "a", "album": "", "body": {"text": "你好"}, "received_at": AT, "status": "waiting", "attempts": 0, "why": "",
}  # fmt: skip
ADD = Prepared(insert(inbox).returning(inbox.c.id))
FIRST = Prepared(lambda insert: insert(requests).on_conflict_do_nothing())
DONE = Prepared(update(inbox).where(inbox.c.chat == bindparam("of")))


async def test_what_goes_in_comes_out(database: Database) -> None:
    async with database.writing() as connection:
        made = await ADD.value(connection, {**ROW, "update_id": "1"})
    asked = Prepared(select(inbox).where(inbox.c.id == bindparam("wanted")))
    async with database.reading() as connection:
        quick = await asked.row(connection, {"wanted": made})
        core = (await connection.execute(select(inbox).where(inbox.c.id == made))).mappings().one()
    assert quick == dict(core)
    assert quick is not None
    assert (quick["body"], quick["received_at"]) == (ROW["body"], AT)


async def test_it_is_counted_what_was_written(database: Database) -> None:
    async with database.writing() as connection:
        assert await FIRST.write(connection, {"id": "once", "at": AT}) == 1
        assert await FIRST.write(connection, {"id": "once", "at": AT}) == 0
        await ADD.value(connection, {**ROW, "update_id": "1"})
        await ADD.value(connection, {**ROW, "update_id": "2"})
        assert await DONE.write(connection, {"of": "a", "status": "done"}) == 2


async def test_it_is_of_the_transaction_it_is_asked_in(database: Database) -> None:
    async with database.unit() as connection:
        await FIRST.write(connection, {"id": "undone", "at": AT})
        await Prepared(insert(requests)).write_each(connection, [{"id": "undone, too", "at": AT}])
    async with database.reading() as connection:
        assert await Prepared(select(requests.c.id)).column(connection) == []


async def test_an_error_is_sqlalchemys_and_shows_no_values(database: Database) -> None:
    async with database.unit() as connection:
        await ADD.value(connection, {**ROW, "update_id": "1"})
        with pytest.raises(IntegrityError) as raised:
            await ADD.value(connection, {**ROW, "update_id": "1"})
    assert "你好" not in str(raised.value)


async def test_a_list_is_one_parameter_each(database: Database) -> None:
    async with database.writing() as connection:
        ids = [await ADD.value(connection, {**ROW, "update_id": str(number)}) for number in range(5)]
        wanted = padded(ids[:3])
        some = Prepared(select(inbox.c.id).where(inbox.c.id.in_(listed("row", len(wanted), Id))).order_by(inbox.c.id))
        assert await some.column(connection, numbered("row", wanted)) == ids[:3]


async def test_a_statement_with_a_list_is_refused(database: Database) -> None:
    async with database.reading() as connection:
        with pytest.raises(TypeError, match="listed"):
            await Prepared(select(posts.c.id).where(posts.c.id.in_([1, 2]))).column(connection)
