"""What a delivery teaches about a contact: it can't be reached, or it has a new address. Each in one transaction at the desk."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.relay import Item
from app.watch import staff_of
from workflow.desk import Desk, Session
from workflow.model import Priority, Speech

UNREACHABLE = "notices.unreachable"


@dataclass(frozen=True, slots=True)
class DeskKeeper:
    """Fits `app.relay.ContactKeeper`."""

    desk: Desk

    async def unreachable(self, item: Item) -> None:
        """Marks the contact; the hub of the ticket hears that somebody can't be told by chat."""

        async def work(session: Session) -> None:
            contact = await session.uow.contacts.get(item.contact.id)
            if contact is None or contact.unreachable:
                return
            await session.uow.contacts.save(replace(contact, unreachable=True))
            ticket = None if item.speech.ticket_id is None else await session.uow.tickets.get(item.speech.ticket_id)
            if ticket is None:
                return
            for person in await staff_of(session.uow, ticket.hub):
                if person != contact.id:
                    told = Speech(person, UNREACHABLE, {"number": ticket.number}, ticket_id=ticket.id, priority=Priority.NOTICE)
                    await session.say(told)

        await self.desk.serve(f"unreachable:{item.id}", work)

    async def moved(self, item: Item, address: str) -> None:
        async def work(session: Session) -> None:
            contact = await session.uow.contacts.get(item.contact.id)
            taken = await session.uow.contacts.by_address(item.contact.door, address)
            if contact is not None and taken is None:
                await session.uow.contacts.save(replace(contact, address=address))

        await self.desk.serve(f"moved:{item.id}:{address}", work)
