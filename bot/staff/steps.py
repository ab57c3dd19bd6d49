"""Steps that need words: a reason, a route, an answer, a message to the resident, more time, an outcome.

A button opens the step (`Dialog.step` "staff.<name>"), the person's next words in that chat answer it, [取消] or /cancel drops it.
In a group only the one who opened a step can answer it.
"""

from __future__ import annotations

from bot.buttons import whole_number
from bot.cards.choices import closable
from bot.staff import moving, result, unmasking
from bot.staff.turn import Turn, cancel_button
from workflow import deadlines, followups
from workflow.commands import AskExtension, DecideExtension, Move, Relay
from workflow.errors import Refusal, Refused
from workflow.model import Button, Outcome, Ticket
from workflow.states import Party, State, Trigger

_REASONS = {"dispute": Trigger.DISPUTE, "send_back": Trigger.SEND_BACK, "uphold": Trigger.UPHOLD_OBJECTION, "decline": Trigger.DECLINE,
            "answer": Trigger.ANSWER, "rework": Trigger.REWORK, "reopen": Trigger.REOPEN}  # fmt: skip
_OUTCOMES = (Outcome.RESOLVED, Outcome.PARTLY, Outcome.DEFUSED, Outcome.NOT_DEFUSED, Outcome.EXPLAINED, Outcome.LEGAL_ROUTE)
_HUB = (Party.HUB, Party.SUPERVISOR)


def is_open(turn: Turn) -> bool:
    """Whether this person has a step of ours open in this chat."""
    dialog = turn.dialog
    return dialog is not None and dialog.step.startswith("staff.") and dialog.data.get("by") == turn.actor.contact_id


async def pressed(turn: Turn, verb: str, ticket_id: int, more: tuple[str, ...]) -> str | None:
    if verb in _REASONS:
        ticket = await turn.ticket(ticket_id)
        turn.check(ticket, _REASONS[verb])
        return await _ask(turn, ticket, verb, f"staff.ask_{verb}")
    match verb:
        case "contact":
            return await _contact(turn, await turn.ticket(ticket_id))
        case "extend":
            return await _extend(turn, await turn.ticket(ticket_id))
        case "amount":
            return await _amount(turn, await turn.ticket(ticket_id), more[0])
        case "grant" | "deny":
            return await _decide(turn, await turn.ticket(ticket_id), granted=verb == "grant")
        case "close":
            return await _close(turn, await turn.ticket(ticket_id), more[0])
        case "cancel":
            return await _cancel(turn)
        case _:
            return None


async def _ask(turn: Turn, ticket: Ticket, step: str, key: str, **data: str) -> str:
    await turn.open_step(step, ticket, **data)
    await turn.say(key, (cancel_button(ticket),), ticket=ticket, outcome=data.get("outcome", ""))
    return ""


async def _cancel(turn: Turn) -> str:
    if is_open(turn):
        await turn.close_step()
    await turn.say("staff.cancelled", edits=turn.incoming.message_id)
    return ""


async def _contact(turn: Turn, ticket: Ticket) -> str:
    turn.expect_party(ticket, Party.LEAD, *_HUB)
    followups.need_open(ticket)
    if ticket.reporter is None:
        return turn.toast("staff.no_reporter", number=ticket.number)
    return await _ask(turn, ticket, "relay", "staff.ask_relay")


async def _extend(turn: Turn, ticket: Ticket) -> str:
    turn.expect_party(ticket, Party.LEAD)
    turn.expect(ticket, State.HANDLING)
    if ticket.extension:
        raise Refused(Refusal.EXTENSION_USED)
    if deadlines.profile_of(ticket, turn.region).extension_max == 0:
        raise Refused(Refusal.EXTENSION_TOO_LONG, limit="0")
    return await _ask(turn, ticket, "extend", "staff.ask_extend")


