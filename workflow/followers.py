"""加入: many people, one ticket. Who may join what, and what those who joined may do; carried out in the desk's transaction.

A follower and the reporter are strangers to each other: neither hears the other's name, words, files or door. Only the reporter gives the
verdict and the rating; followers may say that it is not solved, which is counted and told to the hub. A reporter who withdraws leaves the
ticket to those who joined: it goes on without them, as a hazard does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from workflow import alike
from workflow.alike import Follower
from workflow.commands import Doubt, Follow, Join, Leave, Move, Second
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Note, Procedure, Role, Ticket
from workflow.ports import UnitOfWork
from workflow.states import RESTING, Party, State, Trigger

_DOUBTABLE = frozenset({State.EVALUATING, State.CLOSED})


class Recorder(Protocol):
    """The desk's session, as far as it is needed here."""

    @property
    def uow(self) -> UnitOfWork: ...
    @property
    def now(self) -> datetime: ...


Record = Callable[[str], Awaitable[Ticket]]
"""Writes a fact about the ticket and tells of it."""


def may_be_joined(ticket: Ticket) -> bool:
    """What may be shown to a stranger as "something near you", and joined: see docs/adr/0014-joining.md."""
    unseen = ticket.anonymous and ticket.reporter is not None
    open_now = ticket.state not in RESTING
    return open_now and not unseen and alike.joinable(ticket.procedure) and not ticket.understanding.get("sensitive")


async def carry_out(session: Recorder, actor: Actor, ticket: Ticket, command: Follow, record: Record) -> Ticket:
    """Raises Refused; a stranger to the ticket learns nothing."""
    follower = await session.uow.followers.get(ticket.id, actor.contact_id)
    if isinstance(command, Join):
        return ticket if follower is not None else await _join(session, actor, ticket, command, record)
    if follower is None:
        raise Refused(Refusal.NOT_FOUND)
    match command:
        case Second():
            return await _second(session, actor, ticket, command, record)
        case Doubt():
            if ticket.state not in _DOUBTABLE:
                raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
            if follower.unsolved:
                return ticket
            await session.uow.followers.doubt(ticket.id, actor.contact_id)
            return await record("doubted")
        case Leave():
            await session.uow.followers.remove(ticket.id, actor.contact_id)
            return await record("left")


async def _join(session: Recorder, actor: Actor, ticket: Ticket, command: Join, record: Record) -> Ticket:
    if ticket.reporter == actor.contact_id or not alike.joinable(ticket.procedure):
        raise Refused(Refusal.NOT_FOUND)
    if not may_be_joined(ticket):
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
    follower = Follower(ticket.id, actor.contact_id, session.now, command.anonymous, command.gist.whole)
    await session.uow.followers.add(follower)
    await _keep(session, actor, ticket, command)
    return await record("joined")


async def _second(session: Recorder, actor: Actor, ticket: Ticket, command: Second, record: Record) -> Ticket:
    if ticket.state in RESTING - {State.CLOSED}:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state)
    if not command.text.strip() and not command.files:
        raise Refused(Refusal.TEXT_DUE)
    await _keep(session, actor, ticket, command)
    return await record("seconded")


async def _keep(session: Recorder, actor: Actor, ticket: Ticket, command: Join | Second) -> None:
    if command.text.strip() or command.files:
        note = Note(ticket.id, session.now, "joined", actor.contact_id, Role.RESIDENT, command.text.strip(), command.files)
        await session.uow.tickets.add_note(note)


async def outlives_withdrawal(uow: UnitOfWork, ticket: Ticket, move: Move, parties: frozenset[Party]) -> bool:
    """Whether a reporter who withdraws leaves the ticket to others."""
    return move.trigger is Trigger.WITHDRAW and Party.REPORTER in parties and bool(await uow.followers.of_ticket(ticket.id))


async def after_move(uow: UnitOfWork, ticket: Ticket, move: Move, parent: Ticket | None, now: datetime) -> tuple[int, ...]:
    """A new answer is asked about anew; those of a ticket that was merged follow the one it went into, as they were promised. Answers who
    they are."""
    if move.trigger is Trigger.RELEASE:
        await uow.followers.ask_again(ticket.id)
    if move.trigger is not Trigger.MERGE or parent is None or parent.procedure is Procedure.PETITION_REPORT:
        return ()
    everybody = (ticket.reporter, *await uow.followers.of_ticket(ticket.id))
    people = [contact for contact in dict.fromkeys(everybody) if contact is not None and contact != parent.reporter]
    joined = [await uow.followers.add(Follower(parent.id, contact, now, anonymous=ticket.anonymous)) for contact in people]
    return tuple(contact for contact, fresh in zip(people, joined, strict=True) if fresh)
