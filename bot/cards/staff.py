"""The staff's card: what is to be done, where, by when, and what happened. Never a name, never an unmasked number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards import pins
from bot.cards.alike import counted
from bot.cards.choices import Viewer, for_staff
from bot.cards.resident import Rows
from bot.cards.words import Words
from workflow import deadlines
from workflow.alike import ALONE, Voices
from workflow.model import Clock, Event, Note, Ticket
from workflow.policy import may_see, parties
from workflow.ports import Masker
from workflow.states import Party, State, Trigger

SHOWN = 700  # code points of the text on a card; the rest behind a button
_ADDITIONS = 3
_FROM_RESIDENT = frozenset({"addition", "joined", "objection"})
_REASON = 200
_LEAD_CLOCKS = {State.DISPATCHED: ("sign",), State.DESIGNATED: ("sign",), State.HANDLING: ("rework", "reply")}
_HUB_CLOCKS = {
    State.REGISTERED: ("accept",), State.ACCEPTED: ("dispatch", "reply"), State.DISPUTED: ("dispatch", "rework", "reply"),
    State.REPLIED: ("rework", "reply"), State.EVALUATING: ("evaluate",), State.SUSPENDED: ("review",),
    State.REVIEW: ("opinion",), State.RECHECK: ("opinion",),
}  # fmt: skip


def staff(
    ticket: Ticket, viewer: Viewer, words: Words, masker: Masker, events: Sequence[Event] = (), notes: Sequence[Note] = (),
    voices: Voices = ALONE, *, part: str = "",
) -> tuple[str, Rows]:
    """HTML and buttons. A viewer without a right to the ticket learns that it is gone, nothing else. `part`: a line about the letter
    it belongs to."""
    if not may_see(viewer.actor, ticket):
        return words.texts.say(words.language, "cards.no_longer_yours", number=ticket.number), ()
    what = _what(ticket, words, masker)
    lines = [*what[:1], *([part] if part else []), *what[1:], *counted(voices, words)]
    lines += [*_when(ticket, viewer, words), *_trail(ticket, words, masker, events)]
    lines += _additions(words, masker, notes)
    lines.append(f"\n<i>{words.texts.say(words.language, 'system.demo')}</i>")
    return "\n".join(lines), for_staff(ticket, viewer, words)


def _what(ticket: Ticket, words: Words, masker: Masker) -> list[str]:
    say, language = words.texts.say, words.language
    place = {"place": words.place(ticket.place), "detail": masker.mask(ticket.place_detail)}
    lines = [say(language, "cards.head", number=ticket.number, state=words.label(f"state.{ticket.state}"))]
    if ticket.urgent:
        lines.append(say(language, "cards.urgent"))
    lines += [
        say(language, "cards.topic", topic=words.topic(ticket.topic)),
        say(language, "cards.place_detail" if ticket.place_detail else "cards.place", **place),
        *pins.line(ticket, words),
        say(language, "cards.staff_text", text=shortened(masker.mask(ticket.text), SHOWN)),
    ]
    if ticket.anonymous:
        lines.append(say(language, "cards.reporter_hidden"))
    if ticket.files:
        lines.append(say(language, "cards.files", count=len(ticket.files)))
    if ticket.state is State.REGISTERED and ticket.topic:
        reasons = words.listed(because(ticket)) or words.label("staff.no_words")
        lines.append(say(language, "cards.confidence", percent=round(ticket.confidence * 100), words=masker.mask(reasons)))
    if ticket.result and ticket.state not in {State.REGISTERED, State.HANDLING}:
        lines.append(say(language, "cards.result", text=shortened(masker.mask(ticket.result), SHOWN)))
    return lines


def _when(ticket: Ticket, viewer: Viewer, words: Words) -> list[str]:
    say, language = words.texts.say, words.language
    lines = [say(language, "cards.hub", hub=words.desk(ticket.hub))]
    if ticket.lead is not None:
        lines.append(say(language, "cards.who", who=words.desk(ticket.lead)))
    if ticket.co:
        lines.append(say(language, "cards.co", units=words.listed([words.desk(desk) for desk in ticket.co])))
    clock = relevant_clock(ticket, parties(viewer.actor, ticket))
    if clock is not None:
        lines.append(clock_line(clock, words, viewer.now))
    if ticket.extension == "asked":
        unit = words.label(f"unit_of_time.{deadlines.profile_of(ticket, words.region).extension_unit}")
        ask = {"amount": ticket.extension_ask.get("amount", ""), "reason": ticket.extension_ask.get("reason", "")}
        lines.append(say(language, "cards.extension_asked", unit=unit, **ask))
    elif ticket.extension:
        lines.append(say(language, f"cards.extension_{ticket.extension}"))
    return lines


def relevant_clock(ticket: Ticket, held: frozenset[Party]) -> Clock | None:
    """The running deadline that is the viewer's own, else the earliest running one."""
    names = _LEAD_CLOCKS.get(ticket.state, ()) if Party.LEAD in held else ()
    names = (*names, *_HUB_CLOCKS.get(ticket.state, ()))
    running = {clock.name: clock for clock in ticket.clocks if clock.running}
    return next((running[name] for name in names if name in running), None) or deadlines.next_due(ticket)


def clock_line(clock: Clock, words: Words, now: datetime) -> str:
    key = "cards.clock_late" if clock.due_at < now else "cards.clock"
    return words.texts.say(words.language, key, clock=words.label(f"clock.{clock.name}"), due=words.due(clock.due_at))


def _trail(ticket: Ticket, words: Words, masker: Masker, events: Sequence[Event]) -> list[str]:
    say, language, lines = words.texts.say, words.language, []
    if ticket.hops:
        lines.append(say(language, "cards.hops", count=ticket.hops))
        lines += [
            say(language, "cards.hop", unit=words.label(f"role.{event.actor_role}"), reason=_reason(event, masker))
            for event in events
            if event.kind == Trigger.DISPUTE
        ]
    if ticket.reworks:
        lines.append(say(language, "cards.reworks", count=ticket.reworks))
    if ticket.urges:
        lines.append(say(language, "cards.urges", count=ticket.urges))
    back = next((event for event in reversed(events) if event.kind in {Trigger.SEND_BACK, Trigger.REWORK}), None)
    if back is not None and ticket.state is State.HANDLING:
        lines.append(say(language, "cards.back", reason=_reason(back, masker)))
    return lines


def _additions(words: Words, masker: Masker, notes: Sequence[Note]) -> list[str]:
    lines = []
    for note in [note for note in notes if note.kind in _FROM_RESIDENT][-_ADDITIONS:]:
        at = words.at(note.at)
        if note.text:
            text = shortened(masker.mask(note.text), _REASON)
            lines.append(words.texts.say(words.language, f"cards.{note.kind}", at=at, text=text))
        if note.files:
            key = "cards.joined_files" if note.kind == "joined" else "cards.addition_files"
            lines.append(words.texts.say(words.language, key, at=at, count=len(note.files)))
    return lines


def _reason(event: Event, masker: Masker) -> str:
    return shortened(masker.mask(event.reason), _REASON)


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def because(ticket: Ticket) -> list[str]:
    """The words that spoke for the topic, as understood at registration; at most five."""
    return list(dict.fromkeys(str(word) for word in ticket.understanding.get("words") or ()))[:5]
