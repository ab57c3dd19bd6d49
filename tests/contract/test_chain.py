"""What was recorded can't be changed unseen: cities of events, changed by SQL behind the desk's back."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import proving
from app.anchors import AnchorWatch
from storage import Database, Evidence, SqlUnitOfWork, migrate, open_database
from tests.clock import FrozenClock
from tests.contract.conftest import PEOPLE, Town
from tests.workflow.build import GRID, REGION, PlainWeeks
from workflow import anchors, chain
from workflow.commands import Add, Move, Urge
from workflow.desk import Desk
from workflow.errors import Refused
from workflow.model import Assignee, Contact, Post
from workflow.proof import Fault, Found
from workflow.states import Trigger

BY_HAND = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Rows are changed through a connection of the test's own."""
STEPS = ("register", "accept", "dispatch", "sign", "add", "urge", "anchor")
Step = tuple[str, int]


def watch(town: Town, file: str = "") -> AnchorWatch:
    return AnchorWatch(lambda: SqlUnitOfWork(town.database), town.desk, town.clock, lambda: REGION, file)


async def next_anchor(town: Town, file: str = "") -> int:
    town.clock.move(days=1)
    return await watch(town, file).look()


async def found(database: Database, number: str = "", published: Sequence[dict[str, Any]] = ()) -> list[Found]:
    return [one async for one in proving.look(Evidence(database), proving.Seen(), number, published)]


async def a_town(database: Database) -> Town:
    clock = FrozenClock()
    desk = Desk(lambda: SqlUnitOfWork(database), lambda: REGION, clock, PlainWeeks(), lambda: "123456")
    people: dict[str, Contact] = {}
    async with SqlUnitOfWork(database) as uow:
        for name, post in PEOPLE.items():
            people[name] = await uow.contacts.add(Contact(0, "test", name, created_at=clock.now()))
            if post is not None:
                await uow.posts.add(Post(0, people[name].id, *post))
        await uow.commit()
    return Town(database, desk, clock, people)


async def live(town: Town, steps: Sequence[Step]) -> None:
    """What the rules forbid does not happen."""
    made: list[int] = []
    for kind, which in (("register", 0), ("anchor", 0), *steps, ("anchor", 0)):
        town.clock.move(minutes=7)
        if kind == "register":
            made.append((await town.registered()).id)
            continue
        ticket = made[which % len(made)]
        with suppress(Refused):
            match kind:
                case "anchor":
                    await next_anchor(town)
                case "accept":
                    await town.do("officer", Move(ticket, Trigger.ACCEPT))
                case "dispatch":
                    await town.do("officer", Move(ticket, Trigger.DISPATCH, assignee=Assignee("grid", GRID)))
                case "sign":
                    await town.do("worker", Move(ticket, Trigger.SIGN))
                case "add":
                    await town.do("resident", Add(ticket, "and more"))
                case _:
                    await town.do("resident", Urge(ticket))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "city.db"

    async def build() -> None:
        database = open_database(f"sqlite+aiosqlite:///{path}")
        await migrate(database)
        await database.close()

    asyncio.run(build())
    return path


