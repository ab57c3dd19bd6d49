"""The crash harness in short: its long form is `python -m benchmarks.crashes`, see docs/performance.md."""

from __future__ import annotations

from pathlib import Path

from benchmarks.crashes.ledger import Ledger, Matter
from benchmarks.crashes.trial import Plan, run
from benchmarks.crashes.verdict import judge
from benchmarks.crashes.weather import Weather
from storage import migrate, open_database
from tests.botapi import FakeTelegram


async def test_ten_deaths_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    verdict, figures = await run(Plan(tmp_path, kills=9, seed=7, residents=4, patience=60))
    assert {kind: found for kind, found in verdict.faults.items() if found} == {}
    assert figures["kills"] == 10
    assert verdict.tickets >= 4
    assert sum(figures["weather"].values()) > 0


async def test_the_verdict_sees_what_is_not_there(tmp_path: Path) -> None:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    server = FakeTelegram()
    await server.person(1).says("hello")
    ledger = Ledger([Matter("R1X1", 1, "JM-261125-0001")], {1: ["resident.help"]}, ["1 waited in vain"])
    verdict = await judge(database, server, Weather(server=server), ledger)
    assert not verdict.good
    # The update, the ticket, its number, an answer; and who said so.
    assert {kind: len(found) for kind, found in verdict.faults.items() if found} == {"lost": 4, "stuck": 1}
    await database.close()
