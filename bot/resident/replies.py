"""Which ticket a message of ours belongs to that somebody replies to."""

from __future__ import annotations

from bot.doors import Incoming
from bot.resident import matters
from workflow.desk import Session
from workflow.model import About, Contact


async def about(session: Session, contact: Contact, incoming: Incoming, *, drafting: bool = False) -> About | None:
    """None: no ticket, or none that can be told. A message whose sender died before it could note which one it was is known by the one
    number of this person's that stands in it; not while `drafting`, when ours name tickets that a draft may be the same as."""
    if not incoming.reply_to:
        return None
    found = await session.uow.about(contact.id, incoming.reply_to)
    if found is not None or drafting or not incoming.replied:
        return found
    ticket = await matters.only_named(session, contact, incoming.replied)
    return About(ticket.id, "", card=True) if ticket is not None else None
