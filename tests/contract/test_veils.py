"""Whoever reports without a name can't be found in a copy of the database, and is served like everybody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from storage import Database, OutboxQueue, SqlUnitOfWork
from storage.keys import Keys, new_key
from storage.privacy_tables import veils
from storage.rotation import resealed
from storage.tables import contacts, events, messages, metadata, notes, outbox, tickets
from storage.vault import Unsealable, Vault
from tests.contract.conftest import Town, town_on
from tests.keys import KEYS, Stars
from tests.workflow.build import GRID
from workflow.alike import Area
from workflow.commands import Add, Move, Rate, Register, Urge
from workflow.desk import Session
from workflow.erasing import forget
from workflow.errors import Refused
from workflow.model import Assignee, Intent, Outcome, Procedure, Speech, Ticket
from workflow.states import State, Trigger

MATTER = Register("Litter by the gate", Procedure.GRID_EVENT, Intent.COMPLAIN, "T2", "990101001001", anonymous=True)


@pytest.fixture
def database(keyed: Database) -> Database:
    return keyed


@pytest.fixture
async def town(database: Database) -> Town:
    return await town_on(database)


async def filed(town: Town, matter: Register = MATTER) -> Ticket:
    ticket = await town.do("resident", matter)
    assert ticket is not None
    return ticket


async def delivered(town: Town) -> list[Speech]:
    """What the resident's own chat was told."""
    queue, found = OutboxQueue(town.database), list[Speech]()
    while items := await queue.claim(town.clock.now()):
        for item in items:
            if item.contact == town.people["resident"]:
                found.append(item.speech)
            await queue.sent(item, f"m{item.id}", town.clock.now())
    return found


async def tied(town: Town) -> list[str]:
    """Every row, of whatever table, in which the resident's id stands beside a ticket's."""
    who, found = town.people["resident"].id, list[str]()
    async with town.database.reading() as connection:
        for table in metadata.sorted_tables:
            people = [column for column in table.c if column.name in {"contact_id", "reporter", "actor_id", "author_id", "signed_by"}]
            beside = tickets.c.id if table is tickets else table.c.get("ticket_id")
            if beside is None:
                continue
            for column in people:
                one = select(func.count()).select_from(table).where(column == who, beside.is_not(None))
                found += [f"{table.name}.{column.name}"] * int((await connection.execute(one)).scalar_one())
    return found


async def lived(town: Town) -> Ticket:
    ticket = await filed(town)
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("grid", GRID)))
    await town.do("worker", Move(ticket.id, Trigger.SIGN))
    await town.do("resident", Add(ticket.id, "it grows"))
    await town.do("resident", Urge(ticket.id))
    await town.do("worker", Move(ticket.id, Trigger.REPLY, result="swept"))
    await town.do("officer", Move(ticket.id, Trigger.RELEASE))
    return ticket


async def test_no_row_ties_the_chat_to_the_ticket(town: Town) -> None:
    ticket = await lived(town)
    assert await tied(town) == []
    told = await delivered(town)
    assert {speech.key for speech in told} >= {"notices.registered", "notices.dispatched", "notices.replied"}
    async with SqlUnitOfWork(town.database) as uow:
        await uow.tickets.get(ticket.id)
        await uow.remember(town.people["resident"].id, "own1", ticket.id)
        await uow.commit()
    await town.do("resident", Move(ticket.id, Trigger.REWORK, "still there", verdict="unsolved"))
    assert await tied(town) == []


async def test_what_is_said_without_a_look_at_the_ticket_goes_under_its_veil_too(town: Town) -> None:
    ticket, who = await filed(town), town.people["resident"].id
    async with SqlUnitOfWork(town.database) as uow:
        await uow.outbox.put(Speech(who, "first", ticket_id=ticket.id))
        await uow.remember(who, "own1", ticket.id)
        await uow.commit()
    assert await tied(town) == []
    assert "first" in [speech.key for speech in await delivered(town)]


async def test_the_check_sees_a_tie_where_there_is_one(town: Town) -> None:
    await filed(town, replace(MATTER, anonymous=False))
    assert {"tickets.reporter", "events.actor_id", "outbox.contact_id"} <= set(await tied(town))


