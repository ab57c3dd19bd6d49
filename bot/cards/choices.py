"""What a staff member may press on a card now: by party and state, never more than the table allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.cards.resident import Rows, move
from bot.cards.words import Words
from workflow import deadlines, routing
from workflow.guards import FINAL_REVIEW, MAX_HOPS, MAX_REWORKS, own_work
from workflow.intake import SHOWN_TOPICS
from workflow.model import Actor, Assignee, Button, Procedure, Ticket
from workflow.policy import parties, unmasking_role
from workflow.region import Level
from workflow.states import Party, State, Trigger

_HUB = frozenset({Party.HUB, Party.SUPERVISOR})
PER_PAGE = 8
_OFFERED = 3  # desks proposed on a card; the rest is in the list


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a card, and when (aware UTC)."""

    actor: Actor
    now: datetime


def code_of(desk: Assignee) -> str:
    """A desk in a button: g + grid's code, or u + unit, at that unit's place for the ticket."""
    return f"g{desk.place}" if desk.unit == routing.GRID else f"u{desk.unit}"


def desk_of(code: str, ticket: Ticket, words: Words) -> Assignee | None:
    """The desk a button names, None if there is none such any more."""
    region = words.region
    if code.startswith("g"):
        place = region.places.get(code[1:])
        return Assignee(routing.GRID, place.code) if place is not None and place.level is Level.GRID else None
    return routing.desk(region, code[1:], ticket.place) if code[1:] in region.units else None


def all_desks(ticket: Ticket, words: Words) -> tuple[Assignee, ...]:
    """Every desk that may handle the ticket: the likely ones first, then all others."""
    region = words.region
    found = [*routing.proposals(region, ticket)]
    found += [routing.desk(region, unit.code, ticket.place) for unit in region.units.values() if unit.kind != "grid"]
    return tuple(desk for desk in dict.fromkeys(found) if desk != ticket.lead and routing.acceptable(region, ticket, desk))


def for_staff(ticket: Ticket, viewer: Viewer, words: Words) -> Rows:
    """Buttons for whoever looks; none for a mere watcher."""
    held = parties(viewer.actor, ticket)
    rows: list[tuple[Button, ...]] = []
    if Party.LEAD in held:
        rows += _lead(ticket, viewer, words)
    if held & _HUB:
        own = own_work(ticket, viewer.actor.contact_id, held)
        rows += _hub(ticket, viewer, words, own=own)
    if held:
        looks = (Button("button.full", f"s:full:{ticket.id}"),)
        original = (_step("privacy.look", "original", ticket),) if unmasking_role(viewer.actor, ticket) is not None else ()
        rows.append((*looks, *original))
    return tuple(rows)


def _step(key: str, verb: str, ticket: Ticket, *more: str, **params: str) -> Button:
    return Button(key, ":".join(("s", verb, str(ticket.id), *more)), params)


def _lead(ticket: Ticket, viewer: Viewer, words: Words) -> list[tuple[Button, ...]]:
    match ticket.state:
        case State.DISPATCHED | State.DESIGNATED:
            sign = Button("button.sign", move(Trigger.SIGN, ticket))
            return [(sign, _step("button.dispute", "dispute", ticket)) if _may_dispute(ticket, viewer) else (sign,)]
        case State.HANDLING:
            first = [_step("button.reply", "reply", ticket)]
            if ticket.reporter is not None:
                first.insert(0, _step("button.contact", "contact", ticket))
            rows = [tuple(first)]
            if may_extend(ticket, viewer.now, words):
                rows.append((_step("button.extend", "extend", ticket),))
            return rows
        case State.SUSPENDED:
            return [(Button("button.resume", move(Trigger.RESUME, ticket)),)]
        case _:
            return []


def _may_dispute(ticket: Ticket, viewer: Viewer) -> bool:
    clock = ticket.clock("dispute")
    in_time = clock is None or clock.due_at >= viewer.now
    return ticket.state is State.DISPATCHED and ticket.hops < MAX_HOPS and in_time


def may_extend(ticket: Ticket, now: datetime, words: Words) -> bool:
    clock = deadlines.promise(ticket)
    running = clock is not None and clock.running and clock.due_at >= now
    return running and not ticket.extension and deadlines.profile_of(ticket, words.region).extension_max > 0