async def _offer_amounts(turn: Turn, ticket: Ticket, reason: str) -> None:
    profile = deadlines.profile_of(ticket, turn.region)
    unit = turn.words.label(f"unit_of_time.{profile.extension_unit}")
    longest = profile.extension_max
    amounts = sorted({amount for amount in (longest // 3, longest // 2, longest) if amount > 0})
    offers = tuple(
        (Button("button.amount", f"s:amount:{ticket.id}:{amount}", {"amount": str(amount), "unit": unit}),) for amount in amounts
    )
    await turn.open_step("amount", ticket, reason=reason)
    await turn.say("staff.ask_amount", (*offers, cancel_button(ticket)), ticket=ticket)


async def _amount(turn: Turn, ticket: Ticket, amount: str) -> str:
    dialog, days = turn.dialog, whole_number(amount)
    if dialog is None or not is_open(turn) or dialog.data.get("ticket") != ticket.id or days is None:
        return turn.toast("system.stale")
    ask = AskExtension(ticket.id, days, str(dialog.data.get("reason", "")))
    after = await turn.session.do(turn.actor, ask)
    await turn.close_step()
    return turn.done(after)


async def _decide(turn: Turn, ticket: Ticket, *, granted: bool) -> str:
    turn.expect_party(ticket, *_HUB)
    if ticket.extension != "asked":
        raise Refused(Refusal.EXTENSION_NOT_ASKED)
    if granted:
        return turn.done(await turn.session.do(turn.actor, DecideExtension(ticket.id, granted=True)))
    return await _ask(turn, ticket, "deny", "staff.ask_deny")


async def _close(turn: Turn, ticket: Ticket, outcome: str) -> str:
    turn.expect_party(ticket, *_HUB)
    if ticket.state is not State.ANSWERED:
        turn.expect(ticket, State.EVALUATING)
    if not closable(ticket, turn.session.now):
        raise Refused(Refusal.EVALUATION_OPEN)
    if ticket.state is State.ANSWERED:
        outcome = Outcome.EXPLAINED.value  # what else does an answer do
    if outcome in {found.value for found in _OUTCOMES}:
        return await _ask(turn, ticket, "close", "staff.ask_close_reason", outcome=outcome)
    offers = tuple((Button("button.outcome", f"s:close:{ticket.id}:{o.value}", {"outcome": o.value}),) for o in _OUTCOMES)
    await turn.say("staff.ask_outcome", (*offers, cancel_button(ticket)), ticket=ticket)
    return ""


async def answered(turn: Turn) -> bool:
    """Words (or files) for an open step; False if there is none, so that they are something else."""
    dialog, incoming = turn.dialog, turn.incoming
    if dialog is None or not is_open(turn):
        return False
    step, words = dialog.step.removeprefix("staff."), incoming.text.strip()
    ticket = await turn.ticket(int(dialog.data["ticket"]))
    if step == "amount":
        await _typed_amount(turn, ticket, words)
    elif step == "reply":
        await _more_of_the_result(turn, ticket)
    elif not words and not (step == "relay" and incoming.files):
        await turn.say("staff.words_due", (cancel_button(ticket),), ticket=ticket)
    else:
        await _carry_out(turn, ticket, step, words)
    return True


async def _typed_amount(turn: Turn, ticket: Ticket, words: str) -> None:
    if words.isascii() and words.isdecimal() and len(words) < 4:
        await turn.say("staff.typed_amount", ticket=ticket, toast=await _amount(turn, ticket, words))
    else:
        await _offer_amounts(turn, ticket, str(turn.dialog.data.get("reason", "")) if turn.dialog is not None else "")


async def _more_of_the_result(turn: Turn, ticket: Ticket) -> None:
    try:
        await result.more(turn, ticket)
    except Refused:
        # It went on without them: a step that can't succeed must not swallow all that is said from now on.
        await turn.close_step()
        raise


async def _carry_out(turn: Turn, ticket: Ticket, step: str, words: str) -> None:
    if step == "decline":
        await _ask(turn, ticket, "decline_route", "staff.ask_decline_route", reason=words)
        return
    if step == "extend":
        await _offer_amounts(turn, ticket, words)
        return
    if step == unmasking.STEP:
        await unmasking.reveal(turn, ticket, words)
        return
    # Closed first: a refusal (the ticket went on meanwhile) must not leave the person in a step that can't succeed.
    await turn.close_step()
    after = await _done(turn, ticket, step, words)
    if step == "relay":
        await turn.say("staff.relayed", ticket=ticket)
    else:
        await turn.say("staff.step_done", ticket=after, state=after.state.value)


async def _done(turn: Turn, ticket: Ticket, step: str, words: str) -> Ticket:
    data = turn.dialog.data if turn.dialog is not None else {}
    match step:
        case "relay":
            return await turn.session.do(turn.actor, Relay(ticket.id, words, turn.incoming.files))
        case "deny":
            return await turn.session.do(turn.actor, DecideExtension(ticket.id, granted=False, reason=words))
        case "assign":
            return await moving.assigned(turn, ticket, words)
        case "decline_route":
            return await turn.session.do(turn.actor, Move(ticket.id, Trigger.DECLINE, str(data["reason"]), route=words))
        case "answer":
            return await turn.session.do(turn.actor, Move(ticket.id, Trigger.ANSWER, result=words, files=turn.incoming.files))
        case "close":
            move = Move(ticket.id, Trigger.CLOSE, words, outcome=Outcome(data["outcome"]))
            return await turn.session.do(turn.actor, move)
        case _:
            return await turn.session.do(turn.actor, Move(ticket.id, _REASONS[step], words))
