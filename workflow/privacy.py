"""Who looked at whose words, what is held about somebody, and how long: nouns and rules, pure. Carried out by `unmasking` and `erasing`.

What people write is stored masked; the words as they were lie sealed and are shown to nobody but their author, unless somebody who
handles the matter asks for them, with a reason that is kept and that the author sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from workflow.model import Procedure, Role, Ticket
from workflow.region import Region

UNMASKED, FORGOTTEN = "unmasked", "forgotten"
"""Facts of a ticket's trail."""
LONGEST_REASON = 200
Originals = Mapping[tuple[str, int, str], str]
"""("ticket", "note" or "event", the row's id, field) → words as they were, of what is stored masked."""


@dataclass(frozen=True, slots=True)
class Unmasking:
    """Somebody was shown what is hidden. `fields`: what of the ticket, such as text or name; `at` aware UTC."""

    at: datetime
    ticket_id: int
    contact_id: int
    role: Role
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """To be shown once. `name`: as the reporter's chat shows it; "" of anonymous tickets and of those without a reporter."""

    ticket: Ticket
    name: str
    text: str
    place_detail: str
    result: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about a contact, counted."""

    tickets: int = 0
    notes: int = 0
    joined: int = 0
    waiting: int = 0  # messages not delivered yet


def over_before(region: Region, now: datetime) -> dict[Procedure, datetime]:
    """What came to rest before that time is kept no longer, by procedure; procedures on hold are left out."""
    kept = {procedure: region.kept_days(procedure.value) for procedure in Procedure}
    return {procedure: now - timedelta(days=days) for procedure, days in kept.items() if days is not None}


class Privacy(Protocol):
    """A port; it stands with its nouns."""

    async def originals(self, ticket_id: int) -> Originals:
        """Words as they were, of what is stored masked. For their author, and for `unmasking` once it is written down."""
        ...

    async def log(self, unmasking: Unmasking) -> None:
        """For good: nothing changes or deletes it."""
        ...

    async def kept_too_long(self, before: Mapping[Procedure, datetime], limit: int) -> tuple[int, ...]:
        """Tickets at rest since before their procedure's time, the oldest first; none that was merged into one that goes on."""
        ...

    async def minimise(self, ticket_id: int, at: datetime) -> None:
        """Takes away words, files, place of the photo, reporter and whatever ties a chat to the ticket. Number, topic, division, states,
        times and the trail's skeleton stay."""
        ...

    async def doom(self, sha256: str, at: datetime) -> None:
        """A file to be taken from the disk once `at` is over, unless a ticket has it."""
        ...

    async def held(self, contact_id: int) -> Held: ...
    async def reported(self, contact_id: int) -> tuple[tuple[int, bool], ...]:
        """(ticket, whether it is at rest), the oldest first."""
        ...

    async def forget_talk(self, contact_id: int) -> None:
        """Drafts and what was said to them already."""
        ...
