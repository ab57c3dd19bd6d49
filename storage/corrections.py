"""Corrections to learn from, read from tickets and their trail: fits `workflow.corrections.Corrections`."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import and_, or_, select

from storage.engine import Database
from storage.tables import events, tickets
from storage.views import OPEN_TO_LISTS
from workflow import evidence
from workflow.corrections import Change, Correction, last_word, may_learn
from workflow.states import State

_CORRECTED = "corrected"
_OVER = (State.WITHDRAWN.value, State.ARCHIVED.value)
"""Words that were taken back, or whose time is over, are nobody's to learn from."""


async def corrections(database: Database, since: datetime | None = None) -> list[Correction]:
    """At most one for each ticket, oldest first, of `since` (aware) and later; texts as stored: masked where there are keys.

    Left out: 检举控告, what was withdrawn or archived, and whatever is sensitive, a danger to life, or so old that nobody knows.
    """
    # A hazard that outlives its withdrawal has lost its reporter.
    usable = and_(OPEN_TO_LISTS, tickets.c.state.not_in(_OVER), tickets.c.reporter.is_not(None))
    trail = select(events.c.ticket_id, events.c.at, events.c.data).join(tickets, tickets.c.id == events.c.ticket_id)
    trail = trail.where(usable, events.c.kind == _CORRECTED).order_by(events.c.id)
    touched = select(events.c.ticket_id).where(events.c.kind == _CORRECTED)
    said = tickets.c.understanding["chosen"].as_string() != ""
    wanted = select(tickets.c.id, tickets.c.text, tickets.c.topic, tickets.c.created_at, tickets.c.understanding)
    wanted = wanted.where(usable, or_(said, tickets.c.id.in_(touched))).order_by(tickets.c.id)
    changes: dict[int, list[Change]] = defaultdict(list)
    found: list[Correction] = []
    async with database.moment() as connection:
        for row in (await connection.execute(trail)).mappings():
            changes[row["ticket_id"]].append(Change(row["at"], str(row["data"].get("topic_was", ""))))
        for row in (await connection.execute(wanted)).mappings():
            kept = evidence.again(row["understanding"])
            correction = last_word(row["text"], row["topic"], row["created_at"], kept, changes[row["id"]]) if may_learn(kept) else None
            if correction is not None and (since is None or correction.at >= since):
                found.append(correction)
    return sorted(found, key=lambda correction: correction.at)
