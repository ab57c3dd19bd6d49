"""[原文]: asks for a reason, then shows the words as they were, once, to the one who asked and to no group."""

from __future__ import annotations

from bot.staff.turn import Turn, cancel_button
from workflow import policy, unmasking
from workflow.errors import Refusal, Refused
from workflow.model import Ticket

STEP = "original"


async def pressed(turn: Turn, verb: str, ticket_id: int, _more: tuple[str, ...]) -> str | None:
    if verb != STEP:
        return None
    ticket = await turn.ticket(ticket_id)
    if policy.unmasking_role(turn.actor, ticket) is None:
        raise Refused(Refusal.NOT_YOURS, number=ticket.number)
    if turn.contact.kind != "private":
        return turn.toast("staff.private_only")
    await turn.open_step(STEP, ticket)
    await turn.say("privacy.ask_reason", (cancel_button(ticket),), ticket=ticket)
    return ""


async def reveal(turn: Turn, ticket: Ticket, reason: str) -> None:
    """The reason has come."""
    await turn.close_step()
    found = await unmasking.unmask(turn.session, turn.actor, ticket.id, reason)
    await turn.say(
        "privacy.original", ticket=ticket, name=found.name or turn.words.label("privacy.no_name"), reason=reason.strip(),
        original="\n".join(part for part in (found.text, found.place_detail, found.result, *found.notes) if part),
    )  # fmt: skip
