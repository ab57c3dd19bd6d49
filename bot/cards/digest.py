"""The digest: which matters moved while nothing could be said, from what to what, who has them and by when, and how to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards.resident import Rows
from bot.cards.words import Words
from texts import Html
from workflow import deadlines
from workflow.alike import ANSWERED
from workflow.digests import FOLLOWER, RESIDENT, STAFF
from workflow.model import Button, Ticket
from workflow.region import VILLAGE_DIGITS
from workflow.states import RESTING

SHOWN = 30  # lines; whoever has more opens the list
_OPENS = 10
_NO_DESKS_TURN = RESTING | ANSWERED
_VERBS = {RESIDENT: "r:show", FOLLOWER: "j:show", STAFF: "s:open"}


@dataclass(frozen=True, slots=True)
class Case:
    """`was`: the state before, "" where it is new to the reader; `face`: which of the three cards the reader has of it."""

    ticket: Ticket
    was: str
    face: str


def digest(key: str, since: datetime, cases: Sequence[Case], words: Words, now: datetime) -> tuple[str, Rows]:
    """HTML and buttons. `cases`: those the reader may see, at least one."""
    say, language = words.texts.say, words.language
    lines = [say(language, key, count=len(cases), since=words.at(since)), ""]
    lines += [line for number, case in enumerate(cases[:SHOWN], 1) for line in _lines(case, number, words, now)]
    if len(cases) > SHOWN:
        lines.append(say(language, "digest.more", count=len(cases) - SHOWN))
    faces = {case.face for case in cases}
    ways = [say(language, "digest.ways_staff")] if STAFF in faces else []
    ways += [say(language, "digest.ways_resident")] if faces - {STAFF} else []
    lines += ["", *ways, f"<i>{say(language, 'system.demo')}</i>"]
    return "\n".join(lines), _opens(cases)


def _lines(case: Case, index: int, words: Words, now: datetime) -> list[Html]:
    ticket, say, language = case.ticket, words.texts.say, words.language
    state = words.label(f"state.{ticket.state}")
    moved = case.was not in {"", ticket.state.value}
    steps = words.label("digest.moved", was=words.label(f"state.{case.was}"), state=state) if moved else state
    head = {"index": index, "number": ticket.number, "topic": words.topic(ticket.topic), "steps": steps}
    if case.face == STAFF:
        key = "digest.line_urgent" if ticket.urgent else "digest.line"
        place = words.place(ticket.place)
        return [Html(say(language, key, **head)), Html(say(language, "digest.line_desk", place=place, due=_due(ticket, words, now)))]
    place = words.place(ticket.place[:VILLAGE_DIGITS])
    promise = words.promise(ticket, now, rates=case.face == RESIDENT)
    told = {"place": place, "who": words.who(ticket), "promise": promise}
    return [Html(say(language, "digest.line", **head)), Html(say(language, "digest.line_resident", **told))]


def _due(ticket: Ticket, words: Words, now: datetime) -> str:
    clock = None if ticket.state in RESTING else deadlines.next_due(ticket)
    if clock is None:
        return words.label("staff.no_due")
    key = "digest.late" if clock.due_at < now else "digest.due"
    return words.label(key, clock=words.label(f"clock.{clock.name}"), due=words.due(clock.due_at))


def _opens(cases: Sequence[Case]) -> Rows:
    acting = [case for case in cases if case.face != STAFF or case.ticket.state not in _NO_DESKS_TURN]
    verbs = [(case, f"{_VERBS[case.face]}:{case.ticket.id}") for case in acting[:_OPENS]]
    buttons = [Button("button.open", data, {"number": case.ticket.number}) for case, data in verbs]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
