"""Several matters of one message: the card before they are filed, and the one card of their tickets afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.cards.resident import Rows
from bot.cards.words import Words
from workflow.model import Assignee, Button, Ticket


def draft(card: Mapping[str, Any], words: Words) -> str:
    """HTML. `card`: matters (each topic, place, detail, hub, lead, due, text), files, anonymous."""
    say, language, matters = words.texts.say, words.language, card["matters"]
    lines = [say(language, "several.head", count=len(matters)), ""]
    for position, matter in enumerate(matters):
        lines += _matter(matter, position, words)
    if card["files"]:
        lines.append(say(language, "draft.files", count=card["files"]))
    lines += [say(language, "draft.anonymous" if card["anonymous"] else "draft.named"), "", say(language, "several.why")]
    return "\n".join(lines)


def _matter(matter: Mapping[str, Any], position: int, words: Words) -> list[str]:
    say, language = words.texts.say, words.language
    hub = words.desk(Assignee(*matter["hub"]))
    due = words.params({"due": matter["due"]}).get("due", "")
    place = words.place(matter["place"]) if matter["place"] else words.label("several.place_unknown")
    where = words.label("several.place_detail", place=place, detail=matter["detail"]) if matter["detail"] else place
    lines = [
        say(language, "several.matter", mark=_mark(position), topic=words.topic(matter["topic"]), text=matter["text"]),
        say(language, "several.where", place=where),
        say(language, "several.who_lead" if matter["lead"] else "several.who", hub=hub, lead=words.unit(matter["lead"])),
    ]
    return [*lines, say(language, "several.due", due=due)] if due else lines


def _mark(position: int) -> str:
    return chr(ord("①") + position)


def letter(tickets: Sequence[Ticket], words: Words, now: datetime) -> tuple[str, Rows]:
    """HTML and buttons for the person who wrote: every ticket's number, state, who and by when, and a way to each."""
    say, language = words.texts.say, words.language
    lines = [say(language, "letters.head", count=len(tickets))]
    for position, ticket in enumerate(tickets):
        state = words.label(f"state.{ticket.state}")
        lines += [
            "",
            say(language, "letters.ticket", mark=_mark(position), number=ticket.number, state=state, code=ticket.query_code),
            say(language, "letters.topic", topic=words.topic(ticket.topic), place=words.place(ticket.place), who=words.who(ticket)),
        ]
        promise = words.promise(ticket, now)
        if promise:
            lines.append(say(language, "letters.promise", promise=promise))
    lines += ["", say(language, "letters.footer"), f"<i>{say(language, 'system.demo')}</i>"]
    return "\n".join(lines), (tuple(_open(ticket, position) for position, ticket in enumerate(tickets)),)


def _open(ticket: Ticket, position: int) -> Button:
    return Button("letters.open", f"r:show:{ticket.id}", {"mark": _mark(position), "serial": ticket.number.rpartition("-")[2]})


def belongs(ticket: Ticket, tickets: Sequence[Ticket], named: Sequence[Ticket], words: Words) -> str:
    """The line on a ticket's own card that says which part of a letter it is, and which others the viewer may know of; "" for none."""
    position = next((n for n, other in enumerate(tickets, 1) if other.id == ticket.id), 0)
    if not position or len(tickets) < 2:
        return ""
    counted = {"part": position, "parts": len(tickets)}
    if not named:
        return words.texts.say(words.language, "letters.part", **counted)
    numbers = words.listed([other.number for other in named])
    return words.texts.say(words.language, "letters.part_of", numbers=numbers, **counted)
