"""Clocks that ran out: one notice to the owner and the hub, once per clock. A missed deadline enters here, at the desk."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.logs import CASE
from app.pulse import Pulse
from workflow.digests import CLOCK_MISSED, EVALUATE
from workflow.errors import Away
from workflow.model import Assignee, Event, Priority, Role, Speech, Ticket
from workflow.model import Clock as TicketClock
from workflow.policy import serves
from workflow.ports import Clock, UnitOfWork, UnitsOfWork
from workflow.states import State

_LOG = logging.getLogger(__name__)
_TICK = 5.0
_BATCH = 100
KEPT = timedelta(days=7)
"""How long finished updates, sent speeches and served requests stay: longer than any sender tries again, no longer than that needs."""
_CLEANED_EVERY = timedelta(hours=1)


class WatchDesk(Protocol):
    async def serve(self, request_id: str, work: Callable[[Any], Awaitable[Any]]) -> Any: ...


def missed(ticket: Ticket, now: datetime) -> tuple[TicketClock, ...]:
    """Running clocks that ran out and nobody was told of."""
    return tuple(clock for clock in ticket.clocks if clock.running and clock.due_at <= now and clock.warned_at is None)


def request_of(ticket_id: int, clock: TicketClock) -> str:
    return f"clock:{ticket_id}:{clock.name}:{clock.due_at.isoformat()}"


class Watch:
    """Ticks every few seconds; `tick()` is one look."""

    def __init__(
        self,
        uow: UnitsOfWork,
        desk: WatchDesk,
        clock: Clock,
        spoken: Callable[[], None] = lambda: None,
        purge: Callable[[datetime], Awaitable[int]] | None = None,
        look: Callable[[], Awaitable[int]] | None = None,
        rounded: Callable[[int, datetime], None] = lambda _told, _at: None,
        sure: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """`spoken` is called after each commit (the relay's `wake`); `purge` takes away what was finished before a time; `look` looks for
        bursts; `rounded` hears of each round that succeeded, and how many clocks it told of; `sure`: whether the clock is to be believed,
        else a round is left out."""
        self._sure = sure
        self._look = look
        self._rounded = rounded
        self._purge = purge
        self._clean_at: datetime | None = None
        self._uow = uow
        self._desk = desk
        self._clock = clock
        self._spoken = spoken
        self.pulse = self._pulse = Pulse()
        self._stopping = False

    async def run(self) -> None:
        while not self._stopping:
            try:
                if self._sure is None or await self._sure():
                    await self.round()
            except Away:
                pass  # told of once, by whoever watches the store
            except Exception:
                _LOG.exception("the clocks could not be looked at")
            await self._pulse.rest(_TICK)

    def stop(self) -> None:
        self._stopping = True
        self._pulse.wake()

    async def round(self) -> int:
        """All that is looked at each time; answers how many clocks were told of."""
        told = await self.tick()
        await self.clean()
        if self._look is not None:
            await self._look()
        self._rounded(told, self._clock.now())
        return told

    async def tick(self) -> int:
        """Tells of everything that ran out by now; answers how many clocks that were."""
        now = self._clock.now()
        async with self._uow() as uow:
            tickets = await uow.tickets.due(now, _BATCH)
        told = 0
        for ticket in tickets:
            for clock in missed(ticket, now):
                told += await self._tell(ticket.id, clock, now)
        CASE.set(0)
        return told

    async def clean(self) -> None:
        """Once an hour."""
        now = self._clock.now()
        if self._purge is None or (self._clean_at is not None and self._clean_at - _CLEANED_EVERY <= now < self._clean_at):
            return
        self._clean_at = now + _CLEANED_EVERY
        gone = await self._purge(now - KEPT)
        if gone:
            _LOG.info("finished rows are gone", extra={"rows": gone})

    async def _tell(self, ticket_id: int, seen: TicketClock, now: datetime) -> int:
        async def work(session: Any) -> int:
            ticket = await session.uow.tickets.get(ticket_id)
            # Read again inside the transaction: somebody may have stopped the clock since.
            if ticket is None or seen not in missed(ticket, now):
                return 0
            clocks = tuple(replace(clock, warned_at=now) if clock == seen else clock for clock in ticket.clocks)
            await session.uow.tickets.save(replace(ticket, clocks=clocks))
            data = {"clock": seen.name, "due_at": seen.due_at.isoformat()}
            event = Event(ticket.id, now, "clock_missed", 0, Role.SYSTEM, ticket.state, ticket.state, data=data)
            await session.uow.tickets.append(event)
            for speech in await notices(session.uow, ticket, seen):
                await session.say(speech)
            return 1

        told = await self._desk.serve(request_of(ticket_id, seen), work)
        self._spoken()
        return told or 0


async def notices(uow: UnitOfWork, ticket: Ticket, clock: TicketClock) -> tuple[Speech, ...]:
    """Who must hear of a clock that ran out: the evaluation's is the resident's, every other one the owner's and the hub's."""
    if clock.name == "evaluate" and ticket.state in {State.EVALUATING, State.ANSWERED}:
        people: tuple[int, ...] = () if ticket.reporter is None else (ticket.reporter,)
        key = EVALUATE
    else:
        desks = (ticket.hub,) if ticket.lead is None else (ticket.lead, ticket.hub)
        people = tuple(dict.fromkeys([one for desk in desks for one in await staff_of(uow, desk)]))
        key = CLOCK_MISSED
    params = {"number": ticket.number, "clock": clock.name, "due": clock.due_at.isoformat()}
    return tuple(Speech(one, key, params, ticket_id=ticket.id, priority=Priority.NOTICE) for one in people)


async def staff_of(uow: UnitOfWork, desk: Assignee) -> tuple[int, ...]:
    """Contact ids of those who work at a desk."""
    return tuple(post.contact_id for post in await uow.posts.of_unit(desk.unit) if serves(post, desk))
