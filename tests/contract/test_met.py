"""Who speaks is looked up in one look: what is said of them afterwards is what would have been said without it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from storage import Database, SqlUnitOfWork
from tests.contract.conftest import Town, town_on
from tests.workflow.build import GRID
from workflow.alike import Follower
from workflow.commands import Register
from workflow.desk import Session
from workflow.model import Contact, Dialog, Intent, Post, Procedure, Role
from workflow.standing import Muting

PEOPLE = ("nobody yet", "new", "talking", "muted", "officer", "filed", "nameless", "follower")
MATTER = Register("Litter by the gate", Procedure.GRID_EVENT, Intent.COMPLAIN, "T2", "990101001001")


@pytest.fixture
async def town(keyed: Database) -> Town:
    """With somebody of each kind."""
    town = await town_on(keyed)
    async with SqlUnitOfWork(keyed) as uow:
        for name in PEOPLE[1:]:
            if name != "officer":
                town.people[name] = await uow.contacts.add(Contact(0, "test", name, name="王", created_at=town.clock.now()))
        await uow.dialogs.save(Dialog(town.people["talking"].id, "intake", {"said": "你好"}, town.clock.now(), (("unsure", {"a": 1}),)))
        await uow.contacts.mute(town.people["muted"].id, Muting(town.clock.now(), 1, "990101-1", 1))
        await uow.commit()
    ticket = await town.do("filed", MATTER)
    await town.do("nameless", replace(MATTER, anonymous=True))
    assert ticket is not None
    async with SqlUnitOfWork(keyed) as uow:
        assert await uow.followers.add(Follower(ticket.id, town.people["follower"].id, town.clock.now()))
        await uow.commit()
    return town


async def _known(uow: SqlUnitOfWork, name: str) -> Sequence[object]:
    contact = await uow.contacts.by_address("test", name)
    if contact is None:
        return (None,)
    who, tickets = contact.id, uow.tickets
    filed = [await tickets.of_reporter(who, open_only=only) for only in (True, False)]
    said = await uow.dialogs.get(who), await uow.posts.of_contact(who), await uow.followers.of_contact(who)
    return contact, *said, *filed, await tickets.count_open(who)


@pytest.mark.parametrize("name", PEOPLE)
async def test_it_is_what_one_would_be_told_anyhow(town: Town, name: str) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        plain = await _known(uow, name)
    async with SqlUnitOfWork(town.database) as uow:
        assert await uow.first_time("one", town.clock.now(), ("test", name))
        assert await _known(uow, name) == plain
        assert await _known(uow, name) == plain  # and the second time, too


async def test_what_is_written_meanwhile_is_seen(town: Town) -> None:
    who = town.people["new"]
    async with SqlUnitOfWork(town.database) as uow:
        await uow.first_time("one", town.clock.now(), ("test", "new"))
        await uow.contacts.save(replace(who, language="en"))
        await uow.dialogs.save(Dialog(who.id, "intake", {}, town.clock.now()))
        await uow.posts.add(Post(0, who.id, Role.GRID_WORKER, "grid", GRID))
        contact, dialog, posts, *_ = await _known(uow, "new")
        assert isinstance(contact, Contact)
        assert isinstance(dialog, Dialog)
        assert (contact.language, dialog.step, bool(posts)) == ("en", "intake", True)


async def test_somebody_new_is_known_once_added(town: Town) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        await uow.first_time("one", town.clock.now(), ("test", "nobody yet"))
        made = await uow.contacts.add(Contact(0, "test", "nobody yet", created_at=town.clock.now()))
        assert await uow.contacts.by_address("test", "nobody yet") == made


@pytest.mark.parametrize("nameless", [False, True])
async def test_a_ticket_filed_meanwhile_is_ones_own_and_may_be_joined(town: Town, nameless: bool) -> None:
    async def work(session: Session) -> None:
        who = town.people["new"]
        assert await session.uow.tickets.count_open(who.id) == 0
        ticket = await session.do(await session.actor(who), replace(MATTER, anonymous=nameless))
        assert [one.id for one in await session.uow.tickets.of_reporter(who.id, open_only=True)] == [ticket.id]
        assert await session.uow.tickets.count_open(who.id) == 1
        assert await session.uow.followers.of_ticket(ticket.id) == ()
        await session.uow.followers.add(Follower(ticket.id, town.people["follower"].id, session.now))
        assert await session.uow.followers.of_ticket(ticket.id) == (town.people["follower"].id,)

    await town.desk.serve("one", work, ("test", "new"))


async def test_a_request_is_served_once_whoever_comes_with_it(town: Town) -> None:
    served: list[str] = []

    async def work(session: Session) -> str:
        served.append("yes")
        await session.do(await session.actor(town.people["new"]), MATTER)
        return "done"

    first = await asyncio.gather(*(town.desk.serve("one", work, ("test", "new")) for _ in range(4)))
    assert sorted(map(str, first)) == ["None", "None", "None", "done"]
    assert await town.desk.serve("one", work, ("test", "new")) is None
    assert await town.desk.serve("one", work) is None
    async with SqlUnitOfWork(town.database) as uow:
        assert await uow.tickets.count_open(town.people["new"].id) == 1  # whatever was begun and given up
