"""Registers the tickets of a letter and tells of it, in the desk's transaction. What a letter is: see `letters`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from workflow import letters
from workflow.commands import Register, RegisterSeveral
from workflow.letters import Letter
from workflow.model import Event, Json, Speech, Ticket
from workflow.ports import UnitOfWork


class Desk(Protocol):
    """The desk's session, as far as it is needed here."""

    @property
    def uow(self) -> UnitOfWork: ...
    @property
    def now(self) -> datetime: ...
    async def say(self, speech: Speech) -> None: ...


class RegistersOne(Protocol):
    async def __call__(self, command: Register, letter_id: int, part: Json) -> Ticket:
        """`part`: what the event says of the letter."""
        ...


async def register(desk: Desk, command: RegisterSeveral, one: RegistersOne) -> Ticket:
    """Answers with the first. Raises Refused, and none is left."""
    letters.check(command.matters)
    letter = await desk.uow.letters.add(Letter(0, desk.now))
    count = len(command.matters)
    tickets = [await one(matter, letter.id, {"part": n, "parts": count}) for n, matter in enumerate(command.matters, 1)]
    await desk.say(letters.registered(tickets))
    return tickets[0]


async def tell(desk: Desk, fact: Event, before: Ticket, after: Ticket) -> None:
    """The letter is held first: of two tickets that come to rest at once, the second sees the first at rest."""
    if before.letter_id is None or not letters.changed(before, after, fact.kind):
        return
    was = await desk.uow.letters.held(before.letter_id)
    tickets = await desk.uow.tickets.of_letter(was.id)
    now = letters.followed(was, tickets, desk.now)
    if now != was:
        await desk.uow.letters.save(now)
    speech = letters.news(was, now, tickets, fact)
    if speech is not None:
        await desk.say(speech)
