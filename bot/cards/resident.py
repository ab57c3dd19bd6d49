"""The resident's card: number, five phases, what, where, who, by when, the answer, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards.words import Words
from texts import Html
from workflow.model import Button, Event, Note, Ticket
from workflow.states import PHASE, RESTING, Phase, State, Trigger, row

Rows = tuple[tuple[Button, ...], ...]
_VERDICTS = ("solved", "partly", "unsolved")
_SEEN = 3  # of the last looks at a resident's own words
_MARKS = ("satisfied", "basic", "unsatisfied")
_WITHOUT_PHASES = frozenset({State.WITHDRAWN, State.DECLINED, State.MERGED})
"""Ends that did not come by the five steps."""
_ENDED = frozenset({State.WITHDRAWN, State.MERGED, State.ARCHIVED})
ANSWER_SHOWN = frozenset({State.ANSWERED, State.EVALUATING, State.CLOSED, State.REVIEW, State.RECHECK})
"""An answer is shown once the hub let it pass, never while it is being checked."""


def resident(
    ticket: Ticket, words: Words, now: datetime, replies: Sequence[Note] = (), *, part: str = "", seen: Sequence[Event] = ()
) -> tuple[str, Rows]:
    """HTML and buttons for the person who asked. `replies`: notes of the kind "reply", oldest first; `part`: a line about
    the letter it belongs to; `seen`: facts of who was shown their words as they were."""
    say, language = words.texts.say, words.language
    place = {"place": words.place(ticket.place), "detail": ticket.place_detail}
    lines = [
        say(language, "cards.head", number=ticket.number, state=words.label(f"state.{ticket.state}")),
        *phases(ticket, words),
        *([part] if part else []),
        say(language, "cards.query_code", code=ticket.query_code),
        say(language, "cards.topic", topic=words.topic(ticket.topic)),
        say(language, "cards.place_detail" if ticket.place_detail else "cards.place", **place),
        who(ticket, words),
    ]
    promise = words.promise(ticket, now)
    if promise:
        lines.append(say(language, "cards.promise", promise=promise))
    lines += _answer(ticket, words, replies)
    if ticket.files:
        lines.append(say(language, "cards.files", count=len(ticket.files)))
    if ticket.anonymous:
        lines.append(say(language, "cards.anonymous"))
    lines += [
        say(language, "privacy.seen", at=words.at(event.at), who=words.label(f"role.{event.actor_role}"), reason=event.reason)
        for event in seen[-_SEEN:]
    ]
    lines.append("\n" + footer(ticket, words))
    return "\n".join(lines), buttons(ticket)


def footer(ticket: Ticket, words: Words) -> str:
    """How to look, how to add, how to object: under everything a resident is told. HTML."""
    key = "cards.footer_ended" if ticket.state in _ENDED else "cards.footer_resident"
    ways = words.texts.say(words.language, key, number=ticket.number, hub=words.desk(ticket.hub))
    return f"{ways}\n<i>{words.texts.say(words.language, 'system.demo')}</i>"


def phases(ticket: Ticket, words: Words) -> list[str]:
    """The line of the five words; none where a matter ended otherwise."""
    if ticket.state in _WITHOUT_PHASES:
        return []
    order = list(Phase)
    current = order.index(PHASE[ticket.state])
    marks = []
    for position, phase in enumerate(order):
        key = "done" if position < current else "now" if position == current else "next"
        marks.append(words.texts.say(words.language, f"cards.phase_{key}", phase=words.label(f"phase.{phase}")))
    return [Html(words.label("cards.phase_arrow").join(marks))]


def who(ticket: Ticket, words: Words) -> str:
    if ticket.lead is None:
        return words.texts.say(words.language, "cards.who_hub", hub=words.desk(ticket.hub))
    return words.texts.say(words.language, "cards.who", who=words.desk(ticket.lead))


def _answer(ticket: Ticket, words: Words, replies: Sequence[Note]) -> list[str]:
    lines = []
    text = ticket.result or (replies[-1].text if replies else "")
    if text and ticket.state in ANSWER_SHOWN:
        lines.append(words.texts.say(words.language, "cards.result", text=text))
    if ticket.outcome is not None:
        lines.append(
            words.texts.say(
                words.language,
                "cards.outcome",
                outcome=words.label(f"outcome.{ticket.outcome}"),
                satisfaction=words.label(f"satisfaction.{ticket.satisfaction or 'none'}"),
            )
        )
    return lines


def buttons(ticket: Ticket) -> Rows:
    """What the reporter may press in this state."""
    number = ticket.id
    if ticket.state is State.EVALUATING:
        return tuple((Button(f"button.{verdict}", f"r:verdict:{number}:{verdict}:{ticket.reworks}"),) for verdict in _VERDICTS)
    if ticket.state is State.ANSWERED:
        helped = Button("button.answer_helped", f"r:helped:{number}")
        return ((helped, Button("button.answer_not_helped", f"r:nothelped:{number}")),)
    if ticket.state in RESTING:
        return (*_after_the_end(ticket), _passport(ticket))
    found = [Button("button.add", f"r:add:{number}"), Button("button.urge", f"r:urge:{number}")]
    if row(Trigger.WITHDRAW, ticket.state) is not None:
        found.append(Button("button.withdraw", f"r:withdraw:{number}"))
    return (tuple(found), _passport(ticket))


def _passport(ticket: Ticket) -> tuple[Button, ...]:
    return (Button("button.passport", f"r:passport:{ticket.id}"),)


def _after_the_end(ticket: Ticket) -> Rows:
    rate = tuple(Button(f"button.{mark}", f"r:rate:{ticket.id}:{mark}") for mark in _MARKS)
    rows = (rate,) if ticket.state is State.CLOSED and not ticket.satisfaction else ()
    return (*rows, (Button("button.object", f"r:object:{ticket.id}"),)) if can_object(ticket) else rows


def can_object(ticket: Ticket) -> bool:
    """Whether it has ended in a way the person may not accept: refused, or closed after it was handled."""
    return ticket.state is State.DECLINED or (ticket.state is State.CLOSED and ticket.lead is not None)


def move(trigger: Trigger, ticket: Ticket) -> str:
    """Data of a button that moves a ticket and needs nothing else."""
    return f"m:{trigger.value}:{ticket.id}:{ticket.reworks}"
