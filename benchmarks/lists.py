"""Lists of very many tickets: a page near the beginning and one far down for each filter, and the kept counts, on both databases.

    python -m benchmarks.lists [--rows 1000000] [--repeat 60] [--only sqlite|postgresql] [--dir DIR]

Milliseconds in the database's driver, prepared as the first time left them: what finds a page and what reads its lines. Besides, in the
same run and between them, the floor: one ticket by its key. `page` is the whole of `ConsoleViews.page`, through threads and SQLAlchemy.
Tickets are made up, spread like a city's: few towns and topics have most, one in forty is still open, three years of them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select, text

from benchmarks.many_tickets import NOW, City, a_city, rows
from storage import ConsoleViews, Database, counts, migrate, open_database
from storage.console_views import PER_PAGE
from storage.listing import Walk, walks
from storage.prepared import Prepared, listed, numbered
from storage.tables import clocks, tickets
from storage.types import Id
from tests import postgres
from workflow.cursors import Cursor
from workflow.policy import Reach
from workflow.views import Filter

FAR = 1000  # pages
_BATCH = 20_000
_LINE = (
    "id", "number", "state", "procedure", "topic", "place", "hub_unit", "hub_place", "lead_unit", "lead_place", "urgent", "created_at",
    "next_due_at",
)  # fmt: skip
_LINES = Prepared(select(*(tickets.c[name] for name in _LINE)).where(tickets.c.id.in_(listed("id", PER_PAGE, Id))))
_KEY = Prepared(select(tickets.c.number).where(tickets.c.id == listed("id", 1, Id)[0]))


async def fill(database: Database, city: City, count: int) -> None:
    """Indexes are made when all is there, as one would restore a city."""
    async with database.writing() as connection:
        for index in tickets.indexes:
            await connection.run_sync(index.drop)
    source = enumerate(rows(city, count), 1)
    while batch := [{"id": number, **row} for number, row in islice(source, _BATCH)]:
        running = [_clock(row) for row in batch if row["next_due_at"]]
        await _load(database, tickets, batch)
        await _load(database, clocks, running)
    async with database.writing() as connection:
        for index in tickets.indexes:
            await connection.run_sync(index.create)
    await counts.repair(database)
    if not database.is_sqlite:
        async with database.engine.connect() as connection_:
            await connection_.execution_options(isolation_level="AUTOCOMMIT")
            await connection_.execute(text("VACUUM ANALYZE"))


def _clock(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "ticket_id": row["id"], "position": 0, "name": "reply", "started_at": row["created_at"], "due_at": row["next_due_at"],
        "stopped_at": None, "basis": "", "warned_at": None,
    }  # fmt: skip


async def _load(database: Database, table: Table, batch: Sequence[dict[str, Any]]) -> None:
    if not batch:
        return
    if database.is_sqlite:
        async with database.writing() as connection:
            await Prepared(insert(table)).write_each(connection, batch)
        return
    dialect = database.engine.dialect
    names = [*batch[0]]
    into = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    records = [[value if to is None else to(value) for to, value in zip(into, row.values(), strict=True)] for row in batch]
    async with database.engine.begin() as connection_:
        driver: Any = (await connection_.get_raw_connection()).driver_connection
        await driver.copy_records_to_table(table.name, records=records, columns=names)


@dataclass(frozen=True)
class Times:
    """Milliseconds."""

    found: Sequence[float]

    @property
    def p50(self) -> float:
        return statistics.median(self.found)

    @property
    def p95(self) -> float:
        return sorted(self.found)[int(len(self.found) * 0.95)]


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


async def deep(database: Database, way: Walk) -> Cursor | None:
    """Where page 1,000 begins, or the last one; found with OFFSET, which nothing is measured of."""
    async with database.moment() as connection:
        found = (await connection.execute(way.ids(None, FAR * PER_PAGE))).all()
    behind = min(len(found), FAR * PER_PAGE) - PER_PAGE - 1
    return Cursor(found[behind][1], found[behind][0], FAR) if behind >= 0 else None


async def measure(database: Database, wanted: Filter, reach: Reach, repeat: int, last: int) -> dict[str, Times]:
    (way,) = walks([reach], wanted, NOW)
    mixed, views, far = random.Random(2), ConsoleViews(database), await deep(database, way)
    times: dict[str, list[float]] = {name: [] for name in ("first", "far", "page", "floor")}
    async with database.reading() as connection:

        async def page(ids: Prepared) -> None:
            found = await ids.column(connection)
            if found:
                await _LINES.rows(connection, numbered("id", [*found, *[found[-1]] * PER_PAGE][:PER_PAGE]))

        async def floor() -> None:
            await _KEY.value(connection, {"id0": mixed.randrange(1, last)})

        first, deeper = (Prepared(way.ids(cursor, PER_PAGE + 1)) for cursor in (None, far))
        for round_ in range(repeat + 6):  # PostgreSQL plans the first five times anew; and nothing is compiled while we look
            for name, work in (("floor", floor), ("first", lambda: page(first)), ("far", lambda: page(deeper))):
                took = await timed(work)
                if round_ >= 6:
                    times[name].append(took)
    for _ in range(repeat // 3 + 1):
        times["page"].append(await timed(lambda: views.page([reach], wanted, NOW, far)))
    return {name: Times(found) for name, found in times.items()}


async def counted(database: Database, city: City, repeat: int) -> dict[str, Times]:
    views, whole = ConsoleViews(database), [Reach(city.region.code)]

    async def kept() -> None:
        async with database.moment() as connection:
            await counts.states(connection, whole)

    async def truth() -> None:
        async with database.moment() as connection:
            await counts.differing(connection)

    async def board() -> None:
        await views.overview(whole, NOW, NOW - timedelta(hours=2))

    works = {"kept counts, by state": (kept, repeat), "the board's numbers": (board, repeat), "held against the tickets": (truth, 5)}
    return {name: Times([await timed(work) for _ in range(often)]) for name, (work, often) in works.items()}


async def report(database: Database, city: City, count: int, repeat: int) -> None:
    began = time.perf_counter()
    await fill(database, city, count)
    print(f"\n{database.engine.dialect.name}: {count} tickets in {time.perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f}")
    print("| list | page 1: p50 | p95 | page 1,000 or the last: p50 | p95 | floor: p50 | p95 | far of the floor | whole page: p50 | p95 |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for name, wanted, reach in city.cases():
        found = await measure(database, wanted, reach, repeat, count)
        first, far, page, floor = (found[key] for key in ("first", "far", "page", "floor"))
        print(
            f"| {name} | {first.p50:.2f} | {first.p95:.2f} | {far.p50:.2f} | {far.p95:.2f} | {floor.p50:.3f} | {floor.p95:.3f} | "
            f"{far.p50 / floor.p50:.0f} × | {page.p50:.1f} | {page.p95:.1f} |", flush=True,
        )  # fmt: skip
    for name, times in (await counted(database, city, repeat)).items():
        print(f"| {name}: p50 {times.p50:.1f}, p95 {times.p95:.1f} |", flush=True)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = open_database(url)
    await migrate(database)
    try:
        yield database
    finally:
        await database.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Pages of lists of very many tickets, and the kept counts.")
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--repeat", type=int, default=60)
    arguments.add_argument("--only", choices=("sqlite", "postgresql"))
    arguments.add_argument("--dir", type=Path, help="where SQLite's file is written")
    given = arguments.parse_args()
    city = a_city()

    async def run(url: str) -> None:
        async with opened(url) as database:
            await report(database, city, given.rows, given.repeat)

    async def fresh(server: postgres.Server) -> None:
        await run(await server.bare())

    if given.only != "postgresql":
        with tempfile.TemporaryDirectory(dir=given.dir) as folder:
            asyncio.run(run(f"sqlite+aiosqlite:///{folder}/lists.db"))
    programs = postgres.binaries()
    if given.only != "sqlite" and programs is not None:
        with postgres.running(programs) as server:
            asyncio.run(fresh(server))


if __name__ == "__main__":
    main()
