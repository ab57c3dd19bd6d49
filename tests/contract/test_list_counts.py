"""Kept counts are what there is, whoever does what at once, and can be mended where somebody wrote past the desk."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from storage import Database, SqlUnitOfWork, counts
from storage.list_tables import changes
from storage.list_tables import counts as kept
from storage.tables import tickets
from tests.contract.conftest import Town
from tests.workflow.build import GRID
from workflow.commands import Command, Correct, Move
from workflow.errors import Refused
from workflow.model import Assignee, Outcome, Procedure
from workflow.policy import Reach
from workflow.states import Trigger

BUREAU = Assignee("streets", "990101")


def something(mixed: random.Random, ticket: int) -> tuple[str, Command]:
    acts: list[tuple[str, Command]] = [
        ("officer", Move(ticket, Trigger.ACCEPT)),
        ("officer", Move(ticket, Trigger.DISPATCH, assignee=Assignee("grid", GRID))),
        ("officer", Move(ticket, Trigger.DISPATCH, assignee=BUREAU)),
        ("officer", Move(ticket, Trigger.REASSIGN, reason="nearer", assignee=BUREAU)),
        ("officer", Move(ticket, Trigger.DECLINE, reason="elsewhere", route="the court")),
        ("worker", Move(ticket, Trigger.SIGN)),
        ("bureau", Move(ticket, Trigger.SIGN)),
        ("worker", Move(ticket, Trigger.DISPUTE, reason="not ours")),
        ("worker", Move(ticket, Trigger.REPLY, result="done", outcome=Outcome.RESOLVED)),
        ("officer", Move(ticket, Trigger.RELEASE)),
        ("officer", Correct(ticket, place="9901")),
        ("officer", Correct(ticket, topic="T2")),
        ("resident", Move(ticket, Trigger.WITHDRAW)),
    ]  # fmt: skip
    return mixed.choice(acts)


async def wrong(database: Database) -> dict[counts.Kept, tuple[int, int]]:
    async with database.moment() as connection:
        return await counts.differing(connection)


async def rows(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(changes))).scalar_one())


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_mix_of_moves_by_many_counts_are_what_there_is(town: Town, seed: int) -> None:
    mixed = random.Random(seed)
    procedures = (Procedure.GRID_EVENT, Procedure.HOTLINE, Procedure.PETITION_REPORT)
    made = [(await town.registered(mixed.choice(procedures))).id for _ in range(6)]
    done = 0

    async def act(who: str, command: Command) -> None:
        nonlocal done
        with contextlib.suppress(Refused):
            await town.do(who, command)
            done += 1

    for _ in range(8):
        folding = [counts.fold(town.database) for _ in range(mixed.randrange(3))]
        await asyncio.gather(*(act(*something(mixed, mixed.choice(made))) for _ in range(12)), *folding)
        assert await wrong(town.database) == {}
    assert done > 5, "too little happened to prove anything"
    before = await counts.by_state(town.database)
    await counts.fold(town.database)
    assert (await rows(town.database), await wrong(town.database), await counts.by_state(town.database)) == (0, {}, before)


async def test_what_is_undone_is_not_counted_and_a_save_that_moves_nothing_writes_nothing(town: Town) -> None:
    ticket = await town.registered()
    written = await rows(town.database)
    async with SqlUnitOfWork(town.database) as uow:
        found = await uow.tickets.get(ticket.id)
        assert found is not None
        await uow.tickets.save(await uow.tickets.save(found))
        await uow.commit()
    async with SqlUnitOfWork(town.database) as uow:
        await uow.tickets.add(replace(ticket, number="QC-261123-0099"))
    assert (await rows(town.database), await wrong(town.database)) == (written, {})


async def test_a_report_about_somebody_is_in_no_count(town: Town) -> None:
    await town.registered(Procedure.PETITION_REPORT)
    assert (await rows(town.database), await counts.by_state(town.database)) == (0, {})


async def test_counts_are_narrowed_as_lists_are(town: Town) -> None:
    await town.registered()
    wanted = {Reach("9901"): 1, Reach("990101001", "hub"): 1, Reach("990101", "streets"): 0, Reach("990102"): 0, Reach("990101_"): 0}
    for folded in (False, True):
        async with town.database.moment() as connection:
            assert {reach: (await counts.states(connection, [reach])).total() for reach in wanted} == wanted, folded
            assert (await counts.states(connection, [])).total() == 0
        await counts.fold(town.database)


async def test_wrong_counts_are_found_and_put_right(town: Town) -> None:
    await town.registered()
    await counts.fold(town.database)
    await town.registered()
    async with town.database.writing() as connection:
        await connection.execute(update(tickets).values(state="CLOSED").where(tickets.c.id == 1))
        await connection.execute(update(kept).values(hub_unit="nobody"))
    # One closed that nobody counted, two that are counted and not there.
    assert sorted(await wrong(town.database)) == [
        ("CLOSED", "hub", "990101001", ""), ("REGISTERED", "nobody", "990101001", ""),
    ]  # fmt: skip
    assert await counts.repair(town.database) == 2
    assert (await wrong(town.database), await counts.repair(town.database)) == ({}, 0)
    assert await counts.by_state(town.database) == {"CLOSED": 1, "REGISTERED": 1}
