"""Taking away what is held about people: when its time is over, or because they ask. What the law wants kept stays, without them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from workflow.commands import Command, Move
from workflow.guards import REVIEW_DAYS
from workflow.model import SYSTEM, Actor, Contact, Event, Procedure, Role, Ticket
from workflow.ports import UnitOfWork
from workflow.privacy import FORGOTTEN
from workflow.region import Region
from workflow.states import RESTING, State, Trigger


class Desk(Protocol):
    """The desk's session, as far as it is needed here."""

    @property
    def uow(self) -> UnitOfWork: ...
    @property
    def now(self) -> datetime: ...
    @property
    def region(self) -> Region: ...
    async def do(self, actor: Actor, command: Command) -> Ticket: ...


@dataclass(frozen=True, slots=True)
class Gone:
    """What somebody's wish did, or would do, to their tickets. `held`: at rest, and kept by law all the same."""

    resting: tuple[int, ...]
    held: tuple[int, ...]
    open: tuple[int, ...]


async def retire(desk: Desk, ticket_id: int) -> None:
    """A ticket whose time is over is archived and forgets its people. Raises Refused where it is not over, or on hold."""
    await desk.do(SYSTEM, Move(ticket_id, Trigger.ARCHIVE))
    await desk.uow.privacy.minimise(ticket_id, desk.now)


def may_be_forgotten(ticket: Ticket, region: Region, now: datetime) -> bool:
    """Whether its reporter may have it emptied now: at rest, not on hold, and no longer open to 复查 or 复核 (信访工作条例 第35–36条)."""
    if ticket.state not in RESTING or region.kept_days(ticket.procedure.value) is None:
        return False
    reviewable = ticket.procedure is Procedure.PETITION_CLAIM and ticket.state is State.CLOSED and ticket.reviews < 2
    return not reviewable or (ticket.closed_at is not None and now > ticket.closed_at + timedelta(days=REVIEW_DAYS))


async def foreseen(desk: Desk, contact: Contact) -> Gone:
    found = [await desk.uow.tickets.get(ticket_id) for ticket_id, _ in await desk.uow.privacy.reported(contact.id)]
    tickets = [ticket for ticket in found if ticket is not None]
    resting = tuple(ticket.id for ticket in tickets if may_be_forgotten(ticket, desk.region, desk.now))
    kept = tuple(ticket.id for ticket in tickets if ticket.state in RESTING and ticket.id not in resting)
    return Gone(resting, kept, tuple(ticket.id for ticket in tickets if ticket.state not in RESTING))


async def forget(desk: Desk, contact: Contact) -> Gone:
    """Name, drafts, what was said, consent, and the tickets at rest. Open ones go on with their reporter, who hears of them."""
    gone = await foreseen(desk, contact)
    for ticket_id in gone.resting:
        ticket = await desk.uow.tickets.get(ticket_id)
        if ticket is not None:
            # Saved, so that whoever writes it at the same time is begun again, with nothing to write back.
            saved = await desk.uow.tickets.save(ticket)
            await desk.uow.tickets.append(Event(ticket_id, desk.now, FORGOTTEN, 0, Role.RESIDENT, saved.state, saved.state))
            await desk.uow.privacy.minimise(ticket_id, desk.now)
    await desk.uow.privacy.forget_talk(contact.id)
    staff = bool(await desk.uow.posts.of_contact(contact.id))
    await desk.uow.contacts.save(replace(contact, name="", consented_at=contact.consented_at if staff else None))
    return gone
