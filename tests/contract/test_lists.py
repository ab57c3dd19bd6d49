"""Lists of tickets: each filter walks an index in the list's order on both databases; pages stay what they are while tickets arrive."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import insert, text

from benchmarks.many_tickets import NOW as TODAY
from benchmarks.many_tickets import YEARS, a_city, rows
from storage import ConsoleViews, Database, SqlUnitOfWork
from storage.console_views import PER_PAGE
from storage.list_tables import LEADS
from storage.listing import Walk, rank, walks
from storage.prepared import Prepared
from storage.tables import tickets
from tests.contract.conftest import Town
from tests.workflow.build import NOW, a_ticket
from workflow.cursors import Cursor, read
from workflow.model import Clock, Procedure, Ticket
from workflow.policy import Reach
from workflow.states import State
from workflow.views import Filter, Page

WHOLE = (Reach("9901"),)
NARROWED: dict[str, dict[str, Any]] = {
    "state": {"state": State.HANDLING}, "closed": {"state": State.CLOSED}, "procedure": {"procedure": Procedure.HOTLINE},
    "topic": {"topic": "T1"}, "county": {"place": "990101"}, "town": {"place": "990101001"}, "village": {"place": "990101001001"},
    "overdue": {"overdue": True}, "urgent": {"urgent": True}, "day": {"number": "261123"}, "serial": {"number": "7"},
    "number": {"number": "QC-261123-0007"},
}  # fmt: skip
FEW = {"day", "serial", "town", "hub_town", "urgent", "topic", "county", "state"}
REACHES = (Reach("9901"), Reach("990101"), Reach("990101001", "hub"), Reach("990101001001"))
MIDDLE = rank(None, TODAY - YEARS / 2)
CURSORS = (None, Cursor(MIDDLE, 7, 3), Cursor(MIDDLE, 7, 3, back=True))


def filters() -> list[Filter]:
    """Each alone and each two together."""
    found = [{}, *NARROWED.values(), *({**one, **two} for one, two in combinations(NARROWED.values(), 2))]
    return list(dict.fromkeys(Filter(**fields) for fields in found))


def ways() -> list[Walk]:
    return [way for wanted in filters() for reach in REACHES for way in walks([reach], wanted, TODAY)]


def said(way: Walk, cursor: Cursor | None, dialect: Any) -> str:
    return str(way.ids(cursor, PER_PAGE + 1).compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%")


async def test_sqlite_walks_the_index_of_what_narrows_most(sqlite: Database) -> None:
    async with sqlite.moment() as connection:
        for way in ways():
            for cursor in CURSORS:
                sql = said(way, cursor, connection.dialect)
                plan = [row["detail"] for row in (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")).mappings()]
                assert len(plan) == 1 and f"INDEX {LEADS[way.lead]}" in plan[0], (plan, sql)
                if way.lead != "all":
                    assert plan[0].startswith("SEARCH") and f"({way.lead}=?" in plan[0], (plan, sql)


async def test_postgresql_walks_an_index_and_sorts_nothing(pg: Database) -> None:
    await filled(pg)
    async with pg.moment() as connection:
        # Of so few rows it would read all: what is asked is whether it can do without.
        for kind in ("seqscan", "bitmapscan", "sort"):
            await connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
        for way in ways():
            for cursor in CURSORS:
                sql = said(way, cursor, connection.dialect)
                found = (await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON, COSTS OFF) {sql}")).scalar_one()
                (plan,) = found if isinstance(found, list) else json.loads(found)
                nodes = list(_nodes(plan["Plan"]))
                assert {node["Node Type"] for node in nodes} <= {"Limit", "Index Scan", "Index Only Scan"}, (plan, sql)
                assert nodes[-1]["Index Name"] in LEADS.values(), (plan, sql)
                if way.lead in FEW and f"= '{State.CLOSED}'" not in sql and "list_rank < " not in sql:
                    assert nodes[-1]["Index Name"] != LEADS["all"], (plan, sql)


def _nodes(plan: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [plan, *[node for part in plan.get("Plans", ()) for node in _nodes(part)]]


async def filled(database: Database) -> None:
    """A city, and a few tickets in what is asked for."""
    made = list(rows(a_city(), 3000))
    for row in made[::50]:
        row |= {"town": "990101001", "county": "990101", "hub_town": "990101001", "topic": "T1"}
    async with database.writing() as connection:
        await Prepared(insert(tickets)).write_each(connection, made)
        await connection.execute(text("ANALYZE tickets"))


async def added(town: Town, numbers: Sequence[int]) -> list[Ticket]:
    """Every third without a clock; deadlines that are the same for several."""
    reporter, found = town.people["resident"].id, []
    async with SqlUnitOfWork(town.database) as uow:
        for number in numbers:
            due = Clock("reply", NOW, NOW + timedelta(hours=number % 7), None, "ours")
            ticket = a_ticket(
                number=f"QC-261123-{number:04d}", created_at=NOW + timedelta(seconds=number), reporter=reporter,
                clocks=(due,) if number % 3 else (), state=State.HANDLING if number % 3 else State.CLOSED, urgent=number % 2 == 0,
            )  # fmt: skip
            found.append(await uow.tickets.add(ticket))
        await uow.commit()
    return found


def in_order(made: Sequence[Ticket]) -> list[str]:
    due = sorted((ticket for ticket in made if ticket.clocks), key=lambda one: (one.clocks[0].due_at, one.id))
    return [ticket.number for ticket in (*due, *sorted((one for one in made if not one.clocks), key=lambda one: one.id, reverse=True))]


def shown(page: Page) -> list[str]:
    return [line.number for line in page.lines]


async def test_all_pages_one_after_another_are_the_list_and_back_again(town: Town) -> None:
    made, views = await added(town, range(1, 2 * PER_PAGE + 12)), ConsoleViews(town.database)
    for wanted in (Filter(), Filter(urgent=True), Filter(State.HANDLING)):
        fitting = [one for one in made if (one.urgent or not wanted.urgent) and (wanted.state in {None, one.state})]
        pages = [await views.page(WHOLE, wanted, NOW)]
        while pages[-1].after is not None:
            pages.append(await views.page(WHOLE, wanted, NOW, pages[-1].after))
        assert [number for page in pages for number in shown(page)] == in_order(fitting)
        assert [page.page for page in pages] == [*range(1, len(pages) + 1)]
        page = pages.pop()
        while pages:
            assert page.before is not None
            page = await views.page(WHOLE, wanted, NOW, page.before)
            assert shown(page) == shown(pages.pop())
        assert page.before is None and page.page == 1


async def test_a_page_stays_what_it_is_while_tickets_arrive(town: Town) -> None:
    made, views = await added(town, range(1, 2 * PER_PAGE + 12)), ConsoleViews(town.database)
    first = await views.page(WHOLE, Filter(), NOW)
    second = await views.page(WHOLE, Filter(), NOW, first.after)
    every = in_order([*made, *await added(town, (700, 707))])  # into the first page
    assert shown(await views.page(WHOLE, Filter(), NOW, first.after)) == shown(second)
    assert second.before is not None
    before = await views.page(WHOLE, Filter(), NOW, second.before)
    assert shown(before) == every[2 : PER_PAGE + 2] and before.before is not None
    beginning = await views.page(WHOLE, Filter(), NOW, before.before)
    assert (shown(beginning), beginning.page, beginning.before) == (every[:PER_PAGE], 1, None)


async def test_a_cursor_that_leads_nowhere_shows_the_beginning(town: Town) -> None:
    await added(town, range(1, 4))
    views = ConsoleViews(town.database)
    for cursor in (Cursor(2**63 - 1, 2**63 - 1, 9), Cursor(0, 0, 9, back=True), Cursor(1, 1, 9, back=True)):
        page = await views.page(WHOLE, Filter(), NOW, cursor)
        assert (len(page.lines), page.page, page.before, page.after) == (3, 1, None, None)


async def test_posts_that_overlap_show_each_ticket_once_in_order(town: Town) -> None:
    made, views = await added(town, range(1, PER_PAGE + 5)), ConsoleViews(town.database)
    for reach in ((Reach("990101001", "hub"), Reach("990101")), (Reach("990101001", "hub"), Reach("990101001", "grid")), (*WHOLE, *WHOLE)):
        page = await views.page(reach, Filter(), NOW)
        assert [*shown(page), *shown(await views.page(reach, Filter(), NOW, page.after))] == in_order(made)
    assert (await views.page((), Filter(), NOW)).lines == ()


async def test_a_number_is_found_whole_by_its_day_by_its_serial_and_by_nothing_else(town: Town) -> None:
    await added(town, (7, 17, 10007))
    views = ConsoleViews(town.database)
    all_three = {"QC-261123-0007", "QC-261123-0017", "QC-261123-10007"}
    wanted = {
        "QC-261123-0007": {"QC-261123-0007"}, "261123-0007": {"QC-261123-0007"}, "2611230007": {"QC-261123-0007"}, "7": {"QC-261123-0007"},
        "0017": {"QC-261123-0017"}, "10007": {"QC-261123-10007"}, "261123": all_three, "QC-261123": all_three, "QC261123-": all_three,
        "261124": set(), "QC": set(), "-": set(), "%": set(), "000000000000000000000000": set(),
    }  # fmt: skip
    assert {number: set(shown(await views.page(WHOLE, Filter(number=number), NOW))) for number in wanted} == wanted


def test_a_cursors_word_is_read_as_it_was_written_and_nothing_else_is() -> None:
    mixed = random.Random(4)
    for _ in range(200):
        cursor = Cursor(mixed.randrange(2**63), mixed.randrange(2**63), mixed.randrange(1, 10**8), mixed.random() < 0.5)
        word = cursor.word
        assert read(word) == cursor
        place = mixed.randrange(len(word))
        other = word[:place] + mixed.choice([char for char in "aZ09-_" if char != word[place]]) + word[place + 1 :]
        assert read(other) is None and read(word[:-1]) is None and read(word + "A") is None
    assert [read(word) for word in ("", "=", "好", "\0", "A" * 34, " " * 34, "A" * 10**5)] == [None] * 7
