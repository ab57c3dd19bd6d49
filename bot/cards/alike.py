"""What a card says of other people: that they are there and how many, never who they are or what they said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.cards.words import Words
from workflow.alike import Voices


def offers(found: Sequence[Mapping[str, Any]], words: Words) -> list[str]:
    """Lines of HTML under the card of a draft; none where nothing is offered."""
    if not found:
        return []
    if found[0]["own"]:
        return ["", _say(words, "own", number=found[0]["number"], state=words.label(f"state.{found[0]['state']}"))]
    return ["", _say(words, "offer"), *(_line(index, one, words) for index, one in enumerate(found, 1)), _say(words, "offer_how")]


def _line(index: int, one: Mapping[str, Any], words: Words) -> str:
    day, state = words.day(datetime.fromisoformat(one["at"])), words.label(f"state.{one['state']}")
    return _say(
        words, "offer_line", index=index, topic=words.topic(one["topic"]), place=words.place(one["place"]), day=day, state=state,
        people=one["people"],
    )  # fmt: skip


def counted(voices: Voices, words: Words) -> list[str]:
    """Lines of HTML for staff; none for a matter of one person."""
    lines = []
    if voices.people > 1:
        lines.append(_say(words, "people", people=voices.people))
    if voices.same_words > 1:
        lines.append(_say(words, "same_words", people=voices.same_words))
    if voices.unsolved:
        lines.append(_say(words, "unsolved", people=voices.unsolved))
    return lines


def _say(words: Words, key: str, **params: object) -> str:
    return words.texts.say(words.language, f"alike.{key}", **params)
