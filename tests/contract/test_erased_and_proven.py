"""Masked, veiled, looked at, forgotten and over: the chain holds through all of it, and what was taken away can't be put back unseen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app import proving
from app.anchors import AnchorWatch
from app.retention import Retention
from storage import Database, DiskFiles, Evidence, SqlUnitOfWork
from storage.rotation import resealed
from storage.tables import events
from tests.contract.conftest import Town, town_on
from tests.workflow.build import GRID, REGION
from workflow.commands import Add, Move, Register, Urge
from workflow.desk import Session
from workflow.erasing import Gone, forget
from workflow.model import Assignee, Intent, Outcome, Procedure, Ticket
from workflow.proof import Fault, Found
from workflow.region import Retention as Rule
from workflow.states import State, Trigger
from workflow.unmasking import unmask

PHONE = "13800138000"
KEPT = replace(REGION, retention=Rule({"grid_event": 100}, frozenset()))


@pytest.fixture
def database(keyed: Database) -> Database:
    return keyed


@pytest.fixture
async def town(database: Database) -> Town:
    town = await town_on(database)
    object.__setattr__(town.desk, "region", lambda: KEPT)
    return town


async def faults(town: Town) -> list[Found]:
    return [one async for one in proving.look(Evidence(town.database), proving.Seen())]


async def anchored(town: Town) -> None:
    town.clock.move(days=1)
    await AnchorWatch(lambda: SqlUnitOfWork(town.database), town.desk, town.clock, lambda: KEPT, "").look()


async def closed(town: Town, *, anonymous: bool) -> Ticket:
    """A whole life, with a phone in everybody's words, looked at on the way."""
    matter = Register(
        f"Litter, call {PHONE}", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", "990101001001", f"behind {PHONE}", anonymous=anonymous
    )
    ticket = await town.do("resident", matter)
    assert ticket is not None
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("grid", GRID)))
    await town.do("worker", Move(ticket.id, Trigger.SIGN))
    await town.do("resident", Add(ticket.id, f"ask Ann, {PHONE}"))
    await town.do("resident", Urge(ticket.id))
    await unmasked(town, ticket)
    await town.do("worker", Move(ticket.id, Trigger.REPLY, f"as {PHONE} said", result=f"swept, ask {PHONE}"))
    await town.do("officer", Move(ticket.id, Trigger.RELEASE))
    done = await town.do("resident", Move(ticket.id, Trigger.CLOSE, f"thanks, {PHONE}", verdict="solved", outcome=Outcome.RESOLVED))
    assert done is not None and done.state is State.CLOSED
    return done


async def unmasked(town: Town, ticket: Ticket) -> None:
    async def work(session: Session) -> str:
        return (await unmask(session, await session.actor(town.people["worker"]), ticket.id, f"to call {PHONE}")).text

    town.served += 1
    assert PHONE in (await town.desk.serve(f"unmask:{town.served}", work) or "")


async def forgotten(town: Town) -> Gone:
    async def work(session: Session) -> Gone:
        who = await session.uow.contacts.get(town.people["resident"].id)
        assert who is not None
        return await forget(session, who)

    town.served += 1
    found = await town.desk.serve(f"forget:{town.served}", work)
    assert found is not None
    return found


async def retired(town: Town, folder: Path) -> int:
    town.clock.move(days=101)
    units = lambda: SqlUnitOfWork(town.database)  # noqa: E731  # as the wiring has it
    return await Retention(units, town.desk, town.clock, lambda: KEPT, town.database, DiskFiles(folder / "files")).look()


async def test_it_holds_while_matters_are_masked_veiled_and_looked_at(town: Town) -> None:
    for anonymous in (False, True):
        await closed(town, anonymous=anonymous)
        await anchored(town)
    assert await faults(town) == []
    await resealed(town.database)
    assert await faults(town) == []


async def test_it_holds_when_people_are_forgotten(town: Town) -> None:
    tickets = [await closed(town, anonymous=anonymous) for anonymous in (False, True)]
    still_open = await town.registered()
    await anchored(town)
    gone = await forgotten(town)
    assert set(gone.resting) == {ticket.id for ticket in tickets} and gone.open == (still_open.id,)
    assert await faults(town) == []
    await anchored(town)
    await town.do("officer", Move(still_open.id, Trigger.ACCEPT))
    assert await faults(town) == []


async def test_it_holds_when_their_time_is_over(town: Town, tmp_path: Path) -> None:
    for anonymous in (False, True):
        await closed(town, anonymous=anonymous)
    await anchored(town)
    assert await retired(town, tmp_path) == 2
    await anchored(town)
    assert await faults(town) == []


async def test_it_holds_when_both_happen_to_one_ticket(town: Town, tmp_path: Path) -> None:
    await closed(town, anonymous=True)
    await forgotten(town)
    assert await retired(town, tmp_path) == 1 and await faults(town) == []


async def test_it_holds_when_a_hazard_outlives_its_reporter(town: Town) -> None:
    hazard = Register(f"A wire hangs, call {PHONE}", Procedure.GRID_EVENT, Intent.COMPLAIN, "T2", "990101001001", anonymous=True)
    ticket = await town.do("resident", hazard)
    assert ticket is not None
    left = await town.do("resident", Move(ticket.id, Trigger.WITHDRAW, f"ask {PHONE}"))
    assert left is not None and left.reporter is None and await faults(town) == []
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await anchored(town)
    assert await faults(town) == []


async def test_nothing_is_left_to_try_out_who_it_was(town: Town) -> None:
    ticket = await closed(town, anonymous=False)
    await forgotten(town)
    async with town.database.moment() as connection:
        rows = (await connection.execute(select(events).where(events.c.ticket_id == ticket.id))).mappings().all()
    assert all((row["reason"], row["data"], row["words_salt"]) == ("", {}, None) for row in rows)
    assert {(row["actor_id"], row["actor_salt"]) for row in rows if row["actor_role"] == "resident"} == {(0, None)}
    assert all(row["actor_salt"] for row in rows if row["actor_role"] == "grid_worker"), "who handled it stays proven"


async def test_words_put_back_are_found(town: Town) -> None:
    ticket = await closed(town, anonymous=False)
    await forgotten(town)
    async with town.database.writing() as connection:
        first = (events.c.ticket_id == ticket.id) & (events.c.seq == 1)
        await connection.execute(update(events).where(first).values(reason="never said"))
    assert [one.fault for one in await faults(town)] == [Fault.WORDS_CHANGED]
