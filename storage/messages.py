"""Which message in a chat belongs to which ticket, both ways."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from storage.connection import Connection
from storage.engine import replacing
from storage.prepared import Prepared
from storage.tables import messages
from workflow.model import About

_REMEMBER = Prepared(lambda insert: replacing(insert(messages)), same=("contact_id", "message_id"))


async def remember(connection: Connection, contact_id: int, message_id: str, about: About, position: int) -> None:
    """`position`: later messages have larger ones; an edited message keeps its id and moves on."""
    values = {
        "contact_id": contact_id, "message_id": message_id, "ticket_id": about.ticket_id, "position": position, "card": about.card,
        "key": about.key, "letter_id": about.letter_id,
    }  # fmt: skip
    await _REMEMBER.later(connection, values)


async def about(connection: Connection, faces: Sequence[int], message_id: str) -> About | None:
    """`faces`: under which ids the chat is known."""
    same = messages.c.contact_id.in_(faces) & (messages.c.message_id == message_id)
    latest = select(messages).where(same).order_by(messages.c.position.desc()).limit(1)
    found = (await connection.execute(latest)).mappings().one_or_none()
    return About(found["ticket_id"], found["key"], found["card"], found["letter_id"]) if found is not None else None


async def live_card(connection: Connection, contact_id: int, ticket_id: int) -> str | None:
    """The newest message that is this ticket's card."""
    cards = (messages.c.contact_id == contact_id, messages.c.ticket_id == ticket_id, messages.c.letter_id.is_(None))
    return await _newest_card(connection, *cards)


async def live_letter(connection: Connection, faces: Sequence[int], letter_id: int) -> str | None:
    """The newest message that is this letter's card."""
    return await _newest_card(connection, messages.c.contact_id.in_(faces), messages.c.letter_id == letter_id)


async def _newest_card(connection: Connection, *of: ColumnElement[bool]) -> str | None:
    newest = select(messages.c.message_id).where(messages.c.card, *of).order_by(messages.c.position.desc()).limit(1)
    return (await connection.execute(newest)).scalar_one_or_none()