class Tampering:
    """Somebody who holds the database and knows SQL, on a copy of it."""

    def __init__(self, path: Path, draw: st.DataObject) -> None:
        self.sql = sqlite3.connect(path, isolation_level=None)
        self.sql.row_factory = sqlite3.Row
        self._draw = draw

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self.sql.execute(query, values).fetchall()

    def pick(self, choices: Sequence[Any]) -> Any:
        return self._draw.draw(st.sampled_from(choices))

    def event(self) -> sqlite3.Row:
        return self.pick(self.rows("SELECT * FROM events ORDER BY id"))  # type: ignore[no-any-return]

    def change_an_event(self) -> None:
        row = self.event()
        column, value = self.pick([
            ("kind", "dispute"), ("at", "2026-01-01 00:00:00.000000"), ("actor_id", 99), ("actor_role", "admin"), ("source", "REPLIED"),
            ("target", "DISPUTED"), ("reason", "of late"), ("data", '{"unit": "others"}'), ("hash", "0" * 64), ("words_hash", "1" * 64),
            ("facts_hash", "2" * 64), ("adopted_at", "2026-01-01 00:00:00.000000"), ("words_salt", "ab"), ("actor_salt", None),
        ])  # fmt: skip
        self.sql.execute(f"UPDATE events SET {column} = ? WHERE id = ?", (value, row["id"]))  # noqa: S608

    def take_an_event_away(self) -> None:
        self.sql.execute("DELETE FROM events WHERE id = ?", (self.event()["id"],))

    def take_an_event_away_and_close_the_gap(self) -> None:
        row = self.event()
        self.sql.execute("DELETE FROM events WHERE id = ?", (row["id"],))
        self.sql.execute("UPDATE events SET seq = seq - 1000 WHERE ticket_id = ? AND seq > ?", (row["ticket_id"], row["seq"]))
        self.sql.execute("UPDATE events SET seq = seq + 999 WHERE seq < 0")

    def change_the_order(self) -> None:
        row = self.event()
        other = self.rows("SELECT * FROM events WHERE ticket_id = ? AND seq != ?", row["ticket_id"], row["seq"])
        if not other:
            return self.change_an_event()
        one, two = row, self.pick(other)
        self.sql.execute("UPDATE events SET seq = -1 WHERE id = ?", (one["id"],))
        self.sql.execute("UPDATE events SET seq = ? WHERE id = ?", (one["seq"], two["id"]))
        self.sql.execute("UPDATE events SET seq = ? WHERE id = ?", (two["seq"], one["id"]))
        return None

    def put_one_in(self) -> None:
        """As like the others as possible, and the later ones move on."""
        row = dict(self.event())
        shift = "UPDATE events SET seq = seq + 1000 WHERE ticket_id = ? AND seq > ?"
        self.sql.execute(shift, (row["ticket_id"], row["seq"]))
        self.sql.execute("UPDATE events SET seq = seq - 999 WHERE seq > 1000")
        row |= {"id": None, "seq": row["seq"] + 1 if self.pick([True, False]) else None}
        marks = ", ".join("?" * len(row))
        self.sql.execute(f"INSERT INTO events ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608

    def take_a_ticket_away(self) -> None:
        leaf = self.pick(self.rows("SELECT number FROM anchor_leaves"))
        (row,) = self.rows("SELECT id FROM tickets WHERE number = ?", leaf["number"])
        for table in ("events", "ticket_clocks", "gists", "notes"):
            self.sql.execute(f"DELETE FROM {table} WHERE ticket_id = ?", (row["id"],))  # noqa: S608
        self.sql.execute("DELETE FROM tickets WHERE id = ?", (row["id"],))

    def change_a_ticket(self) -> None:
        row = self.pick(self.rows("SELECT * FROM tickets ORDER BY id"))
        column, value = self.pick([
            ("state", "REPLIED"), ("created_at", "2026-01-01 00:00:00.000000"), ("number", "QC-000000-0000"), ("outcome", "resolved"),
            ("lead_unit", "others"), ("hub_place", "1"), ("verdict", "solved"), ("version", 77), ("reworks", 5),
        ])  # fmt: skip
        self.sql.execute(f"UPDATE tickets SET {column} = ? WHERE id = ?", (value, row["id"]))  # noqa: S608

    def change_a_promise(self) -> None:
        row = self.pick(self.rows("SELECT ticket_id, position FROM ticket_clocks ORDER BY ticket_id, position"))
        column = self.pick(["started_at", "due_at", "stopped_at"])
        change = f"UPDATE ticket_clocks SET {column} = '2027-02-01 00:00:00.000000' WHERE ticket_id = ? AND position = ?"  # noqa: S608
        self.sql.execute(change, tuple(row))

    def change_an_anchor(self) -> None:
        column, value = self.pick([("root", "3" * 64), ("tickets", 900), ("events", 900), ("day", "2026-01-01"), ("hash", "4" * 64)])
        row = self.pick(self.rows("SELECT seq FROM anchors"))
        self.sql.execute(f"UPDATE anchors SET {column} = ? WHERE seq = ?", (value, row["seq"]))  # noqa: S608

    def take_an_anchor_away(self) -> None:
        self.sql.execute("DELETE FROM anchors WHERE seq = 1")

    def change_a_leaf(self) -> None:
        column, value = self.pick([("hash", "5" * 64), ("seq", 400), ("before", 400), ("number", "QC-000000-0000"), ("position", 400)])
        row = self.pick(self.rows("SELECT anchor, position FROM anchor_leaves"))
        others = [other["position"] for other in self.rows("SELECT position FROM anchor_leaves WHERE anchor = ?", row["anchor"])]
        if column == "position" and len(others) == 1:
            column, value = "seq", 400
        elif column == "position" and row["position"] == max(others):
            value = -1  # further behind the others it would be where it was
        self.sql.execute(f"UPDATE anchor_leaves SET {column} = ? WHERE anchor = ? AND position = ?", (value, *tuple(row)))  # noqa: S608

    def write_a_chain_anew(self) -> None:
        """Of an anchored event says another thing, and of all that follow makes the hashes again: no fault is left in the chain."""
        leaf = self.pick(self.rows("SELECT l.number, l.seq, t.id FROM anchor_leaves l JOIN tickets t ON t.number = l.number"))
        first = self.pick(range(1, leaf["seq"] + 1))
        change = "UPDATE events SET at = '2026-01-01 00:00:00.000000' WHERE ticket_id = ? AND seq = ?"
        self.sql.execute(change, (leaf["id"], first))
        anew(self.sql, leaf["id"], leaf["number"])


def anew(sql: sqlite3.Connection, ticket_id: int, number: str) -> None:
    previous = chain.BEGINNING
    for row in sql.execute("SELECT * FROM events WHERE ticket_id = ? ORDER BY seq", (ticket_id,)).fetchall():
        at = chain.micros(datetime.fromisoformat(row["at"]).replace(tzinfo=UTC))
        salts = secrets.token_hex(16), secrets.token_hex(16)
        actor, words = chain.actor(salts[0], row["actor_id"]), chain.words(salts[1], row["reason"], json.loads(row["data"]))
        link = chain.Link(
            row["seq"], at, row["kind"], row["actor_role"], row["source"], row["target"], actor, words, row["facts_hash"]
        )  # fmt: skip
        previous = chain.hash_of(number, previous, link)
        values = (actor, salts[0], words, salts[1], previous, row["id"])
        sql.execute("UPDATE events SET actor_hash = ?, actor_salt = ?, words_hash = ?, words_salt = ?, hash = ? WHERE id = ?", values)


WAYS = sorted(name for name in vars(Tampering) if "_a_" in name or "_an_" in name or name in {"change_the_order", "put_one_in"})


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=9), draw=st.data())
def test_whatever_is_changed_is_found_and_nothing_else(
    way: str, empty: Path, tmp_path: Path, steps: list[Step], draw: st.DataObject
) -> None:
    path = tmp_path / "city.db"
    for leftover in ("-wal", "-shm"):
        Path(f"{path}{leftover}").unlink(missing_ok=True)
    shutil.copy(empty, path)

    async def build() -> list[Found]:
        database = open_database(f"sqlite+aiosqlite:///{path}")
        await live(await a_town(database), steps)
        clean = await found(database)
        await database.close()
        return clean

    async def look() -> list[Found]:
        database = open_database(f"sqlite+aiosqlite:///{path}")
        faults = await found(database)
        await database.close()
        return faults

    assert asyncio.run(build()) == []
    tampering = Tampering(path, draw)
    with closing(tampering.sql):
        getattr(tampering, way)()
    faults = asyncio.run(look())
    assert faults
    if way == "write_a_chain_anew":
        assert {one.fault for one in faults} == {Fault.ANCHORED_OTHERWISE}


