"""A shared point for those who go there: as numbers, in words, and as a link of plain text. No map service is asked."""

from __future__ import annotations

from bot.cards.words import Words
from workflow import pins
from workflow.model import Point, Ticket


def pinned(ticket: Ticket, point: Point, words: Words) -> dict[str, object]:
    """What the sentences of `texts/*/pins.toml` need."""
    towns = [words.place(code) for code in pins.near(ticket)]
    return {"pin": pins.written(point), "geo": pins.geo(point), "near": words.listed(towns) or words.label("pins.nowhere_near")}


def line(ticket: Ticket, words: Words) -> list[str]:
    """A line of HTML; none where no point was shared."""
    return [] if ticket.point is None else [words.texts.say(words.language, "pins.card", **pinned(ticket, ticket.point, words))]


def plain(ticket: Ticket, words: Words) -> str:
    """The same as plain text, "" where no point was shared."""
    return "" if ticket.point is None else words.label("pins.card", **pinned(ticket, ticket.point, words))
