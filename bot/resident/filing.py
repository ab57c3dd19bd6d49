"""From a draft to a ticket."""

from __future__ import annotations

from workflow import intake
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import Actor, Contact, Ticket


async def file(session: Session, contact: Contact, actor: Actor, draft: Draft) -> Ticket:
    """The ticket of a draft; the messages it was made of are known to belong to it."""
    filed = intake.left_open(draft, session.region.sureness)
    ticket = await session.do(actor, intake.registration(filed, session.region.code))
    for message_id in filter(None, (known for known, _ in draft.said)):
        await session.uow.remember(contact.id, message_id, ticket.id)
    return ticket
