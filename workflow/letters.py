"""One message that held several matters (同一来信): its tickets go their own ways, and it is done when the last of them is. Pure.

A letter is no ticket: it has no state, no desk and no clock, so nobody can close it. Reports about somebody and emergencies
are never part of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workflow.commands import Register
from workflow.errors import Refusal, Refused
from workflow.model import Actor, Event, Priority, Procedure, Speech, Ticket
from workflow.policy import may_see
from workflow.states import RESTING, State, Trigger

LETTER = "letter"
"""`Speech.card` of a letter: its id is in `params`, and `ticket_id` is one of its tickets."""
MOST = 5
"""So many matters are found in a message at most (ours)."""
_ALONE = frozenset({Procedure.PETITION_REPORT, Procedure.EMERGENCY})
_DONE = frozenset({State.CLOSED, State.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Letter:
    """`closed_at`: when the last of its tickets came to rest; None while one is open."""

    id: int
    created_at: datetime
    closed_at: datetime | None = None


def check(matters: Sequence[Register]) -> None:
    """Raises Refused unless these may be the tickets of one letter."""
    if not 2 <= len(matters) <= MOST or any(matter.procedure in _ALONE for matter in matters):
        raise Refused(Refusal.NOT_TOGETHER)


def changed(before: Ticket, after: Ticket, fact: str) -> bool:
    """Whether the letter's card looks otherwise now. An archived ticket's card is left in peace."""
    return fact != Trigger.ARCHIVE and _face(before) != _face(after)


def _face(ticket: Ticket) -> tuple[object, ...]:
    return ticket.state, ticket.topic, ticket.hub, ticket.lead, ticket.clocks, ticket.letter_id


def followed(letter: Letter, tickets: Sequence[Ticket], now: datetime) -> Letter:
    """The letter after a fact about one of its tickets: over with the last that comes to rest, open again with the first that rises."""
    over = all(ticket.state in RESTING for ticket in tickets)
    if over == (letter.closed_at is not None):
        return letter
    return replace(letter, closed_at=now if over else None)


def registered(tickets: Sequence[Ticket]) -> Speech:
    """The one receipt for all of them."""
    return _card(tickets[0], "letters.registered", len(tickets), Priority.ANSWER)


def again(ticket: Ticket) -> Speech:
    """The card of a ticket's letter, because its reporter asks for it."""
    return replace(_card(ticket, "", 0, Priority.ANSWER), fresh=True)


def news(before: Letter, after: Letter, tickets: Sequence[Ticket], fact: Event) -> Speech | None:
    """What the person hears: aloud once all is over, else the card changes in silence. None where nobody is left to hear it."""
    mine = [ticket for ticket in tickets if ticket.reporter is not None]
    if not mine:
        return None
    ended = after.closed_at is not None and before.closed_at is None
    key = ("letters.closed" if all(ticket.state in _DONE for ticket in mine) else "letters.ended") if ended else ""
    return _card(mine[0], key, len(mine), Priority.ANSWER if fact.actor_id == mine[0].reporter else Priority.NOTICE)


def _card(ticket: Ticket, key: str, count: int, priority: Priority) -> Speech:
    params = {"letter": ticket.letter_id, "count": count}
    return Speech(ticket.reporter or 0, key, params, ticket_id=ticket.id, card=LETTER, fresh=bool(key), priority=priority)


def siblings(tickets: Sequence[Ticket], ticket: Ticket, actor: Actor) -> tuple[Ticket, ...]:
    """The others of a letter that may be named to somebody."""
    return tuple(other for other in tickets if other.id != ticket.id and may_see(actor, other))