@pytest.fixture
def sql(tmp_path: Path, town: Town) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "city.db", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@BY_HAND
async def test_the_ticket_and_the_place_are_named(town: Town, sql: sqlite3.Connection) -> None:
    await live(town, [("accept", 0), ("register", 0), ("add", 0)])
    sql.execute("UPDATE events SET target = 'CLOSED' WHERE ticket_id = 1 AND seq = 2")
    assert await found(town.database) == [Found(Fault.EVENT_CHANGED, "QC-261123-0001", 2)]
    sql.execute("DELETE FROM events WHERE ticket_id = 1 AND seq = 2")
    assert Found(Fault.EVENT_MISSING, "QC-261123-0001", 2) in await found(town.database)
    assert await found(town.database, "QC-261124-0001") == []


@BY_HAND
async def test_erased_words_leave_the_chain_whole_and_put_in_words_do_not(town: Town, sql: sqlite3.Connection) -> None:
    await live(town, [("add", 0)])
    await town.do("officer", Move(1, Trigger.DECLINE, reason="because of the neighbour", route="the county"))
    sql.execute("UPDATE events SET reason = '', data = '{}', words_salt = NULL, actor_id = 0, actor_salt = NULL")
    assert await found(town.database) == []
    sql.execute("UPDATE events SET reason = 'because of you' WHERE seq = 3")
    assert await found(town.database) == [Found(Fault.WORDS_CHANGED, "QC-261123-0001", 3)]


@BY_HAND
async def test_the_same_words_have_another_commitment_each_time(town: Town, sql: sqlite3.Connection) -> None:
    """Who guesses the words can't try them on the commitment."""
    await live(town, [("register", 0), ("register", 0)])
    hashes = [row[0] for row in sql.execute("SELECT words_hash FROM events UNION ALL SELECT actor_hash FROM events")]
    assert len(set(hashes)) == len(hashes) == 6


