"""The card of a matter that is not filed yet: what was understood and why, to be confirmed by the person who said it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.cards import several
from bot.cards.alike import offers
from bot.cards.words import Words
from workflow.intake import PRESSING, Doubt
from workflow.model import Assignee, Procedure


def draft(card: Mapping[str, Any], words: Words) -> str:
    """HTML. `card`: topic, because, place, detail, hub (unit, place), lead, files, anonymous, urgency, procedure, due, doubt; alike, if
    any; or matters, for several."""
    if card.get("matters"):
        return several.draft(card, words)
    hub = words.desk(Assignee(*card["hub"]))
    secret = card["procedure"] == Procedure.PETITION_REPORT
    lines = [_say(words, "report" if secret else "head", hub=hub)]
    if not secret:
        lines += [_topic(card, words), _place(card, words), _who(card, words, hub), _when(card, words)]
    if card["files"]:
        lines.append(_say(words, "files", count=card["files"]))
    lines.append(_say(words, "anonymous" if card["anonymous"] else "named"))
    if secret:
        lines.append(_say(words, "report_how"))
    lines += offers(card.get("alike", ()), words)
    return "\n".join(lines)


def _say(words: Words, key: str, **params: object) -> str:
    return words.texts.say(words.language, f"draft.{key}", **params)


def _topic(card: Mapping[str, Any], words: Words) -> str:
    if not card["topic"]:
        return words.texts.say(words.language, "doubt.ask") if card.get("doubt") == Doubt.ASK else _say(words, "topic_unknown")
    because = words.listed(list(card["because"]))
    line = _say(words, "topic_because" if because else "topic", topic=words.topic(card["topic"]), because=because)
    return f"{line}\n{words.texts.say(words.language, 'doubt.choose')}" if card.get("doubt") == Doubt.CHOOSE else line


def _place(card: Mapping[str, Any], words: Words) -> str:
    if not card["place"]:
        return _say(words, "place_unknown")
    return _say(words, "place_detail" if card["detail"] else "place", place=words.place(card["place"]), detail=card["detail"])


def _who(card: Mapping[str, Any], words: Words, hub: str) -> str:
    return _say(words, "who_lead", hub=hub, lead=words.unit(card["lead"])) if card["lead"] else _say(words, "who", hub=hub)


def _when(card: Mapping[str, Any], words: Words) -> str:
    urgency = words.label("urgency.pressing" if card["urgency"] in PRESSING else "urgency.usual")
    due = words.params({"due": card["due"]}).get("due", "")
    return _say(words, "when_due" if due else "when", urgency=urgency, due=due)
