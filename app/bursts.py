"""Looks for bursts: many people at once about one thing in one area. One notice to the hub, again when it has doubled; safe in several
processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow import bursts, policy
from workflow.bursts import Burst, Incident, Told
from workflow.desk import Desk, Session
from workflow.model import Actor, Button, Json, Priority, Procedure, Speech, Ticket
from workflow.ports import Clock, UnitsOfWork
from workflow.region import Region

EVERY = timedelta(minutes=1)
RAISED = "bursts.raised"
_SHOWN = 10


@dataclass(slots=True)
class BurstWatch:
    """`look()` is one look, at most one a minute; `spoken` is called after a commit (the relay's `wake`)."""

    uow: UnitsOfWork
    desk: Desk
    clock: Clock
    region: Callable[[], Region]
    spoken: Callable[[], None] = lambda: None
    _next: datetime | None = None

    async def look(self) -> int:
        """Answers how many bursts were raised."""
        now, region = self.clock.now(), self.region()
        if self._next is not None and self._next - EVERY <= now < self._next:
            return 0
        self._next = now + EVERY
        raised = 0
        async with self.uow() as uow:
            told = await uow.alike.told(now - bursts.REST - timedelta(hours=region.bursts.hours))
            found = [(burst, await uow.alike.incident(burst.item, burst.place)) for burst in bursts.bursts(told, now, region)]
        for burst, last in found:
            raised += await self._raise(burst, last, told, now)
        return raised

    async def _raise(self, burst: Burst, last: Incident | None, told: tuple[Told, ...], now: datetime) -> int:
        standing = last if bursts.stands(last, now) else None
        if standing is not None:
            burst = bursts.counted_since(burst, told, standing, self.region())
            if burst.people < standing.people * bursts.DOUBLED:
                return 0
        elif not await self._out_of_the_usual(burst):
            return 0
        raised = Incident(standing.id if standing else 0, burst.item, burst.place, burst.since, now, len(burst.tickets), burst.people)

        async def work(session: Session) -> int:
            await session.uow.alike.raise_incident(raised)
            await _tell(session, burst)
            return 1

        # What every process sees alike is the incident as it was raised last: one of them raises the next.
        before = f"{last.id}:{last.people}" if last is not None else "0"
        done = await self.desk.serve(f"burst:{burst.item}:{burst.place}:{before}", work)
        self.spoken()
        return done or 0

    async def _out_of_the_usual(self, burst: Burst) -> bool:
        region = self.region()
        topics = [code for code, topic in region.topics.items() if topic.item == burst.item]
        async with self.uow() as uow:
            usual = await uow.alike.usual(topics, burst.place, burst.since - bursts.BASELINE, burst.since)
        return bursts.out_of_the_usual(burst, usual, region)


async def _tell(session: Session, burst: Burst) -> None:
    """The hub of the town, or the supervisors above it; each with the tickets they may see."""
    tickets = [ticket for ticket_id in burst.tickets if (ticket := await session.uow.tickets.get(ticket_id)) is not None]
    item = next(topic.item_name for topic in session.region.topics.values() if topic.item == burst.item)
    for contact in await session.on_call(Procedure.HOTLINE, burst.place):
        posts = await session.uow.posts.of_contact(contact)
        actor = Actor(contact, posts[0].role, posts)
        seen = [ticket for ticket in tickets if policy.may_see(actor, ticket)]
        params: Json = {
            "area_place": burst.place, "item": item, "hours": max(1, round((session.now - burst.since) / timedelta(hours=1))),
            "count": len(burst.tickets), "people": burst.people, "numbers": " ".join(ticket.number for ticket in seen[:_SHOWN]),
        }  # fmt: skip
        await session.say(Speech(contact, RAISED, params, _opens(seen[:_SHOWN]), priority=Priority.URGENT))


def _opens(tickets: list[Ticket]) -> tuple[tuple[Button, ...], ...]:
    buttons = [Button("button.open", f"s:open:{ticket.id}", {"number": ticket.number}) for ticket in tickets]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
