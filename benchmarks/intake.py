"""Complete intakes per second in one process, and how far that is from the floor.

    python -m benchmarks.intake [--complaints 500] [--rounds 5] [--dir DIR]

An intake: an update is stored in the inbox (committed), read from it, its ticket, clocks, event and notices written and the
row marked done (committed). It runs through the real inbox, reader, desk and unit of work; the door and the conversation are
replaced by the shortest possible ones, so that this measures the house and not the understanding of language.

The floor: exactly the rows that were found in the database afterwards, written by the standard library's sqlite3, one transaction per
complaint, same schema, same pragmas, same disk. Rounds alternate; medians are reported.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.reader import Reader
from bot.doors import Incoming, ReadyMessage, Rejected, Sent
from storage import Database, SqlInbox, SqlUnitOfWork, migrate, open_database
from tests.workflow.build import REGION, PlainWeeks
from workflow.commands import Register
from workflow.desk import Desk, Session
from workflow.model import Contact, Intent, Post, Procedure, Role

TEXT = "Litter by the gate of the market since three days; the smell is bad and rats have come."
VILLAGE, TOWN = "990101001001", "990101001"
DOOR = "bench"
CLOCK = SystemClock()
Rows = dict[str, list[tuple[Any, ...]]]


class ShortestDoor:
    """Fits `bot.doors.Door`; a body is an Incoming already."""

    name = DOOR

    async def parse(self, bodies: tuple[Mapping[str, Any], ...]) -> Incoming | None:
        body = bodies[0]
        chat = str(body["chat"])
        return Incoming(DOOR, f"{DOOR}:{body['update']}", chat, chat, CLOCK.now(), text=str(body["text"]))

    async def send(self, address: str, kind: str, message: ReadyMessage) -> Sent:
        return Rejected("nobody is here")

    async def acknowledge(self, incoming: Incoming, toast: str = "") -> None:
        return None


class ShortestConversation:
    """A message is a complaint with a known topic and place. `all_heard` is set with the last one."""

    def __init__(self, complaints: int) -> None:
        self._left = complaints
        self.all_heard = asyncio.Event()

    async def hear(self, session: Session, incoming: Incoming) -> str:
        contact = await session.uow.contacts.by_address(DOOR, incoming.chat)
        if contact is None:
            contact = await session.uow.contacts.add(Contact(0, DOOR, incoming.chat, created_at=session.now))
        matter = Register(incoming.text, Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", VILLAGE, "gate")
        await session.do(await session.actor(contact), matter)
        self._left -= 1
        if not self._left:
            self.all_heard.set()
        return ""


@dataclass(frozen=True)
class Round:
    seconds: float
    complaints: int

    @property
    def rate(self) -> float:
        return self.complaints / self.seconds


async def intake(path: Path, complaints: int) -> Round:
    database = open_database(f"sqlite+aiosqlite:///{path}")
    await migrate(database)
    await _officer(database)
    inbox = SqlInbox(database, CLOCK)
    desk = Desk(lambda: SqlUnitOfWork(database), lambda: REGION, CLOCK, PlainWeeks(), lambda: "123456")
    conversation = ShortestConversation(complaints)
    reader = Reader(inbox, {DOOR: ShortestDoor()}, desk, conversation, CLOCK)
    began = time.perf_counter()
    reading = asyncio.create_task(reader.run())
    for number in range(complaints):
        chat = f"resident-{number}"
        await inbox.store(DOOR, str(number), chat, {"update": number, "chat": chat, "text": TEXT})
        reader.wake()
    await conversation.all_heard.wait()
    await reader.stop()  # waits for the last commit
    await reading
    seconds = time.perf_counter() - began
    await database.close()
    return Round(seconds, complaints)


async def _officer(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        officer = await uow.contacts.add(Contact(0, DOOR, "officer", created_at=CLOCK.now()))
        await uow.posts.add(Post(0, officer.id, Role.HUB_OFFICER, "hub", TOWN))
        await uow.commit()


def schema(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").fetchall()
    connection.close()
    return [sql for (sql,) in found]


def written(path: Path) -> Iterator[Rows]:
    """What one complaint left behind, table by table, in an order that foreign keys allow."""
    connection = sqlite3.connect(path)
    for ticket_id, reporter in connection.execute("SELECT id, reporter FROM tickets ORDER BY id").fetchall():
        chat = connection.execute("SELECT address FROM contacts WHERE id = ?", (reporter,)).fetchone()[0]
        number = str(chat).rpartition("-")[2]
        wanted = {
            "inbox": ("chat = ?", chat),
            "requests": ("id = ?", f"{DOOR}:{number}"),
            "contacts": ("id = ?", reporter),
            "tickets": ("id = ?", ticket_id),
            "ticket_clocks": ("ticket_id = ?", ticket_id),
            "events": ("ticket_id = ?", ticket_id),
            "outbox": ("ticket_id = ?", ticket_id),
        }
        complaint: Rows = {}
        for table, (where, value) in wanted.items():
            query = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608  # names from the lines above; the value is bound
            complaint[table] = connection.execute(query, (value,)).fetchall()
        yield complaint
    connection.close()


def floor(path: Path, tables: list[str], complaints: list[Rows]) -> Round:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):  # the officer's row is not copied
        connection.execute(f"PRAGMA {pragma}")
    for sql in tables:
        connection.execute(sql)
    began = time.perf_counter()
    for complaint in complaints:
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in complaint.items():
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608  # names as above
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return Round(seconds, len(complaints))


def measure(folder: Path, complaints: int, rounds: int) -> dict[str, Any]:
    ours: list[float] = []
    floors: list[float] = []
    shape: dict[str, int] = {}
    for number in range(rounds):
        path = folder / f"intake{number}.db"
        ours.append(asyncio.run(intake(path, complaints)).rate)
        found = list(written(path))
        assert len(found) == complaints, "every complaint became a ticket"
        assert all(rows for complaint in found for rows in complaint.values()), "every complaint left all its rows"
        shape = {table: len(rows) for table, rows in found[0].items()}
        floors.append(floor(folder / f"floor{number}.db", schema(path), found).rate)
    return {
        "intakes_per_second": round(statistics.median(ours), 1),
        "spread": [round(min(ours), 1), round(max(ours), 1)],
        "floor_per_second": round(statistics.median(floors), 1),
        "floor_spread": [round(min(floors), 1), round(max(floors), 1)],
        "ratio": round(statistics.median(ours) / statistics.median(floors), 3),
        "rows_per_intake": shape,
        "complaints": complaints,
        "rounds": rounds,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description="Complete intakes per second, and the ratio to bare sqlite3.")
    arguments.add_argument("--complaints", type=int, default=500)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--dir", type=Path, help="where the databases are written; the disk counts")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        print(json.dumps(measure(Path(folder), given.complaints, given.rounds), indent=2))


if __name__ == "__main__":
    main()
