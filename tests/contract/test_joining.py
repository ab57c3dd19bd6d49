"""Many people, one ticket: joining, updates to each exactly once, withdrawal, two at once, and what nobody may join."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from storage import OutboxQueue, SqlUnitOfWork
from tests.contract.conftest import Town
from tests.workflow.build import GRID
from workflow.alike import Gist, Voices
from workflow.commands import Add, AskExtension, DecideExtension, Doubt, Join, Leave, Move, Register, Second
from workflow.errors import Refusal, Refused
from workflow.model import Assignee, Contact, FileRef, Intent, Outcome, Procedure, Speech, Ticket
from workflow.states import State, Trigger

TO_GRID = Assignee("grid", GRID)
SECRET = "The rats are by Mrs Wong's door 12B"
WORDS = "It stinks up to the third floor"
PHOTO = FileRef("cd" * 32, "photo", "image/jpeg", 3)


@pytest.fixture
async def shared(town: Town) -> Ticket:
    """Litter told of by the resident; neighbour and aunt are new here."""
    async with SqlUnitOfWork(town.database) as uow:
        for name in ("neighbour", "aunt"):
            town.people[name] = await uow.contacts.add(Contact(0, "test", name, created_at=town.clock.now()))
        await uow.commit()
    ticket = await town.do("resident", Register(SECRET, Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", GRID, "door 12B"))
    assert ticket is not None
    await town.heard()
    return ticket


async def voices(town: Town, ticket: Ticket) -> Voices:
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        found = await uow.tickets.get(ticket.id)
        assert found is not None
        return await uow.followers.voices(found)


async def to_released(town: Town, ticket: Ticket) -> None:
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=TO_GRID))
    await town.do("worker", Move(ticket.id, Trigger.SIGN))
    await town.do("worker", Move(ticket.id, Trigger.REPLY, result="swept"))
    await town.do("officer", Move(ticket.id, Trigger.RELEASE))


async def test_who_joins_is_counted_once_and_their_words_reach_those_who_handle_it(town: Town, shared: Ticket) -> None:
    for _ in range(2):
        await town.do("neighbour", Join(shared.id, WORDS, (PHOTO,)))
    assert await voices(town, shared) == Voices(people=2)
    assert await town.heard() == [("neighbour", "joining.joined", True), ("officer", "", False)]
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        notes = await uow.tickets.notes(shared.id)
        assert [event.kind for event in await uow.tickets.events(shared.id)] == ["registered", "joined"]
    assert [(note.kind, note.text, note.files) for note in notes] == [("joined", WORDS, (PHOTO,))]


async def test_the_same_press_that_comes_twice_joins_once(town: Town, shared: Ticket) -> None:
    for _ in range(2):
        await town.do("neighbour", Join(shared.id, WORDS), request_id="the-same-update")
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        assert len(await uow.tickets.notes(shared.id)) == 1


async def test_two_who_join_at_once_are_both_in(town: Town, shared: Ticket) -> None:
    await asyncio.gather(town.do("neighbour", Join(shared.id)), town.do("aunt", Join(shared.id)))
    assert (await voices(town, shared)).people == 3


async def test_one_who_joins_while_it_is_closed_hears_that_it_is(town: Town, shared: Ticket) -> None:
    await to_released(town, shared)
    results = await asyncio.gather(
        town.do("resident", Move(shared.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED)),
        town.do("neighbour", Join(shared.id)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, Refused)]
    told = ("neighbour", "joining.closed", True) in await town.heard()
    assert told or [refusal.code for refusal in refused] == [Refusal.WRONG_STATE]


async def test_everybody_hears_of_every_step_exactly_once(town: Town, shared: Ticket) -> None:
    await town.do("neighbour", Join(shared.id))
    await town.do("aunt", Join(shared.id))
    await town.heard()
    await town.do("officer", Move(shared.id, Trigger.ACCEPT))
    await town.do("officer", Move(shared.id, Trigger.DISPATCH, assignee=TO_GRID))
    await town.do("worker", Move(shared.id, Trigger.SIGN))
    await town.do("worker", AskExtension(shared.id, 2, "parts are late"))
    await town.do("officer", DecideExtension(shared.id, granted=True))
    await town.do("resident", Add(shared.id, SECRET))
    await town.do("worker", Move(shared.id, Trigger.REPLY, result="swept"))
    await town.do("officer", Move(shared.id, Trigger.RELEASE))
    await town.do("resident", Move(shared.id, Trigger.REWORK, reason=SECRET, verdict="unsolved"))
    await town.do("worker", Move(shared.id, Trigger.REPLY, result="swept again"))
    await town.do("officer", Move(shared.id, Trigger.RELEASE))
    await town.do("resident", Move(shared.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
    aloud = [(who, key) for who, key, fresh in await town.heard() if fresh]
    steps = [
        "notices.dispatched", "notices.extension_granted", "joining.replied", "notices.reworked", "joining.replied", "joining.closed",
    ]  # fmt: skip
    for who in ("neighbour", "aunt"):
        assert [key for name, key in aloud if name == who] == steps
    assert aloud.count(("resident", "notices.closed")) == 1


async def test_nothing_that_a_person_wrote_is_in_what_the_others_are_told(town: Town, shared: Ticket) -> None:
    """Whatever happens: not the reporter's words, door or reason, nor one joiner's to another or to the reporter."""
    await town.do("neighbour", Join(shared.id, WORDS))
    await town.do("aunt", Join(shared.id, "My own secret"))
    await town.do("neighbour", Second(shared.id, WORDS))
    await to_released(town, shared)
    await town.do("resident", Move(shared.id, Trigger.REWORK, reason=SECRET, verdict="unsolved"))
    await town.do("worker", Move(shared.id, Trigger.REPLY, result="swept again"))
    await town.do("officer", Move(shared.id, Trigger.RELEASE))
    await town.do("neighbour", Doubt(shared.id))
    await town.do("resident", Move(shared.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
    await town.do("resident", Move(shared.id, Trigger.REOPEN, reason=SECRET))
    written = {"resident": [SECRET, "12B", "door"], "neighbour": [WORDS], "aunt": ["My own secret"]}
    heard = 0
    for speech in await said(town):
        for who, words in written.items():
            if speech.contact_id in {town.people[other].id for other in written if other != who}:
                heard += 1
                assert [word for word in words if word in repr(speech.params) + repr(speech.buttons)] == []
    assert heard > 20


async def said(town: Town) -> list[Speech]:
    queue, found = OutboxQueue(town.database), []
    while items := await queue.claim(town.clock.now()):
        for item in items:
            found.append(item.speech)
            await queue.sent(item, f"m{item.id}", town.clock.now())
    return found


async def test_a_reporter_who_withdraws_leaves_it_to_the_others(town: Town, shared: Ticket) -> None:
    await town.do("neighbour", Join(shared.id, WORDS))
    await town.heard()
    after = await town.do("resident", Move(shared.id, Trigger.WITHDRAW))
    assert after is not None
    assert (after.state, after.reporter) == (State.REGISTERED, None)
    assert await town.heard() == [("resident", "notices.withdrawn_shared", False), ("officer", "", False)]
    await town.do("officer", Move(shared.id, Trigger.ACCEPT))
    await town.do("officer", Move(shared.id, Trigger.DISPATCH, assignee=TO_GRID))
    assert ("neighbour", "notices.dispatched", True) in await town.heard()
    assert (await voices(town, shared)).people == 1
    await town.do("aunt", Join(shared.id))  # those who come later may still join


async def test_nobody_left_behind_means_withdrawn(town: Town, shared: Ticket) -> None:
    await town.do("neighbour", Join(shared.id))
    await town.do("neighbour", Leave(shared.id))
    after = await town.do("resident", Move(shared.id, Trigger.WITHDRAW))
    assert after is not None and after.state is State.WITHDRAWN


async def test_who_left_hears_no_more_and_may_come_back(town: Town, shared: Ticket) -> None:
    await town.do("neighbour", Join(shared.id))
    await town.do("neighbour", Leave(shared.id))
    await town.heard()
    await to_released(town, shared)
    assert "neighbour" not in {who for who, _, _ in await town.heard()}
    with pytest.raises(Refused) as refusal:
        await town.do("neighbour", Second(shared.id, WORDS))
    assert refusal.value.code is Refusal.NOT_FOUND
    await town.do("neighbour", Join(shared.id))
    assert (await voices(town, shared)).people == 2


async def test_not_solved_is_counted_for_this_answer_and_told_to_the_hub(town: Town, shared: Ticket) -> None:
    await town.do("neighbour", Join(shared.id))
    with pytest.raises(Refused) as early:
        await town.do("neighbour", Doubt(shared.id))
    assert early.value.code is Refusal.WRONG_STATE
    await to_released(town, shared)
    await town.heard()
    for _ in range(2):
        await town.do("neighbour", Doubt(shared.id))
    assert await town.heard() == [("worker", "", False), ("officer", "joining.doubted", True)]
    assert (await voices(town, shared)).unsolved == 1
    await town.do("resident", Move(shared.id, Trigger.REWORK, reason="still there", verdict="unsolved"))
    await town.do("worker", Move(shared.id, Trigger.REPLY, result="swept again"))
    await town.do("officer", Move(shared.id, Trigger.RELEASE))
    assert (await voices(town, shared)).unsolved == 0


@pytest.mark.parametrize(
    "change",
    [
        {"procedure": Procedure.PETITION_REPORT},
        {"procedure": Procedure.PETITION_CLAIM},
        {"procedure": Procedure.EMERGENCY},
        {"anonymous": True},
        {"understanding": {"sensitive": True}},
    ],
)
async def test_what_is_personal_secret_or_urgent_can_t_be_joined(town: Town, shared: Ticket, change: dict[str, object]) -> None:
    matter = Register(SECRET, Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", GRID)
    hidden = await town.do("resident", replace(matter, **change))  # type: ignore[arg-type]  # fields by name
    assert hidden is not None
    with pytest.raises(Refused):
        await town.do("neighbour", Join(hidden.id))
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        assert await uow.followers.of_ticket(hidden.id) == ()


async def test_one_s_own_and_what_has_ended_can_t_be_joined(town: Town, shared: Ticket) -> None:
    with pytest.raises(Refused):
        await town.do("resident", Join(shared.id))
    await town.do("officer", Move(shared.id, Trigger.DECLINE, reason="not ours", route="the county"))
    with pytest.raises(Refused) as ended:
        await town.do("neighbour", Join(shared.id))
    assert ended.value.code is Refusal.WRONG_STATE


@pytest.mark.parametrize("command", [Second, Doubt, Leave])
async def test_a_stranger_may_nothing_and_learns_nothing(town: Town, shared: Ticket, command: type) -> None:
    given = (shared.id, WORDS) if command is Second else (shared.id,)
    with pytest.raises(Refused) as refusal:
        await town.do("neighbour", command(*given))
    assert refusal.value.code is Refusal.NOT_FOUND
    assert await town.heard() == []


async def test_words_after_the_end_reach_the_hub_and_those_after_a_refusal_do_not_pass(town: Town, shared: Ticket) -> None:
    await town.do("neighbour", Join(shared.id))
    await to_released(town, shared)
    await town.do("resident", Move(shared.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
    await town.heard()
    await town.do("neighbour", Second(shared.id, WORDS))
    assert ("officer", "joining.seconded", True) in await town.heard()
    declined = await town.do("resident", Register(SECRET, Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", GRID))
    assert declined is not None
    await town.do("neighbour", Join(declined.id))
    await town.do("officer", Move(declined.id, Trigger.DECLINE, reason="not ours", route="the county"))
    assert ("neighbour", "joining.declined", True) in await town.heard()
    with pytest.raises(Refused) as refusal:
        await town.do("neighbour", Second(declined.id, WORDS))
    assert refusal.value.code is Refusal.WRONG_STATE


async def test_those_of_a_merged_ticket_hear_of_the_one_it_went_into(town: Town, shared: Ticket) -> None:
    child = await town.do("neighbour", Register("Litter again", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", GRID))
    assert child is not None
    await town.do("aunt", Join(child.id))
    await town.heard()
    await town.do("officer", Move(child.id, Trigger.MERGE, parent_number=shared.number))
    heard = await town.heard()
    assert {("neighbour", "joining.merged_into", True), ("aunt", "joining.merged_into", True)} <= set(heard)
    assert (await voices(town, shared)).people == 3
    await town.do("officer", Move(shared.id, Trigger.ACCEPT))
    await town.do("officer", Move(shared.id, Trigger.DISPATCH, assignee=TO_GRID))
    aloud = {(who, key) for who, key, fresh in await town.heard() if fresh}
    assert {(who, "notices.dispatched") for who in ("resident", "neighbour", "aunt")} <= aloud


async def test_the_answer_to_a_petition_is_not_read_by_those_merged_into_it(town: Town, shared: Ticket) -> None:
    claim = await town.do("resident", Register(SECRET, Procedure.PETITION_CLAIM, Intent.COMPLAIN, "T1", GRID))
    child = await town.do("neighbour", Register("The same claim", Procedure.PETITION_CLAIM, Intent.COMPLAIN, "T1", GRID))
    assert claim is not None and child is not None
    await town.do("officer", Move(child.id, Trigger.MERGE, parent_number=claim.number))
    await town.do("officer", Move(claim.id, Trigger.ACCEPT))
    await town.do("officer", Move(claim.id, Trigger.DISPATCH, assignee=TO_GRID))
    await town.do("worker", Move(claim.id, Trigger.SIGN))
    await town.do("worker", Move(claim.id, Trigger.REPLY, result=f"paid to {SECRET}", files=(PHOTO,)))
    await town.do("officer", Move(claim.id, Trigger.RELEASE))
    told = [speech for speech in await said(town) if speech.contact_id == town.people["neighbour"].id]
    assert "joining.replied" in {speech.key for speech in told}
    assert all(not speech.files and SECRET not in repr(speech.params) for speech in told)


async def test_people_with_one_text_are_counted_as_people(town: Town, shared: Ticket) -> None:
    copy = Gist("same" * 8)
    first = await town.do("neighbour", Register("We all ask", Procedure.PETITION_CLAIM, Intent.COMPLAIN, "T1", GRID, gist=copy))
    again = await town.do("neighbour", Register("We all ask", Procedure.PETITION_CLAIM, Intent.COMPLAIN, "T1", GRID, gist=copy))
    other = await town.do("aunt", Register("We all ask", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", GRID, gist=copy))
    secret = Register("We all ask", Procedure.PETITION_REPORT, Intent.REPORT, "T1", GRID, gist=copy)
    await town.do("resident", secret)
    assert first is not None and again is not None and other is not None
    assert (await voices(town, first)).same_words == 2
    await town.do("resident", Join(other.id, "We all ask", gist=copy))
    assert {(await voices(town, ticket)).same_words for ticket in (first, again, other)} == {3}
    assert (await voices(town, shared)).same_words == 0
