"""One ticket's whole life. Without a right to its content a visitor sees state, clocks, owner and trail, and not a word anybody wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web

from web.console import reading
from web.console.marks import MaskedText
from web.console.pages import show, visitor_of, words_of
from web.services import Wording, console_of
from workflow import evidence, pins, policy
from workflow.model import Assignee, Event, Note, Role, Ticket
from workflow.states import PHASE, Phase, State
from workflow.views import Whole

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Step:
    """One fact of the trail, ready to be read. `details`: key of a sentence and its value."""

    at: datetime
    role: Role
    kind: str
    source: State | None
    target: State
    reason: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Words that came after registration, masked, and how many files came with them."""

    at: datetime
    role: Role
    kind: str
    text: str
    files: int


@dataclass(frozen=True, slots=True)
class Content:
    """What people wrote, masked."""

    text: str
    place_detail: str
    extension_reason: str
    remarks: tuple[Remark, ...]
    files: int
    pin: str  # "" where no point was shared


async def one(request: web.Request) -> web.Response:
    console, actor = console_of(request), visitor_of(request).actor
    found = await console.views.whole(request.match_info["number"].upper())
    # A hidden ticket and one that never was are the same to a stranger.
    if found is None or not policy.may_browse(actor, found.ticket):
        raise web.HTTPNotFound
    ticket, mask = found.ticket, console.masker.mask
    readable = policy.may_see(actor, ticket)
    masked = MaskedText(ticket.text, mask) if readable else None
    content = _content(found, masked.shown, mask, words_of(request)) if masked is not None else None
    steps = [_step(event, words_of(request), mask if readable else None) for event in _as_changed(found)]
    may_unmask = console.reveal is not None and policy.unmasking_role(actor, ticket) is not None
    return show(
        request, "ticket.html", ticket=ticket, steps=steps, content=content, may_unmask=may_unmask,
        phases=_phases(ticket.state), reading=reading.of(evidence.again(ticket.understanding), masked),
    )  # fmt: skip


def _content(whole: Whole, text: str, mask: Mask, words: Wording) -> Content:
    ticket = whole.ticket
    return Content(
        text,
        mask(ticket.place_detail),
        mask(str(ticket.extension_ask.get("reason", ""))),
        tuple(_remark(note, mask) for note in whole.notes),
        len(ticket.files),
        _pin(ticket, words),
    )


def _pin(ticket: Ticket, words: Wording) -> str:
    if ticket.point is None:
        return ""
    near = words.label("words.comma").join(words.place(code) for code in pins.near(ticket)) or words.label("pins.nowhere_near")
    return words.label("pins.on_console", pin=pins.written(ticket.point), geo=pins.geo(ticket.point), near=near)


def _remark(note: Note, mask: Mask) -> Remark:
    return Remark(note.at, note.author_role, note.kind, mask(note.text), len(note.files))


def _as_changed(whole: Whole) -> list[Event]:
    """The trail; of a correction only what it changed: it names topic and place whichever of them it was about."""
    now = {"topic_was": whole.ticket.topic, "place_was": whole.ticket.place}
    found: list[Event] = []
    for event in reversed(whole.events):
        data = {name: value for name, value in event.data.items() if now.get(name) != value}
        now |= {name: value for name, value in event.data.items() if name in now}
        found.append(replace(event, data=data))
    return found[::-1]


def _step(event: Event, words: Wording, mask: Mask | None) -> Step:
    reason = mask(event.reason) if mask is not None else ""
    return Step(event.at, event.actor_role, event.kind, event.source, event.target, reason, tuple(_details(event, words, mask)))


def _details(event: Event, words: Wording, mask: Mask | None) -> list[tuple[str, str]]:
    """Codes for everybody; what somebody wrote (`mask` given) only for those who may read it."""
    data = {name: str(value) for name, value in event.data.items()}
    found: list[tuple[str, str]] = []
    if data.get("part"):
        found.append(("console.part", f"{data['part']}/{data['parts']}"))
    if data.get("unit"):
        found.append(("console.to", words.desk(Assignee(data["unit"], data.get("place", "")))))
    if data.get("clock"):
        found.append(("console.clock", words.label(f"clock.{data['clock']}")))
    if data.get("satisfaction"):
        found.append(("console.satisfaction", words.label(f"satisfaction.{data['satisfaction']}")))
    if "topic_was" in data:
        found.append(("console.topic_was", words.topic(data["topic_was"])))
    if "place_was" in data:
        found.append(("console.place_was", words.place(data["place_was"])))
    if mask is not None:
        found += [(f"console.{name}", mask(data[name])) for name in ("route", "plan") if data.get(name)]
    return found


def _phases(state: State) -> list[tuple[Phase, str]]:
    """The five words with "done", "now" or "next"."""
    order = list(Phase)
    at = order.index(PHASE[state])
    return [(phase, "done" if place < at else "now" if place == at else "next") for place, phase in enumerate(order)]