def _hub(ticket: Ticket, viewer: Viewer, words: Words, *, own: bool) -> list[tuple[Button, ...]]:
    match ticket.state:
        case State.REGISTERED:
            return _to_accept(ticket, words)
        case State.ACCEPTED:
            offers = _offers("button.dispatch", "dispatch", ticket, words)
            return [*offers, (_step("button.units_all", "units", ticket), *_other_topics(ticket)), *_ask_resident(ticket)]
        case State.DISPATCHED:
            return [(_step("button.units", "units", ticket),)]
        case State.DISPUTED:
            return _disputed(ticket, words)
        case State.HANDLING if ticket.extension == "asked" and not own:
            return [(_step("button.grant", "grant", ticket), _step("button.deny", "deny", ticket))]
        case State.SUSPENDED:
            return [] if own else [(Button("button.resume", move(Trigger.RESUME, ticket)),)]
        case State.REPLIED if not own:
            return [(Button("button.release", move(Trigger.RELEASE, ticket)), _step("button.send_back", "send_back", ticket))]
        case State.EVALUATING | State.CLOSED | State.ANSWERED:
            return _answered(ticket, viewer, own=own)
        case State.DECLINED:
            return [(_step("button.uphold", "uphold", ticket),)]
        case _:
            return []


def _answered(ticket: Ticket, viewer: Viewer, *, own: bool) -> list[tuple[Button, ...]]:
    """Who joined may say that it is not solved without being the one who decides: the hub does."""
    if ticket.state is State.CLOSED:
        may_rise = ticket.lead is not None and ticket.reviews < FINAL_REVIEW
        return [(_step("button.reopen", "reopen", ticket),)] if may_rise else []
    may_rise = ticket.state is State.EVALUATING and ticket.reworks < MAX_REWORKS
    again = [_step("button.send_back", "rework", ticket)] if may_rise else []
    close = [_step("button.close", "close", ticket)] if not own and closable(ticket, viewer.now) else []
    return [tuple(buttons)] if (buttons := [*again, *close]) else []


def closable(ticket: Ticket, now: datetime) -> bool:
    """Whether the hub may close: the resident has said something, is not there, or had the time. Of a question that was answered: had the
    time."""
    clock = ticket.clock("evaluate")
    if clock is not None and clock.due_at <= now:
        return True
    return ticket.state is not State.ANSWERED and (bool(ticket.verdict) or ticket.reporter is None)


def _offers(key: str, verb: str, ticket: Ticket, words: Words) -> list[tuple[Button, ...]]:
    likely = [desk for desk in routing.proposals(words.region, ticket) if desk != ticket.lead]
    desks = [desk for desk in likely if routing.acceptable(words.region, ticket, desk)][:_OFFERED]
    return [(_step(key, verb, ticket, code_of(desk), who=words.desk(desk)),) for desk in desks]


def _ask_resident(ticket: Ticket) -> list[tuple[Button, ...]]:
    return [(_step("button.contact", "contact", ticket),)] if ticket.reporter is not None else []


def _to_accept(ticket: Ticket, words: Words) -> list[tuple[Button, ...]]:
    rows: list[tuple[Button, ...]] = []
    if ticket.procedure is Procedure.CONSULTATION:
        rows.append((_step("button.answer", "answer", ticket),))
    rows += _offers("button.take", "take", ticket, words)
    rows += _ask_resident(ticket)
    likely = other_guesses(ticket)[: 1 if ticket.topic else SHOWN_TOPICS]
    known = (code for code in likely if code in words.region.topics)
    rows += [(_step("button.topic", "topic", ticket, code, topic=words.topic(code)),) for code in known]
    rows.append((_step("button.units", "units", ticket), _step("button.decline", "decline", ticket)))
    return [*rows, other] if (other := _other_topics(ticket)) else rows


def _other_topics(ticket: Ticket) -> tuple[Button, ...]:
    """A report about somebody goes where it goes, whatever it is about."""
    return () if ticket.procedure is Procedure.PETITION_REPORT else (_step("button.topics", "topics", ticket),)


def other_guesses(ticket: Ticket) -> list[str]:
    """Codes of topics it may be of instead, as understood at registration, the best first; all of them where it was left open."""
    return [str(code) for code in ticket.understanding.get("topics") or () if code != ticket.topic]


def _disputed(ticket: Ticket, words: Words) -> list[tuple[Button, ...]]:
    designate = _step("button.designate_list", "units", ticket, Trigger.DESIGNATE.value)
    if ticket.hops >= MAX_HOPS:
        return [(designate,)]
    return [*_offers("button.dispatch", "dispatch", ticket, words), (_step("button.units", "units", ticket), designate)]