async def test_its_reporter_finds_it_rates_it_and_objects(town: Town) -> None:
    ticket, who = await lived(town), town.people["resident"].id
    await delivered(town)
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        mine = await uow.tickets.of_reporter(who, open_only=False)
        held = await uow.privacy.held(who)
        card = await uow.card(who, ticket.id) if await uow.tickets.get(ticket.id) else None
        about = await uow.about(who, card or "")
    assert [one.id for one in mine] == [ticket.id] and mine[0].reporter == who and held.tickets == held.notes == 1
    assert card is not None and about is not None and about.ticket_id == ticket.id
    await town.do("resident", Rate(ticket.id, "basic"))
    done = await town.do("resident", Move(ticket.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
    again = await town.do("resident", Move(ticket.id, Trigger.REOPEN, "there again"))
    assert done is not None and done.state is State.CLOSED and again is not None and again.state is State.HANDLING
    with pytest.raises(Refused):
        await town.do("supervisor", Urge(ticket.id))


async def test_two_of_one_person_are_not_tied_to_each_other(town: Town) -> None:
    one, two = await filed(town), await filed(town)
    async with town.database.reading() as connection:
        reporters = (await connection.execute(select(tickets.c.reporter).order_by(tickets.c.id))).scalars().all()
        lists = (await connection.execute(select(func.length(veils.c.aliases)))).scalars().all()
    assert len(set(reporters)) == 2
    await filed(town)
    async with town.database.reading() as connection:
        assert (await connection.execute(select(func.length(veils.c.aliases)))).scalars().all() == lists
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        mine = await uow.tickets.of_reporter(town.people["resident"].id, open_only=False)
    assert {one.id, two.id} < {ticket.id for ticket in mine}


async def test_without_the_keys_nobody_is_found_and_nobody_is_mistaken(town: Town) -> None:
    ticket = await filed(town)
    blind = replace(town.database, vault=Vault(Keys(None, new_key("other").line), Stars()))
    async with SqlUnitOfWork(blind, reading=True) as uow:
        with pytest.raises(Unsealable):
            await uow.tickets.get(ticket.id)


async def test_a_stranger_is_not_offered_it_and_its_reporter_is(town: Town) -> None:
    ticket = await filed(town, replace(MATTER, topic="T1"))
    area = Area(("T1",), "990101001", (), town.clock.now())
    for who, expected in (("resident", [ticket.id]), ("bureau", [])):
        async with SqlUnitOfWork(town.database, reading=True) as uow:
            assert [one.ticket_id for one in await uow.alike.near(area, town.people[who].id)] == expected


async def test_keys_can_be_changed_under_a_veil(town: Town) -> None:
    ticket = await lived(town)
    keys = Keys(None, f"{KEYS},{new_key('next').line}")
    await resealed(replace(town.database, vault=Vault(keys, Stars())))
    object.__setattr__(town.database, "vault", Vault(Keys(None, keys.current.line), Stars()))
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        assert [one.id for one in await uow.tickets.of_reporter(town.people["resident"].id, open_only=True)] == [ticket.id]
    assert await delivered(town)


async def test_who_is_forgotten_leaves_an_empty_veil_and_no_message_without_an_owner(town: Town) -> None:
    ticket = await filed(town)
    await town.do("officer", Move(ticket.id, Trigger.DECLINE, "not here", route="there"))

    async def work(session: Session) -> None:
        await forget(session, town.people["resident"])

    await town.desk.serve("forget", work)
    assert await delivered(town) == []
    async with town.database.reading() as connection:
        assert (await connection.execute(select(contacts.c.name).where(contacts.c.door == "veil"))).scalars().all() == [""]
        assert (await connection.execute(select(func.count()).where(outbox.c.status == "waiting"))).scalar_one() == 0
        assert (await connection.execute(select(func.count()).select_from(messages))).scalar_one() > 0


async def test_a_hazard_that_outlives_its_reporter_does_not_name_them(town: Town) -> None:
    ticket = await filed(town, replace(MATTER, anonymous=False))
    await town.do("resident", Add(ticket.id, "it leans"))
    await town.do("resident", Move(ticket.id, Trigger.WITHDRAW))
    async with town.database.reading() as connection:
        actors = (await connection.execute(select(events.c.actor_id).where(events.c.ticket_id == ticket.id))).scalars().all()
        authors = (await connection.execute(select(notes.c.author_id))).scalars().all()
    assert town.people["resident"].id not in {*actors, *authors}
