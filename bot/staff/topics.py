"""Another topic for a ticket: any of the city's, by item. What staff change here is what the machine learns from."""

from __future__ import annotations

from bot.outgoing import literal, rows
from bot.staff.turn import Rows, Turn, cancel_button
from workflow import followups
from workflow.commands import Correct
from workflow.errors import Refusal, Refused
from workflow.model import Button, Ticket
from workflow.states import Party


async def pressed(turn: Turn, verb: str, ticket_id: int, more: tuple[str, ...]) -> str | None:
    """`s:topics:<id>[:<item>]` looks for one, `s:topic:<id>:<code>` takes it."""
    if verb not in {"topics", "topic"}:
        return None
    ticket = await turn.ticket(ticket_id)
    turn.expect_party(ticket, Party.HUB, Party.SUPERVISOR)
    if verb == "topics":
        return await _offered(turn, ticket, more[0])
    if not more[0]:
        return turn.toast("system.stale")
    if ticket.topic == more[0]:
        # The same button pressed twice: nobody is told of a correction again.
        return turn.done(ticket)
    return turn.done(await turn.session.do(turn.actor, Correct(ticket_id, topic=more[0])))


async def _offered(turn: Turn, ticket: Ticket, item: str) -> str:
    if ticket.state not in followups.CORRECTABLE:
        raise Refused(Refusal.WRONG_STATE, number=ticket.number, state=ticket.state.value)
    edits = turn.incoming.message_id if item else ""
    await turn.say("staff.ask_topic", _rows(turn, ticket, item), ticket=ticket, edits=edits, topic=turn.words.topic(ticket.topic))
    return ""


def _rows(turn: Turn, ticket: Ticket, item: str) -> Rows:
    """The items, and below an item its sub-themes. The one that the ticket has is not among them."""
    known = turn.region.topics.values()
    within = [topic for topic in known if topic.item == item and topic.code != ticket.topic]
    if within:
        back = (Button("button.back", f"s:topics:{ticket.id}:all"),)
        return (*rows((literal(topic.name, f"s:topic:{ticket.id}:{topic.code}") for topic in within), 1), back, cancel_button(ticket))
    items = dict.fromkeys((topic.item, topic.item_name) for topic in known)
    return (*rows(literal(name, f"s:topics:{ticket.id}:{code}") for code, name in items), cancel_button(ticket))
