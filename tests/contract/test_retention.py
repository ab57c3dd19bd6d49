"""What is taken away when its time is over, or because somebody asks; what stays; and what can't be taken away yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.retention import Retention
from storage import Database, DiskFiles, OutboxQueue, SqlUnitOfWork
from tests.contract.conftest import Town, dumped, town_on
from tests.workflow.build import GRID, REGION
from workflow.commands import Add, Join, Move, Register
from workflow.desk import Session
from workflow.erasing import Gone, foreseen, forget
from workflow.model import Assignee, FileRef, Intent, Outcome, Point, Procedure, Ticket
from workflow.region import Retention as Rule
from workflow.states import State, Trigger

PHONE = "13800138000"


@pytest.fixture
def database(keyed: Database) -> Database:
    return keyed


@pytest.fixture
async def town(database: Database) -> Town:
    return await town_on(database)


class Office:
    def __init__(self, town: Town, folder: Path, held: tuple[str, ...] = (), **days_of: int) -> None:
        self.region = replace(REGION, retention=Rule(days_of, frozenset(held)))
        self.town = town
        object.__setattr__(town.desk, "region", lambda: self.region)
        self.files = DiskFiles(folder / "files")
        self.folder = folder

    def watch(self) -> Retention:
        database = self.town.database
        return Retention(
            lambda: SqlUnitOfWork(database), self.town.desk, self.town.clock, lambda: self.region, database, self.files
        )

    async def closed(self, procedure: Procedure = Procedure.GRID_EVENT, file: FileRef | None = None) -> Ticket:
        matter = Register(
            f"Litter, call {PHONE}", procedure, Intent.COMPLAIN, "T1", "990101001001", "behind the mill",
            files=(file,) if file is not None else (), point=Point(22.5, 113.1), understanding={"words": ["Litter"], "version": "1"},
        )  # fmt: skip
        ticket = await self.town.do("resident", matter)
        assert ticket is not None
        await self.town.do("officer", Move(ticket.id, Trigger.ACCEPT))
        await self.town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("grid", GRID)))
        await self.town.do("worker", Move(ticket.id, Trigger.SIGN))
        await self.town.do("resident", Add(ticket.id, f"the mill of Ann, {PHONE}"))
        await self.town.do("worker", Move(ticket.id, Trigger.REPLY, result=f"swept, ask {PHONE}"))
        await self.town.do("officer", Move(ticket.id, Trigger.RELEASE))
        done = await self.town.do("resident", Move(ticket.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
        assert done is not None and done.state is State.CLOSED
        return done

    async def ticket(self, ticket_id: int) -> Ticket:
        async with SqlUnitOfWork(self.town.database, reading=True) as uow:
            found = await uow.tickets.get(ticket_id)
        assert found is not None
        return found

    async def asks(self, *, really: bool) -> Gone:
        self.town.served += 1

        async def work(session: Session) -> Gone:
            who = await session.uow.contacts.get(self.town.people["resident"].id)
            assert who is not None
            return await (forget if really else foreseen)(session, who)

        found = await self.town.desk.serve(f"forget:{self.town.served}", work)
        assert found is not None
        return found


async def delivered(town: Town) -> None:
    queue = OutboxQueue(town.database)
    while items := await queue.claim(town.clock.now()):
        for item in items:
            await queue.sent(item, f"m{item.id}", town.clock.now())


async def test_a_ticket_forgets_its_people_when_its_time_is_over(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path, grid_event=100)
    photo = await office.files.put(b"a sheet", "document", "text/plain", "a.txt")
    ticket = await office.closed(file=photo)
    await delivered(town)
    town.clock.move(days=99)
    assert await office.watch().look() == 0
    town.clock.move(days=2)
    watch = office.watch()
    assert await watch.look() == 1 and await watch.look() == 0 and await office.watch().look() == 0
    after, file = await office.ticket(ticket.id), await dumped(town.database)
    assert (after.state, after.number, after.topic, after.place, after.outcome) == (
        State.ARCHIVED, ticket.number, "T1", "990101001001", Outcome.RESOLVED,
    )  # fmt: skip
    assert (after.text, after.place_detail, after.result, after.files, after.point, after.reporter, after.query_code) == (
        "", "", "", (), None, None, "",
    )  # fmt: skip
    assert after.created_at == ticket.created_at and after.closed_at == ticket.closed_at
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        trail, notes = await uow.tickets.events(ticket.id), await uow.tickets.notes(ticket.id)
        originals = await uow.privacy.originals(ticket.id)
    assert [event.kind for event in trail][:2] == ["registered", "accept"] and trail[-1].kind == "archive"
    assert {event.actor_id for event in trail if event.actor_role == "resident"} == {0} and originals == {}
    assert all(not note.text and not note.files for note in notes)
    assert not any(words in file for words in ("mill", "swept", "Litter", PHONE))
    with pytest.raises(FileNotFoundError):
        await office.files.get(photo.sha256)


async def test_nothing_of_it_lies_on_in_the_files_of_sqlite(sqlite: Database, tmp_path: Path) -> None:
    def lie(words: str) -> bool:
        return any(words.encode() in path.read_bytes() for path in tmp_path.glob("city.db*"))

    town = await town_on(sqlite)
    office = Office(town, tmp_path, grid_event=30)
    watch = office.watch()
    await watch.look()
    await office.closed()
    assert lie("behind the mill")
    town.clock.move(days=31)
    await watch.look()
    assert not lie("behind the mill")
    assert (tmp_path / "city.db-wal").stat().st_size == 0


async def test_a_file_that_another_ticket_has_stays(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path, grid_event=100)
    photo = await office.files.put(b"a sheet", "document", "text/plain")
    await office.closed(file=photo)
    town.clock.move(days=60)
    await office.closed(file=photo)
    town.clock.move(days=60)
    assert await office.watch().look() == 1
    assert await office.files.get(photo.sha256) == b"a sheet"


async def test_what_is_on_hold_or_open_or_disputed_stays(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path, held=("hotline",), grid_event=100, petition_claim=100)
    held, claim = await office.closed(Procedure.HOTLINE), await office.closed(Procedure.PETITION_CLAIM)
    await town.do("resident", Move(claim.id, Trigger.REQUEST_REVIEW, "not so"))
    still_open = await town.registered()
    town.clock.move(days=4000)
    assert await office.watch().look() == 0
    assert [(await office.ticket(one.id)).text != "" for one in (held, claim, still_open)] == [True] * 3


async def test_what_went_into_an_open_matter_stays_with_it(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path, grid_event=100)
    parent, child = await town.registered(), await town.registered()
    await town.do("officer", Move(child.id, Trigger.MERGE, parent_number=parent.number))
    town.clock.move(days=4000)
    assert await office.watch().look() == 0 and (await office.ticket(child.id)).text != ""


async def test_who_asks_is_forgotten_in_what_ended_and_served_in_what_goes_on(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path)
    ended, going = await office.closed(), await town.registered()
    await delivered(town)
    who = town.people["resident"]
    async with SqlUnitOfWork(town.database) as uow:
        await uow.contacts.save(replace(who, name="Ann", consented_at=town.clock.now()))
        await uow.commit()
    wish = Gone((ended.id,), (), (going.id,))
    assert await office.asks(really=False) == wish and (await office.ticket(ended.id)).text != ""
    assert await office.asks(really=True) == wish
    after = await office.ticket(ended.id)
    assert (after.state, after.text, after.reporter) == (State.CLOSED, "", None)
    assert (await office.ticket(going.id)).reporter == who.id
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        contact = await uow.contacts.get(who.id)
        kinds = [event.kind for event in await uow.tickets.events(ended.id)]
    assert contact is not None and (contact.name, contact.consented_at) == ("", None) and kinds[-1] == "forgotten"
    assert await office.asks(really=True) == Gone((), (), (going.id,))


async def test_a_claim_is_kept_while_it_may_be_reviewed_and_a_report_while_it_is_held(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path, held=("petition_suggestion",))
    claim, held = await office.closed(Procedure.PETITION_CLAIM), await office.closed(Procedure.PETITION_SUGGESTION)
    assert await office.asks(really=True) == Gone((), (claim.id, held.id), ())
    assert (await office.ticket(claim.id)).text != ""
    town.clock.move(days=31)
    assert (await office.asks(really=True)).resting == (claim.id,)


async def test_those_who_joined_are_forgotten_with_the_ticket(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path, grid_event=10)
    ticket = await town.registered()
    await town.do("bureau", Join(ticket.id, "me too"))
    await town.do("officer", Move(ticket.id, Trigger.DECLINE, "not here", route="there"))
    town.clock.move(days=11)
    assert await office.watch().look() == 1
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        assert await uow.followers.of_ticket(ticket.id) == ()
