"""What a delivery teaches about a contact: it can't be reached, or it has a new address. Each in one transaction at the desk."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.relay import Item
from app.watch import staff_of
from workflow import digests
from workflow.desk import Desk, Session
from workflow.model import Contact, Priority, Speech, Ticket

UNREACHABLE = "notices.unreachable"
STAFF_UNREACHABLE = "notices.staff_unreachable"


@dataclass(frozen=True, slots=True)
class DeskKeeper:
    """Fits `app.relay.ContactKeeper`."""

    desk: Desk

    async def unreachable(self, item: Item) -> None:
        """Marks the contact; the hub of the ticket hears that somebody can't be told by chat, once for each step of the ticket: the
        door may have told us before that the person is gone."""

        async def work(session: Session) -> None:
            contact = await session.uow.contacts.get(item.contact.id)
            if contact is None:
                return
            await session.uow.contacts.save(replace(contact, unreachable=True))
            for ticket_id in digests.tickets_of(item.speech):
                ticket = await session.uow.tickets.get(ticket_id)
                if ticket is not None and await session.uow.first_time(_missed_step(contact, ticket), session.now):
                    await _tell_hub(session, contact, ticket)

        await self.desk.serve(f"unreachable:{item.id}", work)

    async def moved(self, item: Item, address: str) -> bool:
        """The contact gets its new address; where that is a contact already, its posts go there. False then."""

        async def work(session: Session) -> bool:
            contact = await session.uow.contacts.get(item.contact.id)
            taken = await session.uow.contacts.by_address(item.contact.door, address)
            if contact is None or (taken is not None and taken.id == contact.id):
                return contact is not None
            if taken is None:
                await session.uow.contacts.save(replace(contact, address=address))
                return True
            for post in await session.uow.posts.of_contact(contact.id):
                await session.uow.posts.remove(post.id)
                await session.uow.posts.add(replace(post, contact_id=taken.id))
            return False

        return bool(await self.desk.serve(f"moved:{item.id}:{address}", work))


def _missed_step(contact: Contact, ticket: Ticket) -> str:
    """Names no chat beside the ticket that it reported: it may have done so without a name."""
    who = "reporter" if contact.id == ticket.reporter else contact.id
    return f"unreachable:{who}:{ticket.id}:{ticket.state}:{ticket.reworks}"


async def _tell_hub(session: Session, contact: Contact, ticket: Ticket) -> None:
    if await session.uow.followers.get(ticket.id, contact.id) is not None:
        return  # the matter goes on for everybody else
    key = UNREACHABLE if ticket.reporter == contact.id else STAFF_UNREACHABLE
    for person in await staff_of(session.uow, ticket.hub):
        if person != contact.id:
            await session.say(Speech(person, key, {"number": ticket.number}, ticket_id=ticket.id, priority=Priority.NOTICE))
