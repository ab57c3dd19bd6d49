"""Praise is thanked for and counted: where and for what, never who or in which words. Nothing is dispatched.

Who wants it filed after all gets a ticket, and the count is one less: it is counted among the tickets then.
"""

from __future__ import annotations

from bot.doors import Incoming
from bot.outgoing import answer, button
from workflow import intake
from workflow.desk import Session
from workflow.intake import Draft
from workflow.model import Contact, Intent
from workflow.praise import Praise


def for_thanks(draft: Draft) -> bool:
    """Whether it is thanked for, not filed. Files are for somebody to see."""
    return draft.intent == Intent.PRAISE and not (draft.filing or draft.files)


async def thanked(session: Session, contact: Contact, draft: Draft) -> None:
    """Says what was done, and does it once however often the same thanks are said."""
    place = draft.place or session.region.code
    topic = intake.left_open(draft, session.region.sureness).topic
    await session.uow.praises.count(Praise(draft.id, session.now, place, topic, draft.version))
    file_it = button("praise.file_it", f"i:file:{draft.id}")
    await session.say(answer(contact.id, "praise.thanks", ((file_it,),), place=place))


async def next_draft(session: Session, draft: Draft, incoming: Incoming, new_id: str) -> Draft:
    """What words after thanks belong to: the same message changed, or the same words once more, are the same thanks; all else is
    something new."""
    if incoming.message_id and any(incoming.message_id == known for known, _ in draft.said):
        await taken_back(session, draft)  # until it is read again
        return draft
    again = incoming.text.split() == draft.text.split() and not incoming.files
    return Draft(draft.id if again else new_id)


async def taken_back(session: Session, draft: Draft) -> None:
    await session.uow.praises.take_back(draft.id)
