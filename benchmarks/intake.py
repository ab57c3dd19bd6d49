"""Complete intakes per second in one process, and how far that is from the floor.

    python -m benchmarks.intake [--complaints 300] [--rounds 5] [--dir DIR]

Two intakes are measured, each with the real inbox, reader, desk and unit of work:

whole      what a resident does: a message in her own words is stored (committed), read, understood and answered by the card (committed);
           her press of the button is stored (committed), read, and the ticket, clocks, event and notices are written (committed).
           Jiangmen's region pack, the web chat's door, the real conversation. Three times: words cut by stock jieba, by rjieba (where it is
           installed), and nothing read (`unread`: every text gets the same reading, made once; all the rest is as ever).
registry   the second half alone: one update in, one ticket out, by the shortest possible door and conversation. The house without language.

The floor: exactly the rows that `whole` left in the database, written by the standard library's sqlite3, one transaction per
complaint, same schema, same pragmas, same disk. Rounds alternate; medians are reported.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import platform
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app import collector, region_pack, wiring
from app.clock import SystemClock
from app.config import find_pack, load
from app.reader import Reader
from benchmarks.floor import Round, Rows, Watch, floor, schema, written
from benchmarks.languages import languages
from bot.doors import Incoming, ReadyMessage, Rejected, Sent
from nlp import Language, mask
from storage import Database, SqlInbox, SqlUnitOfWork, migrate, open_database
from storage.keys import Keys, new_key
from storage.rows import speech_in
from storage.tables import contacts, inbox, outbox
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
_END = re.compile(r"(?<=\w)(?=[^\w]|$)")
_HAN, _MANY = 0x4E00, 8_000
"""Where Han characters begin, and of how many some are taken."""
CLOCK = SystemClock()


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


def sealing(key: str = "") -> Vault:
    """What people say is masked and sealed, as in a city that runs. `key`: a line of a key file, else a new one."""
    return Vault(Keys(None, key or new_key("bench").line), mask.load(find_pack(PACK) / "language" / "personal.csv"))


async def registry(path: Path, complaints: int) -> Round:
    database = open_database(f"sqlite+aiosqlite:///{path}", sealing())
    await migrate(database)
    await _people(database, DOOR, TOWN, ())
    updates = SqlInbox(database, CLOCK)
    desk = Desk(lambda: SqlUnitOfWork(database), lambda: REGION, CLOCK, PlainWeeks(), lambda: "123456")
    conversation = ShortestConversation(complaints)
    reader = Reader(updates, {DOOR: ShortestDoor()}, desk, conversation, CLOCK)
    with collector.settled():
        watch = Watch()
        reading = asyncio.create_task(reader.run())
        for number in range(complaints):
            chat = f"resident-{number}"
            await updates.store(DOOR, str(number), chat, {"update": number, "chat": chat, "text": TEXT})
            reader.wake()
        await conversation.all_heard.wait()
        await reader.stop()  # waits for the last commit
        await reading
        found = watch.round(complaints)
    await database.close()
    return found


def a_city(database: Database, folder: Path, region: Region, language: Language) -> wiring.City:
    url = database.engine.url.render_as_string()
    settings = {"DATABASE__URL": url, "WEB__HOST": "-", "WEB__PORT": "0", "REGION__PACK": PACK, "FILES__PATH": str(folder / "files")}
    config = load(None, {f"PETITION_{name}": value for name, value in settings.items()})
    return wiring.build(config, region, database, CLOCK, language=language)


async def whole(path: Path, complaints: int, region: Region, language: Language) -> Round:
    database = open_database(f"sqlite+aiosqlite:///{path}", sealing())
    await migrate(database)
    city = a_city(database, path.parent, region, language)
    chats = [f"resident-{number}" for number in range(complaints)]
    await settled(database, region, language, chats)
    reading = asyncio.create_task(city.engine.reader.run())
    with collector.settled():
        watch = Watch()
        await send(city, messages(region, chats))
        thinking = time.perf_counter()
        buttons = presses(await submits(database))
        waited = time.perf_counter() - thinking  # the person's turn: not ours to count
        await send(city, buttons)
        found = watch.round(complaints, without=waited)
    await city.engine.reader.stop()
    await reading
    await database.close()
    return found


def messages(region: Region, chats: Iterable[str]) -> dict[str, dict[str, Any]]:
    """No two residents use the same words, in no part of their sentence: what is kept of one text is to help no other."""
    return {
        chat: {"id": f"{chat}:text", "chat": chat, "text": f"{_END.sub(_of_own(chat), region.demo_complaint)} {chat}"} for chat in chats
    }


def _of_own(chat: str) -> str:
    """Two characters that mean nothing together."""
    number = int.from_bytes(hashlib.sha256(chat.encode()).digest()[:4], "big")
    return chr(_HAN + number % _MANY) + chr(_HAN + number // _MANY % _MANY)


def presses(buttons: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {chat: {"id": f"{chat}:press", "chat": chat, "button": button} for chat, button in buttons.items()}


async def settled(database: Database, region: Region, language: Language, residents: Iterable[str]) -> None:
    """Residents who have read the notice, and the officer of the hub where their complaint is."""
    village = language.places.locate(region.demo_complaint).code
    await _people(database, CHAT, ancestor(region, village, Level.TOWN), residents)


async def send(city: wiring.City, updates: Mapping[str, Mapping[str, Any]]) -> None:
    """Stores updates as the web chat does, so many at a time, and comes back when all are done."""
    in_flight = asyncio.Semaphore(IN_FLIGHT)

    async def store(chat: str, body: Mapping[str, Any]) -> None:
        async with in_flight:
            await city.inbox.store(CHAT, body["id"], chat, body)
        city.engine.reader.wake()

    await asyncio.gather(*(store(chat, body) for chat, body in updates.items()))
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


async def submits(database: Database) -> dict[str, str]:
    """Chat → data of the button that files the complaint, out of the cards in the outbox."""
    cards = select(contacts.c.address, outbox.c.contact_id, outbox.c.speech).join(contacts, contacts.c.id == outbox.c.contact_id)
    found: dict[str, str] = {}
    async with database.moment() as connection:
        stored = (await connection.execute(cards)).all()
    for chat, contact_id, said in stored:
        speech = speech_in(said, contact_id, database.vault)
        found.update((chat, button.data) for line in speech.buttons for button in line if button.key == "intake.submit")
    return found


def measure(folder: Path, complaints: int, rounds: int) -> dict[str, Any]:
    region = region_pack.load(find_pack(PACK))
    spoken = languages(PACK, region)
    rounds_of: dict[str, list[Round]] = {name: [] for name in (*spoken, "registry", "floor")}
    shape: dict[str, int] = {}
    for number in range(rounds):
        found: list[Rows] = []
        for name, language in spoken.items():
            path = folder / f"{name}{number}.db"
            rounds_of[name].append(asyncio.run(whole(path, complaints, region, language)))
            found = list(written(path))
            assert len(found) == complaints, "every complaint became a ticket"
            assert all(complaint["outbox"] and complaint["events"] and len(complaint["inbox"]) == 2 for complaint in found)
        shape = {table: len(rows) for table, rows in found[0].items()}
        rounds_of["floor"].append(floor(folder / f"floor{number}.db", schema(path), found))
        rounds_of["registry"].append(asyncio.run(registry(folder / f"registry{number}.db", complaints)))
    rates = {name: [one.rate for one in done] for name, done in rounds_of.items()}
    middle = {name: statistics.median(found) for name, found in rates.items()}
    return {
        "per_second": {name: round(rate, 1) for name, rate in middle.items()},
        "lowest_and_highest": {name: [round(min(found), 1), round(max(found), 1)] for name, found in rates.items()},
        "to_floor": {name: round(rate / middle["floor"], 4) for name, rate in middle.items()},
        "processor_ms": {name: round(statistics.median(one.milliseconds for one in done), 3) for name, done in rounds_of.items()},
        "load": round(os.getloadavg()[0], 1),
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
