"""Renders a passport in one language, and reads one that somebody hands in.

The page needs no server: data, sentences, style and the script that checks them are in it. Shown lines stand in the data, too, and the
data's digest beside it, so that a changed line is found as well as a changed event.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.cards.words import Words
from workflow import chain, passport
from workflow.model import Json, Ticket

_BLANK = re.compile(r"\{\{([a-z_]+)\}\}")
_DATA = re.compile(r'<script type="application/json" id="passport" data-digest="([^"]*)">(.*?)</script>', re.DOTALL)
_SHOWN = re.compile(r'<p class="(head|event|anchor)">(.*?)</p>', re.DOTALL)
_SAYS = (
    "genuine", "altered", "at_event", "at_order", "at_facts", "at_anchor", "at_line", "at_text", "at_shape", "at_digest", "anchored",
    "waiting",
)  # fmt: skip
LINE, TEXT, DIGEST = "line", "text", "digest"


class BadSheet(Exception):
    """No passport can be read from it."""


def sheet(words: Words, ticket: Ticket, found: Json) -> str:
    """The page."""
    lines = _lines(words, ticket, found)
    data = as_text(found | {"lines": lines}).replace("<", "\\u003c")
    blanks = {
        "language": words.language,
        "title": html.escape(words.label("passport.title", number=ticket.number)),
        "intro": html.escape(words.label("passport.intro")),
        "meaning": html.escape(words.label("passport.meaning")),
        "demo": html.escape(words.label("system.demo")),
        "unchecked": html.escape(words.label("passport.unchecked")),
        "trail": html.escape(words.label("passport.trail")),
        "anchors_title": html.escape(words.label("passport.anchors")),
        "head": _shown("head", lines["head"]),
        "events": "".join(
            f'<li id="event-{event["seq"]}">{_shown("event", [line])}<code>{event["hash"]}</code></li>'
            for event, line in zip(found["events"], lines["event"], strict=True)
        ),
        "anchors": _shown("anchor", lines["anchor"]),
        "data": data,
        "digest": _digest(data),
        "says": as_text({name: words.label(f"passport.{name}", seq="{seq}") for name in _SAYS}).replace("<", "\\u003c"),
        "script": _part("check.js"),
        "style": _part("sheet.css"),
    }
    return _BLANK.sub(lambda blank: blanks[blank[1]], _part("sheet.html"))


def as_text(found: Json) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def opened(content: str) -> tuple[Any, list[tuple[str, int]]]:
    """The passport in a page or a JSON file, and what is wrong with how the page shows it. Raises BadSheet."""
    block = _DATA.search(content)
    try:
        found = json.loads(block[2] if block else content)
    except (ValueError, RecursionError):
        raise BadSheet from None
    if block is None:
        return found, []
    faults = [] if _digest(block[2]) == block[1] else [(DIGEST, 0)]
    shown: dict[str, list[str]] = {"head": [], "event": [], "anchor": []}
    for kind, text in _SHOWN.findall(content):
        shown[kind].append(html.unescape(text))
    lines = found.get("lines") if isinstance(found, dict) else None
    if lines != shown:
        kept = lines.get("event") if isinstance(lines, dict) else None
        pairs = enumerate(zip(kept, shown["event"], strict=False), 1) if isinstance(kept, list) else ()
        faults += [(LINE, seq) for seq, (one, other) in pairs if one != other] or [(TEXT, 0)]
    return found, faults


def _lines(words: Words, ticket: Ticket, found: Json) -> dict[str, list[str]]:
    head = [
        words.label("passport.number", number=ticket.number),
        words.label("passport.created", at=_time(words, ticket.created_at)),
        words.label("passport.state", state=words.label(f"state.{ticket.state}")),
        words.label("passport.desk", who=words.who(ticket)),
    ]
    for clock in ticket.clocks:
        name = words.label(f"clock.{clock.name}")
        head.append(words.label("passport.due", clock=name, due=_time(words, clock.due_at)))
    if ticket.outcome is not None:
        head.append(words.label("passport.outcome", outcome=words.label(f"outcome.{ticket.outcome}")))
    made = [
        words.label("passport.anchor", day=proof["anchor"]["day"], hash=proof["anchor"]["hash"], seq=proof["seq"])
        for proof in found["anchors"]
    ]
    if passport.anchored(found) < len(found["events"]):
        made.append(words.label("passport.not_yet", seq=passport.anchored(found) + 1))
    return {"head": head, "event": [_event(words, event) for event in found["events"]], "anchor": made}


def _event(words: Words, event: Json) -> str:
    line = words.label(
        "passport.event", seq=event["seq"], at=_time(words, chain.moment(event["at"])), kind=words.kind(event["kind"]),
        role=words.label(f"role.{event['role']}"), state=words.label(f"state.{event['target']}"),
    )  # fmt: skip
    if event["adopted"] is None:
        return line
    return line + words.label("passport.adopted", at=_time(words, chain.moment(event["adopted"])))


def _time(words: Words, at: datetime) -> str:
    return f"{at.astimezone(words.zone):%Y-%m-%d %H:%M:%S}"


def _shown(kind: str, lines: list[str]) -> str:
    return "".join(f'<p class="{kind}">{html.escape(line)}</p>' for line in lines)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")
