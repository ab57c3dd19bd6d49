"""Buttons that give a ticket to a desk: take, dispatch, designate, the list of desks."""

from __future__ import annotations

from bot.buttons import whole_number
from bot.cards.choices import PER_PAGE, all_desks, code_of, desk_of
from bot.staff.turn import Rows, Turn, cancel_button
from workflow import routing
from workflow.commands import Move
from workflow.errors import Refusal, Refused
from workflow.model import Assignee, Button, Ticket
from workflow.states import State, Trigger

_DESIGNATE = Trigger.DESIGNATE.value
_DISPATCH = Trigger.DISPATCH.value
_BY_STATE = {State.ACCEPTED: Trigger.DISPATCH, State.DISPUTED: Trigger.REROUTE, State.DISPATCHED: Trigger.REASSIGN}
_WITH_REASON = frozenset({Trigger.REASSIGN, Trigger.DESIGNATE})


async def pressed(turn: Turn, verb: str, ticket_id: int, more: tuple[str, ...]) -> str | None:
    match verb:
        case "take" | "dispatch" | "designate":
            ticket = await turn.ticket(ticket_id)
            if verb == "take":
                # Of two officers the second is told so; what they meant as a first dispatch must not become a 改派.
                turn.expect(ticket, State.REGISTERED)
            return await _assign(turn, ticket, _desk(turn, ticket, more[0]), designate=verb == _DESIGNATE)
        case "units":
            return await _units(turn, await turn.ticket(ticket_id), more)
        case _:
            return None


def _desk(turn: Turn, ticket: Ticket, code: str) -> Assignee:
    desk = desk_of(code, ticket, turn.words)
    if desk is None or not routing.acceptable(turn.region, ticket, desk):
        raise Refused(Refusal.UNIT_UNKNOWN)
    return desk


async def _assign(turn: Turn, ticket: Ticket, desk: Assignee, *, designate: bool) -> str:
    if ticket.state is State.REGISTERED:
        turn.check(ticket, Trigger.ACCEPT)
        ticket = await turn.session.do(turn.actor, Move(ticket.id, Trigger.ACCEPT))
    trigger = _trigger(ticket, designate=designate)
    if trigger is Trigger.REASSIGN and desk == ticket.lead:
        # The same button pressed twice: it lies there already.
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state.value)
    turn.check(ticket, trigger)
    if trigger in _WITH_REASON:
        who = turn.words.desk(desk)
        await turn.open_step("assign", ticket, trigger=trigger.value, desk=code_of(desk))
        await turn.say("staff.ask_assign_reason", (cancel_button(ticket),), ticket=ticket, who=who)
        return ""
    after = await turn.session.do(turn.actor, Move(ticket.id, trigger, assignee=desk))
    return turn.done(after)


def _trigger(ticket: Ticket, *, designate: bool) -> Trigger:
    if designate:
        return Trigger.DESIGNATE
    found = _BY_STATE.get(ticket.state)
    if found is None:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state.value)
    return found


async def assigned(turn: Turn, ticket: Ticket, reason: str) -> Ticket:
    """The reason for a new desk has come."""
    data = turn.dialog.data if turn.dialog is not None else {}
    desk = _desk(turn, ticket, str(data.get("desk", "")))
    return await turn.session.do(turn.actor, Move(ticket.id, Trigger(data["trigger"]), reason, assignee=desk))


async def _units(turn: Turn, ticket: Ticket, more: tuple[str, ...]) -> str:
    """The list of desks, page by page: `s:units:<id>[:<verb>[:<page>]]`."""
    verb, page = more[0] or _DISPATCH, whole_number(more[1]) or 0
    turn.check(ticket, Trigger.ACCEPT if ticket.state is State.REGISTERED else _trigger(ticket, designate=verb == _DESIGNATE))
    edits = turn.incoming.message_id if more[1] else ""
    await turn.say("staff.ask_unit", unit_rows(turn, ticket, verb, page), ticket=ticket, edits=edits)
    return ""


def unit_rows(turn: Turn, ticket: Ticket, verb: str, page: int) -> Rows:
    words = turn.words
    desks = all_desks(ticket, words)
    start = page * PER_PAGE
    rows: list[tuple[Button, ...]] = [
        (Button("button.unit", f"s:{verb}:{ticket.id}:{code_of(desk)}", {"who": words.desk(desk)}),)
        for desk in desks[start : start + PER_PAGE]
    ]
    turning = []
    if page > 0:
        turning.append(Button("button.back", f"s:units:{ticket.id}:{verb}:{page - 1}"))
    if start + PER_PAGE < len(desks):
        turning.append(Button("button.more", f"s:units:{ticket.id}:{verb}:{page + 1}"))
    return (*rows, *((tuple(turning),) if turning else ()), cancel_button(ticket))
