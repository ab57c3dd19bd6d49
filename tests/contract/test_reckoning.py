"""Whole counts of a database, alike on both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage import Database
from storage.reckoning import held, is_new, size, states
from tests.contract.conftest import Town
from workflow.commands import Move
from workflow.desk import Session
from workflow.states import Trigger

NOW = datetime(2026, 3, 2, tzinfo=UTC)


async def test_a_database_nobody_spoke_to_is_new(database: Database) -> None:
    assert await is_new(database)
    assert await size(database) > 0
    found = await held(database, NOW)
    assert (found.tickets, found.states, found.without_clock) == ({}, {}, ())


async def test_what_is_there_is_counted(town: Town) -> None:
    first, second = await town.registered(), await town.registered()
    await town.do("officer", Move(first.id, Trigger.ACCEPT))
    found = await held(town.database, town.clock.now() - timedelta(days=1))
    assert found.tickets == {first.id: first.number, second.id: second.number}
    assert found.states == {"ACCEPTED": 1, "REGISTERED": 1}
    assert found.facts == {"registered": 2, "accept": 1}
    assert found.without_clock == () and found.silent == {}
    later = await held(town.database, town.clock.now() + timedelta(seconds=1))
    assert later.silent == {("grid_event", "ACCEPTED"): 1, ("grid_event", "REGISTERED"): 1}
    assert await states(town.database) == found.states
    assert found.outbox["waiting"] > 0
    assert not await is_new(town.database)


async def test_an_open_ticket_without_a_clock_is_named(town: Town) -> None:
    ticket = await town.registered()

    async def stopped(session: Session) -> None:
        clocks = tuple(replace(clock, stopped_at=session.now) for clock in ticket.clocks)
        await session.uow.tickets.save(replace(ticket, clocks=clocks))

    await town.desk.serve("stopped", stopped)
    assert (await held(town.database, town.clock.now())).without_clock == ((ticket.number, "REGISTERED", "grid_event"),)
