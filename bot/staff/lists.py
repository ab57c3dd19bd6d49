"""/todo, /queue, /inspect, /help, and opening one ticket from a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot import menus
from bot.cards import pins
from bot.cards.choices import closable, other_guesses
from bot.cards.staff import because, relevant_clock
from bot.staff.turn import Rows, Turn
from workflow.errors import Refusal, Refused
from workflow.model import Assignee, Button, Clock, Event, FileRef, Post, Priority, Role, Speech, Ticket
from workflow.policy import may_see, may_trace
from workflow.states import Party, State

SHOWN = 10
_LAST = datetime.max.replace(tzinfo=UTC)
_LEAD_STATES = (State.DISPATCHED, State.DESIGNATED, State.HANDLING, State.SUSPENDED)
_HUB_STATES = (
    State.REGISTERED, State.ACCEPTED, State.DISPUTED, State.REPLIED, State.EVALUATING, State.REVIEW, State.RECHECK, State.HANDLING,
    State.ANSWERED,
)  # fmt: skip
_HUB = frozenset({Party.HUB, Party.SUPERVISOR})
_WAITS = frozenset({State.ANSWERED})
"""The resident's turn, until their time is over."""
_NUMBER = re.compile(r"[A-Z]{1,6}-?\d{6}-?\d{1,6}", re.IGNORECASE)


async def pressed(turn: Turn, verb: str, ticket_id: int) -> str | None:
    match verb:
        case "open":
            ticket = await _seen(turn, ticket_id)
            await turn.session.say(
                Speech(turn.contact.id, ticket_id=ticket.id, card="staff", fresh=True, priority=Priority.ANSWER)
            )
            return ""
        case "full":
            await _full(turn, await _seen(turn, ticket_id))
            return ""
        case _:
            return None


async def _seen(turn: Turn, ticket_id: int) -> Ticket:
    ticket = await turn.session.uow.tickets.get(ticket_id)
    if ticket is None or not may_see(turn.actor, ticket) or not await turn.shown_here(ticket):
        raise Refused(Refusal.NOT_YOURS, number="")
    return ticket


async def _full(turn: Turn, ticket: Ticket) -> None:
    """All of the resident's words, masked, and all files."""
    notes = [note for note in await turn.session.uow.tickets.notes(ticket.id) if note.kind in {"addition", "joined"}]
    text = "\n\n".join(turn.masker.mask(part) for part in (ticket.text, *(note.text for note in notes)) if part)
    text = "\n\n".join(filter(None, (text, pins.plain(ticket, turn.words))))
    files: tuple[FileRef, ...] = ticket.files + tuple(file for note in notes for file in note.files)
    if ticket.state is State.REPLIED:
        files += ticket.result_files
    await turn.say("staff.full", ticket=ticket, text=text, files=files)


async def _mine(turn: Turn, posts: Sequence[Post], states: Sequence[State]) -> dict[int, Ticket]:
    """Everything at the desks of some posts, at their place or inside it."""
    tickets = turn.session.uow.tickets
    found: dict[int, Ticket] = {}
    for post in posts:
        wide = post.role in {Role.HUB_OFFICER, Role.SUPERVISOR}
        batches = (
            await tickets.at_desks(_desks(turn, post), states),
            await tickets.in_places("" if wide else post.unit, [post.place], states) if wide or post.unit else (),
        )
        found |= {ticket.id: ticket for batch in batches for ticket in batch if await turn.shown_here(ticket)}
    return found


def _desks(turn: Turn, post: Post) -> list[Assignee]:
    """The post's own desk; for a hub also those above it, where an emergency lies whose place nobody knows."""
    above = [place.code for place in turn.region.path(post.place)] if post.role is Role.HUB_OFFICER else []
    return [Assignee(post.unit, code) for code in dict.fromkeys((post.place, *above, turn.region.code if above else post.place))]


def _my_turn(turn: Turn, ticket: Ticket) -> bool:
    held = turn.held(ticket)
    if Party.LEAD in held and ticket.state in _LEAD_STATES:
        return True
    if not held & _HUB or ticket.state not in _HUB_STATES:
        return False
    if ticket.state in _WAITS:
        return closable(ticket, turn.session.now)
    return ticket.state is not State.HANDLING or ticket.extension == "asked"


def _due(turn: Turn, ticket: Ticket) -> datetime:
    clock = relevant_clock(ticket, turn.held(ticket))
    return clock.due_at if clock is not None else _LAST


def _sorted(turn: Turn, tickets: Sequence[Ticket]) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: (not ticket.urgent, _due(turn, ticket), ticket.id))


def _due_words(turn: Turn, ticket: Ticket) -> str:
    due = _due(turn, ticket)
    return turn.words.label("staff.no_due") if due is _LAST else turn.words.due(due)


def _opens(tickets: Sequence[Ticket]) -> Rows:
    buttons = [Button("button.open", f"s:open:{ticket.id}", {"number": ticket.number}) for ticket in tickets]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


