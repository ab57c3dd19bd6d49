"""/mute and /unmute, and what is decided about an appeal: each asks for a reason first."""

from __future__ import annotations

from bot.buttons import whole_number
from bot.outgoing import rows
from bot.staff.steps import is_open
from bot.staff.turn import Turn, cancel_button
from workflow import muting, policy
from workflow.errors import Refusal, Refused
from workflow.model import Button, Ticket

COMMANDS = frozenset({"mute", "unmute"})
_VERBS = frozenset({"mute", "unmute", "mute_stays"})


async def command(turn: Turn, name: str, ticket: Ticket | None) -> None:
    """`ticket`: the one whose number was given."""
    if ticket is None:
        await turn.say("manners.usage", command=name)
        return
    _may(turn, ticket, name)
    if name == "unmute":
        await _ask(turn, ticket, "unmute")
        return
    muting.need_reporter(ticket)
    days = [Button("manners.days", f"s:mute:{ticket.id}:{days}", {"days": str(days)}) for days in turn.region.manners.mute_days]
    await turn.say("manners.ask_days", (*rows(days, 3), cancel_button(ticket)), ticket=ticket)


async def pressed(turn: Turn, verb: str, ticket_id: int, more: tuple[str, ...]) -> str | None:
    """`s:mute:<ticket>:<days>`, `s:unmute:<ticket>:<contact>`, `s:mute_stays:<ticket>:<contact>`."""
    if verb not in _VERBS:
        return None
    ticket, number = await turn.session.uow.tickets.get(ticket_id), whole_number(more[0])
    if number is None:
        return turn.toast("system.stale")
    if ticket is None:
        raise Refused(Refusal.NOT_YOURS, number="")
    _may(turn, ticket, verb)
    await _ask(turn, ticket, verb, number)
    return ""


def _may(turn: Turn, ticket: Ticket, verb: str) -> None:
    """A stranger does not learn whether there is such a ticket."""
    allowed = policy.may_mute if verb == "mute" else policy.may_judge_mute
    if not allowed(turn.actor, ticket):
        raise Refused(Refusal.NOT_YOURS, number="")


async def _ask(turn: Turn, ticket: Ticket, verb: str, number: int | None = None) -> None:
    await turn.open_step(verb, ticket, given=number)
    await turn.say(f"manners.ask_{verb}", (cancel_button(ticket),), ticket=ticket, days=number or 0)


async def answered(turn: Turn) -> bool:
    """The reason has come; False where another step is open, or none."""
    dialog = turn.dialog
    verb = dialog.step.removeprefix("staff.") if dialog is not None else ""
    if dialog is None or not is_open(turn) or verb not in _VERBS:
        return False
    ticket_id, given, words = int(dialog.data["ticket"]), dialog.data.get("given"), turn.incoming.text
    if not words.strip():
        await turn.say("staff.words_due")
        return True
    await turn.close_step()
    if verb == "mute":
        done = await muting.mute(turn.session, turn.actor, ticket_id, int(given or 0), words)
        await turn.say("manners.mute_done", number=done.number, until_at=done.until.isoformat())
        return True
    ticket = await muting.decide(turn.session, turn.actor, ticket_id, given, words, lift=verb == "unmute")
    await turn.say(f"manners.{verb}_done", number=ticket.number)
    return True
