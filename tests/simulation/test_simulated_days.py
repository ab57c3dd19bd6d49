"""A simulated day through the whole system: everything that was brought is accounted for, and what is broken is found."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Select, delete, select, update

from app.cli.main import main
from app.region_pack import load
from app.simulation import integrity
from app.simulation.integrity import Verdict
from app.simulation.ledger import End
from app.simulation.play import Plan
from app.simulation.residents import Resident
from app.simulation.run import Stage
from app.simulation.settings import load as load_settings
from storage import Database, SqlUnitOfWork, migrate, open_database, reckoning
from storage.tables import clocks, events, inbox, tickets
from tests.simulation.conftest import TOWN, Stages, town
from workflow.model import Contact
from workflow.states import RESTING

TYPHOON = load_settings(TOWN).bursts["typhoon"]
ENVIRON = {"PETITION_REGION__PACK": str(TOWN)}


async def test_a_day_with_a_typhoon_loses_nothing(staged: Stages, caplog: pytest.LogCaptureFixture) -> None:
    stage, database = await staged(Plan(days=1, per_day=5, residents=500, burst=TYPHOON, at_once=8))
    played = await stage.play()
    report = await stage.reckon(played)
    assert report["integrity"] == {
        "good": True, "events_verified": report["integrity"]["events_verified"], "lost": [], "doubled": [], "changed": [], "stuck": [],
        "counts": [],
    }  # fmt: skip
    assert report["matters"] >= 16
    assert {"filed"} <= report["ends"].keys() and "open" not in report["ends"]
    assert report["did"].keys() >= {"take", "sign"}
    assert sum(report["backlog"][0].values()) > 0
    assert report["answer_ms"]["p50"] > 0 and report["outbox_lag_ms"]["p99"] > 0
    assert report["database"]["bytes_per_ticket"] > 0
    async with database.reading() as connection:
        urgent = (await connection.execute(select(tickets.c.id).where(tickets.c.urgent))).scalars().all()
    assert len(urgent) == sum(matter.kind == "danger" and matter.end is End.FILED for matter in stage.ledger.matters) > 0
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_the_same_seed_makes_the_same_tickets(staged: Stages) -> None:
    one, again = [await _tickets(staged) for _ in range(2)]
    assert one == again and len(one) > 3


async def _tickets(staged: Stages) -> list[tuple[object, ...]]:
    stage, database = await staged(Plan(days=1, per_day=6, residents=500), seed="a")
    await stage.play()
    shown = (tickets.c.number, tickets.c.state, tickets.c.topic, tickets.c.place, tickets.c.created_at, tickets.c.lead_place)
    async with database.reading() as connection:
        found = await connection.execute(select(*shown).order_by(tickets.c.id))
        return [*map(tuple, found), *[(matter.text, matter.end) for matter in stage.ledger.matters]]


async def test_texts_that_are_given_are_said(staged: Stages) -> None:
    stage, _ = await staged(Plan(days=1, per_day=3, residents=500), texts=("村口的路灯不亮了两个星期",))
    played = await stage.play()
    assert (await stage.reckon(played))["integrity"]["good"]
    assert any("村口的路灯不亮了两个星期" in matter.text for matter in stage.ledger.matters)


async def test_what_is_broken_is_found(staged: Stages) -> None:
    stage, database = await staged(Plan(days=1, per_day=8, residents=500))
    await stage.play()
    assert (await _judged(stage, database)).good
    open_one = await _one(database, select(tickets.c.id).where(tickets.c.state.not_in([state.value for state in RESTING])))
    async with database.writing() as connection:
        await connection.execute(update(clocks).where(clocks.c.ticket_id == open_one).values(stopped_at=stage.scene.now))
        await connection.execute(update(inbox).where(inbox.c.id == 3).values(status="aside"))
    broken = await _judged(stage, database)
    assert any("no clock runs" in fault for fault in broken.faults["stuck"])
    assert any("aside" in fault for fault in broken.faults["stuck"])
    assert broken.faults["changed"] != []
    async with database.writing() as connection:
        await connection.execute(delete(events).where(events.c.ticket_id == open_one, events.c.kind == "registered"))
    assert any("registered" in fault for fault in (await _judged(stage, database)).faults["counts"])
    _forgotten(stage, open_one)
    stage.chats.unheard["99"] = "resident-1"
    stage.chats.twice += 1
    lost = await _judged(stage, database)
    assert any("nobody's" in fault for fault in lost.faults["doubled"])
    assert any("twice" in fault for fault in lost.faults["doubled"])
    assert any("never heard" in fault for fault in lost.faults["lost"])
    assert any("never answered" in fault for fault in lost.faults["lost"])


def _forgotten(stage: Stage, ticket: int) -> None:
    """As if its reporter had been told nothing."""
    mine = next(matter for matter in stage.ledger.matters if ticket in matter.tickets)
    mine.tickets.clear()
    mine.end = End.OPEN


async def _judged(stage: Stage, database: Database) -> Verdict:
    kept = await reckoning.held(database, stage.scene.now)
    return await integrity.judge(database, kept, stage.ledger, stage.chats, town())


async def _one(database: Database, wanted: Select[tuple[int]]) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(wanted)).scalars().all()[0])


def test_the_command_says_by_its_exit_status_whether_all_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    short = ["simulate", "--days", "1", "--per-day", "2", "--json"]
    assert main(short, ENVIRON, load) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["integrity"]["good"] and report["days"] == 1

    async def broken(*_: object) -> Verdict:
        verdict = Verdict()
        verdict.add("lost", "matter 1 was never answered")
        return verdict

    monkeypatch.setattr(integrity, "judge", broken)
    assert main(short[:-1], ENVIRON, load) == 1
    assert "lost: matter 1 was never answered" in capsys.readouterr().out


def test_the_command_leaves_a_city_alone_in_which_somebody_lives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'city.db'}"

    async def somebody_comes() -> None:
        database = open_database(url)
        await migrate(database)
        async with SqlUnitOfWork(database) as uow:
            await uow.contacts.add(Contact(0, "webchat", "a"))
            await uow.commit()
        await database.close()

    asyncio.run(somebody_comes())
    before = (tmp_path / "city.db").read_bytes()
    assert main(["simulate", "--days", "1", "--database", url], ENVIRON, load) == 2
    assert "somebody lives" in capsys.readouterr().err
    assert (tmp_path / "city.db").read_bytes() == before


@pytest.mark.parametrize(
    "wish", [["--burst", "rain"], ["--burst", "typhoon:9"], ["--start", "monday"], ["--days", "0"], ["--at-once", "0"]]
)
def test_a_wish_that_cannot_be_is_named(wish: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *wish], ENVIRON, load) == 2
    assert wish[0] in capsys.readouterr().err


async def test_who_is_in_danger_already_is_heard_again(staged: Stages) -> None:
    """Their words go to the emergency that is open: no ticket of their own, and nothing lost."""
    stage, _ = await staged(Plan(days=1, per_day=1, residents=1))
    played = await stage.play()
    somebody = Resident(stage.scene, "resident-again", "990101001001")
    stage.chats.belongs("resident-again", somebody)
    for minute in (0, 5):
        stage.scene.clock.move_to(stage.scene.now + timedelta(minutes=minute))
        await somebody.brings(stage.ledger.opened("云桥社区着火了", "990101001001", "", "danger"))
        await stage.game.settle()
    assert [matter.end for matter in stage.ledger.matters[-2:]] == [End.FILED, End.ALARMED]
    assert (await stage.reckon(played))["integrity"]["good"]
