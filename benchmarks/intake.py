"""Complete intakes per second in one process, and how far that is from the floor.

    python -m benchmarks.intake [--complaints 300] [--rounds 5] [--dir DIR]

Two intakes are measured, each with the real inbox, reader, desk and unit of work:

whole      what a resident does: a message in her own words is stored (committed), read, understood and answered by the card (committed);
           her press of the button is stored (committed), read, and the ticket, clocks, event and notices are written (committed).
           Jiangmen's region pack, the web chat's door, the real conversation.
registry   the second half alone: one update in, one ticket out, by the shortest possible door and conversation. The house without language.

The floor: exactly the rows that `whole` left in the database, written by the standard library's sqlite3, one transaction per
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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import nlp
from app import region_pack, wiring
from app.clock import SystemClock
from app.config import find_pack, load
from app.reader import Reader
from bot.doors import Incoming, ReadyMessage, Rejected, Sent
from nlp import mask
from storage import Database, SqlInbox, SqlUnitOfWork, migrate, open_database
from storage.keys import Keys, new_key
from storage.rows import speech_in
from storage.tables import inbox
from storage.vault import Vault
from tests.workflow.build import REGION, PlainWeeks
from workflow.commands import Register
from workflow.desk import Desk, Session
from workflow.model import Contact, Intent, Post, Procedure, Role
from workflow.region import Level, Region
from workflow.routing import ancestor

TEXT = "Litter by the gate of the market since three days; the smell is bad and rats have come."
VILLAGE, TOWN = "990101001001", "990101001"
DOOR, CHAT = "bench", "webchat"
PACK = "regions/jiangmen"
IN_FLIGHT = 64
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


def sealing() -> Vault:
    """What people say is masked and sealed, as in a city that runs."""
    return Vault(Keys(None, new_key("bench").line), mask.load(find_pack(PACK) / "language" / "personal.csv"))


async def registry(path: Path, complaints: int) -> Round:
    database = open_database(f"sqlite+aiosqlite:///{path}", sealing())
    await migrate(database)
    await _people(database, DOOR, TOWN, ())
    updates = SqlInbox(database, CLOCK)
    desk = Desk(lambda: SqlUnitOfWork(database), lambda: REGION, CLOCK, PlainWeeks(), lambda: "123456")
    conversation = ShortestConversation(complaints)
    reader = Reader(updates, {DOOR: ShortestDoor()}, desk, conversation, CLOCK)
    began = time.perf_counter()
    reading = asyncio.create_task(reader.run())
    for number in range(complaints):
        chat = f"resident-{number}"
        await updates.store(DOOR, str(number), chat, {"update": number, "chat": chat, "text": TEXT})
        reader.wake()
    await conversation.all_heard.wait()
    await reader.stop()  # waits for the last commit
    await reading
    seconds = time.perf_counter() - began
    await database.close()
    return Round(seconds, complaints)


async def whole(path: Path, complaints: int, region: Region) -> Round:
    database = open_database(f"sqlite+aiosqlite:///{path}", sealing())
    await migrate(database)
    settings = {"DATABASE__URL": f"sqlite+aiosqlite:///{path}", "WEB__HOST": "-", "WEB__PORT": "0", "REGION__PACK": PACK}
    settings["FILES__PATH"] = str(path.parent / "files")
    city = wiring.build(load(None, {f"PETITION_{name}": value for name, value in settings.items()}), region, database, CLOCK)
    village = nlp.build(find_pack(PACK) / "language", region).places.locate(region.demo_complaint).code
    chats = [f"resident-{number}" for number in range(complaints)]
    await _people(database, CHAT, ancestor(region, village, Level.TOWN), chats)
    reading = asyncio.create_task(city.engine.reader.run())
    began = time.perf_counter()
    await _send(city, {chat: {"id": f"{chat}:text", "chat": chat, "text": region.demo_complaint} for chat in chats})
    thinking = time.perf_counter()
    presses = submits(path, database.vault)
    waited = time.perf_counter() - thinking  # the person's turn: not ours to count
    await _send(city, {chat: {"id": f"{chat}:press", "chat": chat, "button": button} for chat, button in presses.items()})
    seconds = time.perf_counter() - began - waited
    await city.engine.reader.stop()
    await reading
    await database.close()
    return Round(seconds, complaints)


async def _send(city: wiring.City, updates: Mapping[str, Mapping[str, Any]]) -> None:
    """Stores updates as the web chat does, so many at a time, and comes back when all are done."""
    in_flight = asyncio.Semaphore(IN_FLIGHT)

    async def send(chat: str, body: Mapping[str, Any]) -> None:
        async with in_flight:
            await city.inbox.store(CHAT, body["id"], chat, body)
        city.engine.reader.wake()

    await asyncio.gather(*(send(chat, body) for chat, body in updates.items()))
    waiting = select(func.count()).where(inbox.c.status == "waiting")
    left = len(updates)
    while left:
        await asyncio.sleep(0.02)
        async with city.database.reading() as connection:
            left = (await connection.execute(waiting)).scalar_one()


async def _people(database: Database, door: str, town: str, residents: Iterable[str]) -> None:
    """An officer at the hub, and residents who have read the notice."""
    async with SqlUnitOfWork(database) as uow:
        officer = await uow.contacts.add(Contact(0, door, "officer", created_at=CLOCK.now()))
        await uow.posts.add(Post(0, officer.id, Role.HUB_OFFICER, "hub", town))
        for chat in residents:
            await uow.contacts.add(Contact(0, door, chat, consented_at=CLOCK.now(), created_at=CLOCK.now()))
        await uow.commit()


def submits(path: Path, vault: Vault) -> dict[str, str]:
    """Chat → data of the button that files the complaint, out of the cards in the outbox."""
    connection = sqlite3.connect(path)
    cards = connection.execute("SELECT address, contact_id, speech FROM outbox JOIN contacts ON contacts.id = contact_id").fetchall()
    connection.close()
    found: dict[str, str] = {}
    for chat, contact_id, stored in cards:
        speech = speech_in(json.loads(stored), contact_id, vault)
        found.update((chat, button.data) for line in speech.buttons for button in line if button.key == "intake.submit")
    return found


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
        wanted = {
            "inbox": ("update_id LIKE ?", f"{chat}:%"),
            "requests": ("id LIKE ?", f"%:{chat}:%"),
            "tickets": ("id = ?", ticket_id),
            "ticket_clocks": ("ticket_id = ?", ticket_id),
            "events": ("ticket_id = ?", ticket_id),
            "dialogs": ("contact_id = ?", reporter),
            "outbox": ("ticket_id = ?1 OR contact_id = (SELECT reporter FROM tickets WHERE id = ?1)", ticket_id),
        }
        complaint: Rows = {}
        for table, (where, value) in wanted.items():
            query = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608  # names from the lines above; the value is bound
            complaint[table] = connection.execute(query, (value,)).fetchall()
        yield complaint
    connection.close()


def floor(path: Path, tables: list[str], complaints: list[Rows]) -> Round:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):  # contacts stand before the clock starts
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
    region = region_pack.load(find_pack(PACK))
    rates: dict[str, list[float]] = {"whole": [], "registry": [], "floor": []}
    shape: dict[str, int] = {}
    for number in range(rounds):
        path = folder / f"whole{number}.db"
        rates["whole"].append(asyncio.run(whole(path, complaints, region)).rate)
        found = list(written(path))
        assert len(found) == complaints, "every complaint became a ticket"
        assert all(complaint["outbox"] and complaint["events"] and len(complaint["inbox"]) == 2 for complaint in found)
        shape = {table: len(rows) for table, rows in found[0].items()}
        rates["floor"].append(floor(folder / f"floor{number}.db", schema(path), found).rate)
        rates["registry"].append(asyncio.run(registry(folder / f"registry{number}.db", complaints)).rate)
    middle = {name: statistics.median(found) for name, found in rates.items()}
    return {
        "per_second": {name: round(rate, 1) for name, rate in middle.items()},
        "lowest_and_highest": {name: [round(min(found), 1), round(max(found), 1)] for name, found in rates.items()},
        "whole_to_floor": round(middle["whole"] / middle["floor"], 4),
        "rows_per_intake": shape,
        "complaints": complaints,
        "rounds": rounds,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description="Complete intakes per second, and the ratio to bare sqlite3.")
    arguments.add_argument("--complaints", type=int, default=300)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--dir", type=Path, help="where the databases are written; the disk counts")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        print(json.dumps(measure(Path(folder), given.complaints, given.rounds), indent=2))


if __name__ == "__main__":
    main()
