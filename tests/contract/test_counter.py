"""A report about somebody in office has one counter, which handles and checks: a colleague of who answered lets the answer go."""

from __future__ import annotations

import pytest

from storage import SqlUnitOfWork
from tests.contract.conftest import Town
from workflow.commands import Move
from workflow.errors import Refusal, Refused
from workflow.model import Assignee, Contact, Outcome, Post, Procedure, Role, Ticket
from workflow.states import State, Trigger

COUNTER = Assignee("discipline", "9901")


async def _a_colleague(town: Town) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        town.people["colleague"] = await uow.contacts.add(Contact(0, "test", "colleague", created_at=town.clock.now()))
        await uow.posts.add(Post(0, town.people["colleague"].id, Role.DEPARTMENT, COUNTER.unit, COUNTER.place))
        await uow.commit()


async def _moved(town: Town, who: str, ticket: Ticket, trigger: Trigger, **given: object) -> Ticket:
    after = await town.do(who, Move(ticket.id, trigger, **given))  # type: ignore[arg-type]  # test shorthand
    assert after is not None
    return after


async def test_a_colleague_checks_what_was_answered(town: Town) -> None:
    await _a_colleague(town)
    ticket = await town.registered(Procedure.PETITION_REPORT)
    for trigger, given in ((Trigger.ACCEPT, {}), (Trigger.DISPATCH, {"assignee": COUNTER}), (Trigger.SIGN, {})):
        ticket = await _moved(town, "counter", ticket, trigger, **given)
    # Signed by one, answered by the other: the one who answered does not check it.
    ticket = await _moved(town, "colleague", ticket, Trigger.REPLY, result="Looked into")
    for stranger, refusal in (("colleague", Refusal.OWN_WORK), ("supervisor", Refusal.NOT_FOUND), ("officer", Refusal.NOT_FOUND)):
        with pytest.raises(Refused) as caught:
            await _moved(town, stranger, ticket, Trigger.RELEASE)
        assert caught.value.code is refusal
    assert (await _moved(town, "counter", ticket, Trigger.RELEASE)).state is State.EVALUATING
    closed = await _moved(town, "resident", ticket, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED)
    assert closed.state is State.CLOSED


async def test_in_every_other_matter_the_whole_unit_is_kept_from_it(town: Town) -> None:
    ticket = await town.registered()
    ticket = await _moved(town, "officer", ticket, Trigger.ACCEPT)
    ticket = await _moved(town, "officer", ticket, Trigger.DISPATCH, assignee=Assignee("hub", "990101001"))
    ticket = await _moved(town, "officer", ticket, Trigger.SIGN)
    ticket = await _moved(town, "officer", ticket, Trigger.REPLY, result="Clean")
    with pytest.raises(Refused) as caught:
        await _moved(town, "officer", ticket, Trigger.RELEASE)
    assert caught.value.code is Refusal.OWN_WORK
    assert (await _moved(town, "supervisor", ticket, Trigger.RELEASE)).state is State.EVALUATING
