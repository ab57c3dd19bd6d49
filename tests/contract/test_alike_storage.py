"""Looking for similar tickets: who is found, who never, and by which road in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import dialects

from storage import Database, SqlUnitOfWork
from storage.alike import nearby
from tests.contract.conftest import Town
from tests.workflow.build import GRID, REGION
from workflow import alike
from workflow.alike import Area, Follower, Gist, Neighbour
from workflow.bursts import Incident, Told
from workflow.commands import Correct, Join, Move, Register
from workflow.model import Intent, Procedure, Ticket
from workflow.states import Trigger

GIST = Gist("w" * 32, ((1, 5), (2, 3)), ((7, 8),))
MATTER = Register("Litter", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", "990101001001", "gate", gist=GIST)
SPRING, BROOK, HILL = "990101001001", "990101001002", "990101001"


async def filed(town: Town, **change: Any) -> Ticket:
    ticket = await town.do("resident", replace(MATTER, **change))
    assert ticket is not None
    return ticket


async def near(town: Town, place: str = SPRING, who: str = "worker", topic: str = "T1") -> list[Neighbour]:
    wanted = alike.area(REGION, topic, place, town.clock.now())
    assert wanted is not None
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        return list(await uow.alike.near(wanted, town.people[who].id))


async def test_the_gist_comes_back_the_same(town: Town) -> None:
    ticket = await filed(town)
    [found] = await near(town)
    assert (found.ticket_id, found.gist, found.own, found.people) == (ticket.id, GIST, False, 1)


@pytest.mark.parametrize(
    ("theirs", "mine", "found"),
    [
        (SPRING, SPRING, True), (GRID, SPRING, True), (SPRING, GRID, True), (HILL, SPRING, True), (SPRING, HILL, True), (BROOK, HILL, True),
        (BROOK, SPRING, False), ("990101001002001", SPRING, False),
    ],
)  # fmt: skip
async def test_near_is_the_village_and_what_is_known_no_better(town: Town, theirs: str, mine: str, found: bool) -> None:
    await filed(town, place=theirs)
    assert bool(await near(town, mine)) is found


async def test_a_place_known_no_better_than_the_county_is_near_nothing(town: Town) -> None:
    assert alike.area(REGION, "T1", "990101", town.clock.now()) is None
    assert alike.area(REGION, "", SPRING, town.clock.now()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"procedure": Procedure.PETITION_REPORT}, {"procedure": Procedure.PETITION_CLAIM}, {"procedure": Procedure.PETITION_SUGGESTION},
        {"procedure": Procedure.CONSULTATION}, {"procedure": Procedure.EMERGENCY}, {"procedure": Procedure.LEGAL_ROUTE},
        {"anonymous": True}, {"understanding": {"sensitive": True}},
    ],
)  # fmt: skip
async def test_what_may_not_be_shown_to_others_is_not_found(town: Town, change: dict[str, Any]) -> None:
    await filed(town, **change)
    assert await near(town) == []


async def test_one_s_own_is_found_also_when_it_is_anonymous(town: Town) -> None:
    await filed(town, anonymous=True)
    assert [one.own for one in await near(town, who="resident")] == [True]


async def test_what_one_joined_is_as_one_s_own(town: Town) -> None:
    ticket = await filed(town)
    await town.do("worker", Join(ticket.id))
    assert [(one.own, one.people) for one in await near(town)] == [(True, 2)]


async def test_what_rests_or_is_old_is_not_found(town: Town) -> None:
    ended, old = await filed(town), await filed(town)
    await town.do("officer", Move(ended.id, Trigger.DECLINE, reason="no", route="the county"))
    assert [one.ticket_id for one in await near(town)] == [old.id]
    town.clock.move(days=15)
    assert await near(town) == []


async def test_a_correction_moves_it_to_its_new_neighbours(town: Town) -> None:
    ticket = await filed(town)
    await town.do("officer", Correct(ticket.id, place=BROOK))
    assert await near(town, SPRING) == []
    assert [one.ticket_id for one in await near(town, BROOK)] == [ticket.id]


async def test_newest_first_and_no_more_than_are_wanted(town: Town) -> None:
    tickets = [await filed(town) for _ in range(3)]
    wanted = Area(("T1",), SPRING, (HILL,), town.clock.now() - timedelta(days=1))
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        found = await uow.alike.near(wanted, 0, limit=2)
    assert [one.ticket_id for one in found] == [tickets[2].id, tickets[1].id]


async def plan(database: Database, sql: str) -> str:
    async with database.engine.connect() as connection:
        rows = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")).mappings().all()
    return "\n".join(str(row["detail"]) for row in rows)


async def test_a_million_tickets_are_not_read_through(sqlite: Database) -> None:
    """SQLite says which road it takes: by topic and time through the index, each other table by its key."""
    wanted = Area(("T1", "T2"), SPRING, (HILL,), datetime.fromisoformat("2026-11-01T00:00:00+00:00"))
    asked, values = nearby(wanted, 1, 50, (1, 2, 3))
    dialect = dialects.sqlite.dialect()
    question = asked.of(dialect).params(values).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    road = await plan(sqlite, str(question).replace("\n", " "))
    assert "USING INDEX ix_tickets_topic_created_at_place" in road
    assert "SCAN" not in road.replace("USE TEMP B-TREE", "")
    lately = await plan(sqlite, "SELECT id, topic, place, reporter FROM tickets WHERE created_at >= '2026' AND procedure != 'x'")
    assert "SEARCH tickets USING INDEX ix_tickets_created_at" in lately
    usual = "SELECT count(*) FROM tickets WHERE topic IN ('T1', 'T2') AND created_at >= '2026' AND place LIKE '9901%'"
    assert "COVERING INDEX ix_tickets_topic_created_at_place" in await plan(sqlite, usual)


async def test_tickets_and_joinings_are_told_of_and_reports_are_not(town: Town) -> None:
    ticket = await filed(town)
    await filed(town, procedure=Procedure.PETITION_REPORT)
    town.clock.move(hours=1)
    await town.do("worker", Join(ticket.id))
    people = town.people
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        found = await uow.alike.told(town.clock.now() - timedelta(hours=2))
        assert [one.contact_id for one in found] == [people["resident"].id, people["worker"].id]
        assert found[0] == Told(ticket.id, "T1", SPRING, people["resident"].id, ticket.created_at)
        assert len(await uow.alike.told(town.clock.now())) == 1
        since = town.clock.now() - timedelta(days=1)
        assert await uow.alike.usual(["T1"], HILL, since, town.clock.now()) >= 1
        assert await uow.alike.usual(["T1"], BROOK, since, town.clock.now()) == 0


async def test_an_incident_is_stored_and_raised_again(town: Town) -> None:
    now = town.clock.now()
    async with SqlUnitOfWork(town.database) as uow:
        first = await uow.alike.raise_incident(Incident(0, "T", HILL, now, now, 6, 6))
        assert await uow.alike.incident("T", HILL) == first
        again = await uow.alike.raise_incident(replace(first, people=12, raised_at=now + timedelta(hours=1)))
        assert again.id == first.id
        assert await uow.alike.incident("T", HILL) == again
        assert await uow.alike.incident("T", BROOK) is None


async def test_a_follower_is_there_once(town: Town) -> None:
    ticket, contact = await filed(town), town.people["worker"].id
    async with SqlUnitOfWork(town.database) as uow:
        one = Follower(ticket.id, contact, town.clock.now(), anonymous=True, whole="w")
        assert [await uow.followers.add(one), await uow.followers.add(one)] == [True, False]
        assert await uow.followers.get(ticket.id, contact) == one
        assert await uow.followers.of_contact(contact) == (ticket.id,)
        await uow.followers.remove(ticket.id, contact)
        assert await uow.followers.get(ticket.id, contact) is None
