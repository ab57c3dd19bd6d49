"""A whole journey with everything written down that any library would say, and failures on the way: nobody's words are in the log."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.logs import JsonLines, PlainLines
from storage import open_database
from tests.journeys.test_web_chat import Counter, counter

__all__ = ["counter"]
MARKED = ("紫霞仙子", "13912345678", "440703199001011234", "zixia@example.org", "1234567890:AAabcdefghijklmnopqrstuvwxyz0123456")


@pytest.fixture
def written() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """All that is logged by anybody at any level: as JSON lines, and for readers."""
    streams = io.StringIO(), io.StringIO()
    handlers: list[logging.Handler] = [logging.StreamHandler(stream) for stream in streams]
    handlers[0].setFormatter(JsonLines())
    handlers[1].setFormatter(PlainLines())
    names = [None, *logging.root.manager.loggerDict]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    kept, logging.root.handlers = logging.root.handlers, handlers  # others' may write to what is closed
    yield streams
    logging.root.handlers = kept
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


async def test_nobodys_words_are_in_the_log(counter: Counter, written: tuple[io.StringIO, io.StringIO]) -> None:
    resident, database = counter.resident, Path(str(counter.city.database.engine.url.database))
    await resident.says(f"我是{MARKED[0]}，身份证{MARKED[2]}，电话{MARKED[1]}，{MARKED[3]}，井根村垃圾没人清，{MARKED[4]}")
    await resident.presses("继续")
    await resident.sees("我这样理解")
    await asyncio.to_thread(at, database, "CREATE TRIGGER full BEFORE INSERT ON tickets BEGIN SELECT RAISE(ABORT, 'no room'); END")
    await resident.presses("提交")
    await has(written[0], "an update failed")
    await asyncio.to_thread(at, database, "DROP TRIGGER full")
    await resident.sees("JM-")
    lines = [json.loads(line) for line in written[0].getvalue().splitlines()]
    assert any("SELECT" in line["message"] for line in lines), "the libraries spoke"
    failed = next(line for line in lines if line["message"] == "an update failed")
    assert failed["error"] == "IntegrityError" and failed["request"] == f"inbox:{failed['row']}"
    assert {line["request"].partition(":")[0] for line in lines if "request" in line} >= {"inbox", "outbox", "http"}
    assert any(line.get("case") for line in lines)
    for stream, token in ((stream, token) for stream in written for token in (*MARKED, resident.token)):
        assert token not in stream.getvalue()


def at(path: Path, statement: str) -> None:
    """Beside the event loop, which may hold the lock that this waits for."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


async def has(stream: io.StringIO, words: str) -> None:
    async with asyncio.timeout(20):
        while words not in stream.getvalue():
            await asyncio.sleep(0)


async def test_an_error_of_the_database_quotes_no_values(tmp_path: Path) -> None:
    """Whoever prints it: a traceback, a library, an operator's terminal."""
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE t (a TEXT UNIQUE)"))
    with pytest.raises(IntegrityError) as caught:
        async with database.writing() as connection:
            await connection.execute(text("INSERT INTO t VALUES (:a), (:a)"), {"a": MARKED[0]})
    assert MARKED[0] not in str(caught.value)
    await database.close()


def test_of_a_librarys_words_only_the_fixed_part_is_written() -> None:
    said = (("asyncio", f"Task exception was never retrieved\n{MARKED[0]}", ()), ("aiohttp", "from %s", (MARKED[1],)))
    for name, message, arguments in said:
        for form in (JsonLines(), PlainLines()):
            line = form.format(logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, None))
            assert MARKED[0] not in line and MARKED[1] not in line