@BY_HAND
async def test_a_city_of_anchors_made_anew_is_found_by_what_was_published(town: Town, sql: sqlite3.Connection) -> None:
    """Who holds the database can make everything anew; not what others have kept."""
    await live(town, [("accept", 0), ("anchor", 0), ("add", 0)])
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        before = [anchors.as_json(anchor) for anchor in await uow.anchors.latest(10)]
    assert await found(town.database, published=before) == []
    sql.execute("UPDATE events SET actor_role = 'admin' WHERE ticket_id = 1 AND seq = 1")
    anew(sql, 1, "QC-261123-0001")
    change = "UPDATE anchor_leaves SET hash = (SELECT hash FROM events e WHERE e.ticket_id = 1 AND e.seq = anchor_leaves.seq)"
    sql.execute(change)
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        kept = [(anchor, await uow.anchors.leaves(anchor)) for anchor in reversed(await uow.anchors.latest(10))]
    last = None
    for anchor, leaves in kept:
        last = anchors.after(last, anchor.day, anchor.made_at, leaves, anchor.upto)
        values = (last.root, last.previous, last.hash, last.seq)
        sql.execute("UPDATE anchors SET root = ?, previous = ?, hash = ? WHERE seq = ?", values)
    assert await found(town.database) == []
    assert {one.fault for one in await found(town.database, published=before)} == {Fault.PUBLISHED_OTHERWISE}
    sql.execute("DELETE FROM anchor_leaves WHERE anchor = 3")
    sql.execute("DELETE FROM anchors WHERE seq = 3")
    assert Found(Fault.ANCHOR_MISSING, anchor=3) in await found(town.database, published=before)


async def test_one_anchor_a_day_and_none_is_left_out_after_a_downtime(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    await town.registered()
    first, second = watch(town, str(file)), watch(town, str(file))
    assert sum(await asyncio.gather(first.look(), second.look())) == 1
    town.clock.move(minutes=5)
    assert (await first.look(), await watch(town, str(file)).look()) == (0, 0)
    await town.registered()
    file.write_text(file.read_text("utf-8") + '{"torn', encoding="utf-8")
    town.clock.move(days=4)
    assert await first.look() == 1
    town.clock.move(days=1)
    assert await second.look() == 1
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        made = await uow.anchors.latest(10)
    assert [(one.day, one.leaves, one.tickets, one.events) for one in reversed(made)] == [
        ("2026-11-22", 1, 1, 1), ("2026-11-26", 1, 2, 2), ("2026-11-27", 0, 2, 2),
    ]  # fmt: skip
    kept = [json.loads(line) for line in file.read_text("utf-8").splitlines() if not line.startswith('{"torn')]
    assert [one["hash"] for one in kept] == [one.hash for one in reversed(made)]
    assert await found(town.database, published=kept) == []


async def test_a_file_that_cant_be_written_stops_no_anchor(town: Town, tmp_path: Path) -> None:
    assert await watch(town, str(tmp_path / "no such folder" / "anchors")).look() == 1
    assert await next_anchor(town, str(tmp_path / "anchors")) == 1
    assert len((tmp_path / "anchors").read_text("utf-8").splitlines()) == 2


async def test_two_who_write_at_once_make_one_chain(town: Town) -> None:
    ticket = await town.registered()
    await asyncio.gather(*(town.do("resident", Add(ticket.id, f"word {n}")) for n in range(8)), return_exceptions=True)
    assert await found(town.database) == []
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        assert len(await uow.tickets.events(ticket.id)) > 1


@BY_HAND
async def test_events_without_a_ticket_are_found_wherever_they_lie(town: Town, sql: sqlite3.Connection) -> None:
    for _ in range(3):
        await town.registered()
    sql.execute("DELETE FROM tickets WHERE id IN (1, 3)")
    assert [one for one in await found(town.database) if one.fault is Fault.TICKET_MISSING] == [
        Found(Fault.TICKET_MISSING, "#1"), Found(Fault.TICKET_MISSING, "#3"),
    ]  # fmt: skip


def test_every_leaf_leads_to_the_root() -> None:
    for count in range(1, 18):
        leaves = [anchors.Leaf(f"N{n}", 0, 1, chain.digest(n)) for n in range(count)]
        for index, leaf in enumerate(leaves):
            assert anchors.climb(leaf, anchors.path(leaves, index)) == anchors.root(leaves)
            other = anchors.Leaf(leaf.number, 0, 2, leaf.hash)
            assert anchors.climb(other, anchors.path(leaves, index)) != anchors.root(leaves)


def test_the_format_stays_what_it_is() -> None:
    """Numbers that any other program gets for the same event: version 1 is never changed."""
    link = chain.Link(1, 1_795_485_600_000_000, "registered", "resident", None, "REGISTERED", "a" * 64, "b" * 64, "c" * 64)
    assert chain.words("00", "路灯", {"b": 1, "a": "x"}) == "21e539128cdc13bf41192b87854aded1fcc3991a77085e08d57415a941daaa17"
    assert chain.hash_of("QC-261123-0001", chain.BEGINNING, link) == "152a34adc6318dfedb44c107b427e63699a23ce8964f5d829999e045681c7752"


