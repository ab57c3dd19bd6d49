"""Whole lives of tickets through the desk, on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from storage import SqlUnitOfWork
from tests.contract.conftest import Town
from tests.workflow.build import GRID
from workflow.commands import Add, AskExtension, Correct, DecideExtension, Move, Object, Rate, Relay, Urge
from workflow.errors import Conflict, Refusal, Refused
from workflow.model import Assignee, Outcome, Procedure, Role
from workflow.states import State, Trigger

TO_GRID = Assignee("grid", GRID)


async def handled(town: Town, topic: str = "T1") -> int:
    ticket = await town.registered(topic=topic)
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=TO_GRID))
    await town.do("worker", Move(ticket.id, Trigger.SIGN))
    return ticket.id


async def test_from_registration_to_closing(town: Town) -> None:
    number = await handled(town)
    await town.do("worker", Move(number, Trigger.REPLY, result="Cleared, and a second round on Fridays"))
    await town.do("officer", Move(number, Trigger.RELEASE))
    verdict = Move(number, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED, reworks=0)
    closed = await town.do("resident", verdict)
    assert closed is not None
    assert (closed.state, closed.outcome, closed.satisfaction) == (State.CLOSED, Outcome.RESOLVED, "")
    assert not any(clock.running for clock in closed.clocks)
    rated = await town.do("resident", Rate(number, "satisfied"))
    assert rated is not None and rated.satisfaction == "satisfied"
    async with SqlUnitOfWork(town.database) as uow:
        trail = [(e.kind, e.actor_role, e.source, e.target) for e in await uow.tickets.events(number)]
    assert trail == [
        ("registered", Role.RESIDENT, None, State.REGISTERED),
        ("accept", Role.HUB_OFFICER, State.REGISTERED, State.ACCEPTED),
        ("dispatch", Role.HUB_OFFICER, State.ACCEPTED, State.DISPATCHED),
        ("sign", Role.GRID_WORKER, State.DISPATCHED, State.HANDLING),
        ("reply", Role.GRID_WORKER, State.HANDLING, State.REPLIED),
        ("release", Role.HUB_OFFICER, State.REPLIED, State.EVALUATING),
        ("close", Role.RESIDENT, State.EVALUATING, State.CLOSED),
        ("rated", Role.RESIDENT, State.CLOSED, State.CLOSED),
    ]


async def test_everybody_hears_once(town: Town) -> None:
    await handled(town)
    heard = await town.heard()
    for_resident = [key for who, key, _ in heard if who == "resident" and key]
    assert for_resident == ["notices.registered", "notices.dispatched"]
    assert [fresh for who, _, fresh in heard if who == "worker"] == [True, False]
    assert ("officer", "notices.new_for_hub", True) in heard
    assert not any(who in {"bureau", "supervisor", "counter"} for who, _, _ in heard)


async def test_the_same_request_twice_has_one_effect(town: Town) -> None:
    ticket = await town.registered()
    assert await town.do("officer", Move(ticket.id, Trigger.ACCEPT), "tap") is not None
    assert await town.do("officer", Move(ticket.id, Trigger.ACCEPT), "tap") is None
    async with SqlUnitOfWork(town.database) as uow:
        assert len(await uow.tickets.events(ticket.id)) == 2


async def test_a_refused_move_leaves_no_trace(town: Town) -> None:
    ticket = await town.registered()
    await town.heard()
    with pytest.raises(Refused) as refusal:
        await town.do("officer", Move(ticket.id, Trigger.DECLINE, reason="not ours"), "again")
    assert refusal.value.code is Refusal.ROUTE_DUE
    async with SqlUnitOfWork(town.database) as uow:
        assert await uow.tickets.get(ticket.id) == ticket
        assert len(await uow.tickets.events(ticket.id)) == 1
        assert await uow.first_time("again", town.clock.now())
    assert await town.heard() == []


async def test_two_at_once_one_winner(town: Town) -> None:
    ticket = await town.registered()
    tries = [town.do("officer", Move(ticket.id, Trigger.ACCEPT)) for _ in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(r, Refused) for r in results if isinstance(r, BaseException))


async def test_an_old_version_is_never_written(town: Town) -> None:
    ticket = await town.registered()
    async with SqlUnitOfWork(town.database) as uow:
        await uow.tickets.save(ticket)
        with pytest.raises(Conflict):
            await uow.tickets.save(replace(ticket, text="overwritten"))


async def test_numbers_never_repeat(town: Town) -> None:
    tickets = await asyncio.gather(*(town.registered() for _ in range(12)))
    assert sorted(t.number for t in tickets) == [f"QC-261123-{n:04d}" for n in range(1, 13)]


async def test_what_is_stored_comes_back_the_same(town: Town) -> None:
    ticket = await town.registered()
    async with SqlUnitOfWork(town.database) as uow:
        assert await uow.tickets.by_number(ticket.number) == ticket


async def test_disputes_are_counted_and_end(town: Town) -> None:
    ticket = await town.registered()
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=TO_GRID))
    await town.do("worker", Move(ticket.id, Trigger.DISPUTE, reason="a road of the county"))
    await town.do("officer", Move(ticket.id, Trigger.REROUTE, assignee=Assignee("streets", "990101")))
    await town.do("bureau", Move(ticket.id, Trigger.DISPUTE, reason="a village path"))
    await town.do("officer", Move(ticket.id, Trigger.REROUTE, assignee=TO_GRID))
    with pytest.raises(Refused) as refusal:
        await town.do("worker", Move(ticket.id, Trigger.DISPUTE, reason="still not ours"))
    assert refusal.value.code is Refusal.DESIGNATED_FINAL


async def test_a_desk_that_has_nobody_is_shown_to_the_hub(town: Town) -> None:
    ticket = await town.registered()
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.heard()
    empty = Assignee("streets", "990101")
    async with SqlUnitOfWork(town.database) as uow:
        for post in await uow.posts.of_unit("streets"):
            await uow.posts.remove(post.id)
        await uow.commit()
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=empty))
    assert ("officer", "notices.nobody_on_post", False) in await town.heard()


async def test_a_report_about_somebody_reaches_the_counter_alone(town: Town) -> None:
    ticket = await town.registered(Procedure.PETITION_REPORT)
    assert {who for who, _, _ in await town.heard()} == {"resident", "counter"}
    for who in ("officer", "worker", "bureau", "supervisor"):
        with pytest.raises(Refused) as refusal:
            await town.do(who, Move(ticket.id, Trigger.ACCEPT))
        assert refusal.value.code is Refusal.NOT_FOUND
    await town.do("counter", Move(ticket.id, Trigger.ACCEPT))
    with pytest.raises(Refused) as elsewhere:
        await town.do("counter", Move(ticket.id, Trigger.DISPATCH, assignee=TO_GRID))
    assert elsewhere.value.code is Refusal.UNIT_UNKNOWN
    async with SqlUnitOfWork(town.database) as uow:
        assert await uow.tickets.in_places("", ["9901"], list(State)) == ()


async def test_a_hazard_outlives_its_reporter(town: Town) -> None:
    number = await handled(town, topic="T2")
    after = await town.do("resident", Move(number, Trigger.WITHDRAW))
    assert after is not None
    assert (after.state, after.reporter) == (State.HANDLING, None)
    assert ("resident", "notices.withdrawn_hazard", False) in await town.heard()


async def test_words_pass_between_resident_and_handler(town: Town) -> None:
    number = await handled(town)
    await town.heard()
    await town.do("worker", Relay(number, "Where exactly?"))
    await town.do("resident", Relay(number, "Behind the shed"))
    await town.do("resident", Add(number, "It smells, too"))
    heard = await town.heard()
    assert ("resident", "notices.relayed_to_resident", False) in heard
    assert ("worker", "notices.relayed_to_handler", False) in heard
    assert ("worker", "notices.added", True) in heard
    async with SqlUnitOfWork(town.database) as uow:
        assert [note.text for note in await uow.tickets.notes(number)] == ["Where exactly?", "Behind the shed", "It smells, too"]


async def test_urging_is_limited(town: Town) -> None:
    ticket = await town.registered()
    await town.do("resident", Urge(ticket.id))
    with pytest.raises(Refused) as refusal:
        await town.do("resident", Urge(ticket.id))
    assert refusal.value.code is Refusal.URGE_TOO_SOON
    town.clock.move(hours=24)
    assert (await town.do("resident", Urge(ticket.id))) is not None


async def test_one_extension_with_its_reason(town: Town) -> None:
    number = await handled(town)
    with pytest.raises(Refused) as long:
        await town.do("worker", AskExtension(number, 6, "parts are late"))
    assert long.value.code is Refusal.EXTENSION_TOO_LONG
    asked = await town.do("worker", AskExtension(number, 2, "parts are late"))
    granted = await town.do("officer", DecideExtension(number, granted=True))
    assert asked is not None and granted is not None
    before, after = asked.clock("reply"), granted.clock("reply")
    assert before is not None and after is not None
    assert (after.due_at - before.due_at).days == 2
    assert ("resident", "notices.extension_granted", True) in await town.heard()
    with pytest.raises(Refused) as again:
        await town.do("worker", AskExtension(number, 1, "once more"))
    assert again.value.code is Refusal.EXTENSION_USED


async def test_a_correction_moves_the_desk_but_not_the_promise(town: Town) -> None:
    ticket = await town.registered()
    after = await town.do("officer", Correct(ticket.id, topic="T2", place="990101001002"))
    assert after is not None
    assert (after.topic, after.grid, after.clocks) == ("T2", "", ticket.clocks)


@pytest.mark.parametrize("who", ["officer", "resident"])
async def test_a_correction_of_nothing_is_refused_and_leaves_no_trace(town: Town, who: str) -> None:
    ticket = await town.registered()
    with pytest.raises(Refused) as refused:
        await town.do(who, Correct(ticket.id))
    assert refused.value.code is Refusal.CHANGE_DUE
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        assert [event.kind for event in await uow.tickets.events(ticket.id)] == ["registered"]


async def test_not_solved_goes_back_twice_at_most(town: Town) -> None:
    number = await handled(town)
    for _ in range(2):
        await town.do("worker", Move(number, Trigger.REPLY, result="done"))
        await town.do("officer", Move(number, Trigger.RELEASE))
        back = await town.do("resident", Move(number, Trigger.REWORK, reason="full again", verdict="unsolved"))
        assert back is not None and back.clock("rework") is not None
    await town.do("worker", Move(number, Trigger.REPLY, result="done"))
    await town.do("officer", Move(number, Trigger.RELEASE))
    with pytest.raises(Refused) as refusal:
        await town.do("resident", Move(number, Trigger.REWORK, reason="and again"))
    assert refusal.value.code is Refusal.REWORK_LIMIT


async def test_suspended_with_plan_and_date(town: Town) -> None:
    number = await handled(town)
    rest = Move(number, Trigger.SUSPEND, reason="rain", plan="after the rain", review_date=date(2026, 12, 1))
    suspended = await town.do("officer", rest)
    assert suspended is not None and suspended.clock("review") is not None
    resumed = await town.do("officer", Move(number, Trigger.RESUME))
    assert resumed is not None and resumed.state is State.HANDLING


async def test_an_upheld_objection_starts_the_clocks_again(town: Town) -> None:
    ticket = await town.registered()
    await town.do("officer", Move(ticket.id, Trigger.DECLINE, reason="not ours", route="the county"))
    await town.do("resident", Object(ticket.id, "it is yours"))
    assert ("officer", "notices.objected", True) in await town.heard()
    back = await town.do("officer", Move(ticket.id, Trigger.UPHOLD_OBJECTION, reason="so it is"))
    assert back is not None
    assert {clock.name for clock in back.clocks if clock.running} == {"accept", "rework"}
    with pytest.raises(Refused) as refusal:
        await town.do("resident", Object(ticket.id, "still"))
    assert refusal.value.code is Refusal.WRONG_STATE


async def test_a_review_has_its_own_clock(town: Town) -> None:
    ticket = await town.registered(Procedure.PETITION_CLAIM)
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=TO_GRID))
    await town.do("worker", Move(ticket.id, Trigger.SIGN))
    await town.do("worker", Move(ticket.id, Trigger.REPLY, result="done"))
    await town.do("officer", Move(ticket.id, Trigger.RELEASE))
    await town.do("resident", Move(ticket.id, Trigger.CLOSE, verdict="partly", outcome=Outcome.PARTLY))
    review = await town.do("resident", Move(ticket.id, Trigger.REQUEST_REVIEW, reason="half of it is missing"))
    assert review is not None
    opinion = review.clock("opinion")
    assert opinion is not None and opinion.running
    assert (opinion.due_at.date() - town.clock.now().date()).days == 30
