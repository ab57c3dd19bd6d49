"""One thing a staff member did, with everything needed to answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards.words import Words
from bot.doors import Incoming
from texts import FIRST, LANGUAGES, Texts
from workflow import dialogs, guards
from workflow.commands import Move
from workflow.desk import Session
from workflow.errors import Refusal, Refused
from workflow.guards import Case
from workflow.model import Actor, Button, Contact, Dialog, FileRef, Json, Outcome, Priority, Speech, Ticket
from workflow.policy import may_see, parties
from workflow.ports import Masker
from workflow.region import Region
from workflow.states import Party, State, Trigger, row

_STEP_LASTS = timedelta(minutes=15)
"""How long a group waits for the one who began to write something."""
Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """`contact` is the chat to answer in, `actor` the person who acts: in a group they differ."""

    session: Session
    contact: Contact
    actor: Actor
    incoming: Incoming
    dialog: Dialog | None
    texts: Texts
    masker: Masker
    region: Region

    @property
    def words(self) -> Words:
        language = self.contact.language if self.contact.language in LANGUAGES else FIRST
        return Words(self.texts, self.region, ZoneInfo(self.region.time_zone), language)

    async def say(
        self, key: str, buttons: Rows = (), *, ticket: Ticket | None = None, edits: str = "", files: tuple[FileRef, ...] = (),
        **params: object,
    ) -> None:  # fmt: skip
        number = {"number": ticket.number} if ticket is not None else {}
        values: Json = {**number, **params}
        ticket_id = ticket.id if ticket is not None else None
        await self.session.say(
            Speech(self.contact.id, key, values, buttons, ticket_id, edits=edits, files=files, priority=Priority.ANSWER)
        )

    def toast(self, key: str, **params: object) -> str:
        return self.words.label(key, **self.words.params(params))

    def done(self, ticket: Ticket) -> str:
        return self.toast("staff.done", number=ticket.number, state=ticket.state.value)

    async def open_step(self, step: str, ticket: Ticket, **data: object) -> None:
        """From now on the person's next words in this chat answer the step. Refused while a colleague is in the middle of one here."""
        if self._busy_colleague():
            raise Refused(Refusal.STEP_TAKEN)
        content: Json = {"ticket": ticket.id, "by": self.actor.contact_id, **data}
        await dialogs.opened(self.session, self.contact.id, f"staff.{step}", content)

    def _busy_colleague(self) -> bool:
        dialog = self.dialog
        if dialog is None or not dialog.step or dialog.data.get("by") in {None, self.actor.contact_id}:
            return False
        return dialog.updated_at is not None and self.session.now < dialog.updated_at + _STEP_LASTS

    async def close_step(self) -> None:
        await dialogs.closed(self.session, self.contact.id)

    def held(self, ticket: Ticket) -> frozenset[Party]:
        return parties(self.actor, ticket)

    async def shown_here(self, ticket: Ticket) -> bool:
        """A group sees what its own post may see, whoever of its members asks."""
        return self.contact.kind != "group" or may_see(await self.session.actor(self.contact), ticket)

    async def ticket(self, ticket_id: int) -> Ticket:
        """The ticket, if the actor is anything to it. A stranger does not learn whether it exists: Refused NOT_YOURS."""
        found = await self.session.uow.tickets.get(ticket_id)
        if found is None or not self.held(found) or not await self.shown_here(found):
            raise Refused(Refusal.NOT_YOURS, number="")
        return found

    def expect(self, ticket: Ticket, state: State) -> None:
        if ticket.state is not state:
            raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state.value)

    def expect_party(self, ticket: Ticket, *wanted: Party) -> None:
        if not self.held(ticket) & set(wanted):
            raise Refused(Refusal.NOT_YOURS, number=ticket.number)

    def check(self, ticket: Ticket, trigger: Trigger) -> None:
        """Refuses before anybody writes a reason in vain: as if all that must be given were given."""
        found = row(trigger, ticket.state)
        if found is None:
            raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state.value)
        given: dict[str, Any] = {"reason": "-", "route": "-", "result": "-", "plan": "-", "outcome": Outcome.EXPLAINED}
        move = Move(ticket.id, trigger, assignee=ticket.hub, **given)
        guards.check(found, Case(ticket, self.actor, self.held(ticket), move, self.session.now, self.region))


def cancel_button(ticket: Ticket) -> tuple[Button, ...]:
    return (Button("button.cancel", f"s:cancel:{ticket.id}"),)
