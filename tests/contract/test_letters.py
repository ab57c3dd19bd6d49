"""Several matters of one message: a ticket each, one letter, told of once when the last is over."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from storage import SqlUnitOfWork
from storage.tables import letters
from tests.contract.conftest import Town
from workflow.commands import Move, Register, RegisterSeveral
from workflow.desk import Session
from workflow.errors import Refusal, Refused
from workflow.letters import Letter
from workflow.model import SAID, About, Assignee, Intent, Outcome, Procedure, Ticket
from workflow.states import State, Trigger

LITTER = Register("Litter by the gate", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", "990101001001")
WALL = Register("And a loose wall", Procedure.HOTLINE, Intent.COMPLAIN, "T2", "990101001002", anonymous=True)
LAMP = replace(LITTER, text="And a lamp")


async def several(town: Town, *matters: Register, request_id: str = "") -> list[Ticket]:
    first = await town.do("resident", RegisterSeveral(matters), request_id)
    assert first is not None and first.letter_id is not None
    return await of_letter(town, first.letter_id)


async def of_letter(town: Town, letter_id: int) -> list[Ticket]:
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        return list(await uow.tickets.of_letter(letter_id))


async def letter(town: Town, letter_id: int | None) -> Letter:
    assert letter_id is not None
    async with SqlUnitOfWork(town.database) as uow:
        return await uow.letters.held(letter_id)


async def to_the_end(town: Town, ticket: Ticket) -> Move:
    """Up to the last step, which is answered."""
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("streets", "990101")))
    await town.do("bureau", Move(ticket.id, Trigger.SIGN))
    await town.do("bureau", Move(ticket.id, Trigger.REPLY, result="done"))
    await town.do("officer", Move(ticket.id, Trigger.RELEASE))
    return Move(ticket.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED)


async def test_each_matter_has_its_own_number_desk_and_clocks(town: Town) -> None:
    one, two = await several(town, LITTER, WALL)
    assert (one.number, two.number) == ("QC-261123-0001", "QC-261123-0002")
    assert (one.text, one.topic, one.place, one.anonymous) == ("Litter by the gate", "T1", "990101001001", False)
    assert (two.text, two.topic, two.place, two.anonymous) == ("And a loose wall", "T2", "990101001002", True)
    for ticket in (one, two):
        assert {clock.name for clock in ticket.clocks if clock.running} == {"accept", "reply"}
    after = await town.do("officer", Move(one.id, Trigger.ACCEPT))
    assert after is not None and after.state is State.ACCEPTED
    assert (await of_letter(town, one.letter_id or 0))[1] == two


async def test_one_receipt_for_all_and_a_notice_for_each_to_the_hub(town: Town) -> None:
    await several(town, LITTER, WALL)
    heard = await town.heard()
    assert [said for said in heard if said[0] == "resident"] == [("resident", "letters.registered", True)]
    assert heard.count(("officer", "notices.new_for_hub", True)) == 2


async def test_the_events_say_which_part_it_is(town: Town) -> None:
    _, two = await several(town, LITTER, WALL)
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        (event,) = await uow.tickets.events(two.id)
    assert (event.kind, event.data) == ("registered", {"part": 2, "parts": 2})


async def test_the_same_request_twice_makes_one_set(town: Town) -> None:
    await several(town, LITTER, WALL, request_id="same")
    assert await town.do("resident", RegisterSeveral((LITTER, WALL)), "same") is None
    async with town.database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(letters))).scalar_one() == 1


@pytest.mark.parametrize(
    "matters",
    [
        (LITTER,), (), (LITTER,) * 6, (LITTER, replace(WALL, procedure=Procedure.PETITION_REPORT)),
        (replace(LITTER, procedure=Procedure.EMERGENCY), WALL),
    ],
)  # fmt: skip
async def test_what_must_stand_alone_is_never_part_of_a_letter(town: Town, matters: tuple[Register, ...]) -> None:
    with pytest.raises(Refused) as refusal:
        await town.do("resident", RegisterSeveral(matters))
    assert refusal.value.code is Refusal.NOT_TOGETHER
    await nothing_is_left(town)


async def test_one_bad_matter_leaves_none(town: Town) -> None:
    with pytest.raises(Refused) as refusal:
        await town.do("resident", RegisterSeveral((LITTER, replace(WALL, place="0"))))
    assert refusal.value.code is Refusal.PLACE_UNKNOWN
    await nothing_is_left(town)


async def nothing_is_left(town: Town) -> None:
    assert await town.heard() == []
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        assert await uow.tickets.get(1) is None
    async with town.database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(letters))).scalar_one() == 0


async def test_closing_one_keeps_the_letter_open_and_the_last_is_told_once(town: Town) -> None:
    one, two = await several(town, LITTER, WALL)
    await town.do("resident", await to_the_end(town, one))
    assert (await letter(town, one.letter_id)).closed_at is None
    last = await to_the_end(town, two)
    await town.heard()
    await town.do("resident", last)
    heard = [said for said in await town.heard() if said[0] == "resident"]
    assert heard == [("resident", "notices.closed", True), ("resident", "letters.closed", True)]
    assert (await letter(town, one.letter_id)).closed_at == town.clock.now()


async def test_two_that_close_at_once_are_told_of_once(town: Town) -> None:
    one, two = await several(town, LITTER, WALL)
    ends = [await to_the_end(town, ticket) for ticket in (one, two)]
    await town.heard()
    await asyncio.gather(*(town.do("resident", end) for end in ends))
    assert [key for _, key, _ in await town.heard()].count("letters.closed") == 1


async def test_every_step_shows_on_the_letters_card_in_silence(town: Town) -> None:
    one, _ = await several(town, LITTER, WALL)
    await town.heard()
    await town.do("officer", Move(one.id, Trigger.ACCEPT))
    assert [said for said in await town.heard() if said[0] == "resident"] == [("resident", "", False)] * 2


async def test_an_end_that_is_no_closing_is_called_otherwise(town: Town) -> None:
    one, two = await several(town, LITTER, LAMP)
    await town.do("officer", Move(one.id, Trigger.DECLINE, reason="not ours", route="the county"))
    await town.heard()
    await town.do("resident", Move(two.id, Trigger.WITHDRAW))
    assert ("resident", "letters.ended", True) in await town.heard()


async def test_a_matter_that_rises_opens_the_letter_and_its_end_is_told_again(town: Town) -> None:
    one, two = await several(town, LITTER, WALL)
    for ticket in (one, two):
        await town.do("resident", await to_the_end(town, ticket))
    await town.do("resident", Move(one.id, Trigger.REOPEN, reason="full again"))
    assert (await letter(town, one.letter_id)).closed_at is None
    await town.heard()
    await town.do("bureau", Move(one.id, Trigger.REPLY, result="done"))
    await town.do("officer", Move(one.id, Trigger.RELEASE))
    await town.do("resident", Move(one.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
    assert [key for _, key, _ in await town.heard()].count("letters.closed") == 1


async def test_a_hazard_that_outlives_its_reporter_leaves_the_letter(town: Town) -> None:
    one, two = await several(town, LITTER, WALL)
    after = await town.do("resident", Move(two.id, Trigger.WITHDRAW))
    assert after is not None
    assert (after.state, after.reporter, after.letter_id) == (State.REGISTERED, None, None)
    assert await of_letter(town, one.letter_id or 0) == [one]
    await town.heard()
    await town.do("resident", await to_the_end(town, one))
    assert ("resident", "letters.closed", True) in await town.heard()


async def test_a_letter_without_anybody_left_tells_nobody(town: Town) -> None:
    one, two = await several(town, WALL, replace(WALL, text="And a wall there"))
    for ticket in (one, two):
        await town.do("resident", Move(ticket.id, Trigger.WITHDRAW))
    keys = [key for who, key, _ in await town.heard() if who == "resident"]
    assert "letters.closed" not in keys and "letters.ended" not in keys
    assert (await letter(town, one.letter_id)).closed_at is not None


async def test_the_letters_card_is_not_a_tickets(town: Town) -> None:
    one, _ = await several(town, LITTER, WALL)
    await town.heard()
    contact = town.people["resident"].id
    async with SqlUnitOfWork(town.database) as uow:
        assert one.letter_id is not None
        message = await uow.letter_card(contact, one.letter_id)
        assert message is not None
        assert await uow.card(contact, one.id) is None
        assert await uow.about(contact, message) == About(one.id, "letters.registered", card=True, letter_id=one.letter_id)
        await uow.remember(contact, "her own", one.id, one.letter_id)
        assert await uow.about(contact, "her own") == About(one.id, SAID, card=False, letter_id=one.letter_id)
        assert await uow.letter_card(contact, one.letter_id) == message


async def test_a_letter_is_kept_as_it_was_saved(town: Town) -> None:
    one, _ = await several(town, LITTER, WALL)

    async def work(session: Session) -> Letter:
        assert one.letter_id is not None
        held = await session.uow.letters.held(one.letter_id)
        await session.uow.letters.save(replace(held, closed_at=session.now))
        return await session.uow.letters.held(one.letter_id)

    after = await town.desk.serve("hold", work)
    assert after is not None and after.closed_at == town.clock.now()