async def todo(turn: Turn) -> None:
    found = await _mine(turn, turn.actor.posts, (*_LEAD_STATES, *(s for s in _HUB_STATES if s not in _LEAD_STATES)))
    tickets = _sorted(turn, [ticket for ticket in found.values() if _my_turn(turn, ticket)])
    if not tickets:
        await turn.say("staff.todo_empty")
        return
    shown = tickets[:SHOWN]
    lines = [
        turn.words.label(
            "staff.line_urgent" if ticket.urgent else "staff.line",
            index=index,
            number=ticket.number,
            topic=turn.words.topic(ticket.topic),
            place=turn.words.place(ticket.place),
            due=_due_words(turn, ticket),
        )
        for index, ticket in enumerate(shown, 1)
    ]
    await turn.say("staff.todo", _opens(shown), count=len(tickets), lines="\n".join(lines))


async def queue(turn: Turn) -> None:
    """The hub's list of matters to accept: best guess, how sure, and why."""
    posts = [post for post in turn.actor.posts if post.role is Role.SUPERVISOR or post.unit in {"hub", "discipline"}]
    if not posts:
        await turn.say("staff.hub_only")
        return
    found = await _mine(turn, posts, (State.REGISTERED,))
    tickets = _sorted(turn, [ticket for ticket in found.values() if turn.held(ticket) & _HUB])
    if not tickets:
        await turn.say("staff.queue_empty")
        return
    zone = turn.words.zone
    end = turn.session.now.astimezone(zone).date()
    today = sum(due is not _LAST and due.astimezone(zone).date() <= end for due in (_due(turn, ticket) for ticket in tickets))
    lines = [_queue_line(turn, ticket, index) for index, ticket in enumerate(tickets[:SHOWN], 1)]
    await turn.say("staff.queue", _opens(tickets[:SHOWN]), count=len(tickets), today=today, lines="\n".join(lines))


def _queue_line(turn: Turn, ticket: Ticket, index: int) -> str:
    words, known = turn.words, {"index": index, "number": ticket.number, "due": _due_words(turn, ticket)}
    if not ticket.topic:
        return words.label("staff.queue_line_unknown", **known)
    reasons = turn.masker.mask(words.listed(because(ticket))) or words.label("staff.no_words")
    guess = {"percent": round(ticket.confidence * 100), "topic": words.topic(ticket.topic), "words": reasons}
    others = other_guesses(ticket)
    if others:
        return words.label("staff.queue_line_second", second=words.topic(others[0]), **known, **guess)
    return words.label("staff.queue_line", **known, **guess)


async def named(turn: Turn, rest: str) -> Ticket | None:
    """The ticket of a number, for whoever may know of it. None where no number was given."""
    found = _NUMBER.search(rest)
    if found is None:
        return None
    ticket = await turn.session.uow.tickets.by_number(found[0].upper())
    if ticket is None or not may_trace(turn.actor, ticket) or not await turn.shown_here(ticket):
        raise Refused(Refusal.NOT_FOUND)
    return ticket


async def inspect(turn: Turn, rest: str) -> None:
    """State, clocks, owner and the whole trail; reasons only for those who may see the content."""
    ticket = await named(turn, rest)
    if ticket is None:
        example = f"{turn.region.number_prefix}-{turn.session.now.astimezone(turn.words.zone):%y%m%d}-0001"
        await turn.say("staff.inspect_usage", number=example)
        return
    events = await turn.session.uow.tickets.events(ticket.id)
    open_content = may_see(turn.actor, ticket)
    words = turn.words
    await turn.say(
        "staff.inspect",
        ticket=ticket,
        state=ticket.state.value,
        procedure=ticket.procedure.value,
        topic=ticket.topic,
        hub=words.desk(ticket.hub),
        who=words.desk(ticket.lead) if ticket.lead is not None else words.label("words.nobody_yet"),
        hops=ticket.hops,
        reworks=ticket.reworks,
        urges=ticket.urges,
        clocks="\n".join(_clock(turn, clock) for clock in ticket.clocks) or words.label("staff.inspect_no_clock"),
        trail="\n".join(_event(turn, event, with_reason=open_content) for event in events),
    )


def _clock(turn: Turn, clock: Clock) -> str:
    words = turn.words
    known = {"clock": words.label(f"clock.{clock.name}"), "due": words.due(clock.due_at)}
    if clock.stopped_at is None:
        return words.label("staff.inspect_clock_running", **known)
    return words.label("staff.inspect_clock_stopped", at=words.at(clock.stopped_at), **known)


def _event(turn: Turn, event: Event, *, with_reason: bool) -> str:
    words = turn.words
    known = {
        "at": words.at(event.at),
        "role": words.label(f"role.{event.actor_role}"),
        "kind": words.kind(event.kind),
        "state": words.label(f"state.{event.target}"),
    }
    if event.reason and with_reason:
        return words.label("staff.inspect_event_reason", reason=turn.masker.mask(event.reason), **known)
    return words.label("staff.inspect_event", **known)


async def help_text(turn: Turn) -> None:
    words = turn.words
    posts = [
        words.label("staff.post", role=words.label(f"role.{post.role}"), place=words.place(post.place)) for post in turn.actor.posts
    ]
    offered = menus.of_chat(turn.texts, words.language, turn.contact.kind, turn.actor.posts)
    commands = "\n".join(f"/{name} {what}" for name, what in offered)
    await turn.say("staff.help", posts=words.listed(posts), commands=commands)
