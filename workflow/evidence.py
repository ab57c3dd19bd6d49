"""What a ticket keeps of how it was read: plain JSON that fits a row, and back again. Pure.

    {"topics": [code], "words": [str], "version": str, "chosen": code,
     "guesses": [{"code", "confidence", "score", "evidence": [{"text", "start", "end", "weight"}]}],
     "intent": {"code", "evidence"}, "flags": [{"code", "tier", "text"}], "parts": [[start, end]],
     "place": {"decision", "code", "grid", "outside", "candidates": [{"code", "score"}], "evidence"}}

Offsets are code points of the ticket's text. Rows of earlier versions have topics, words and version alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow.masking import MaskedText
from workflow.model import Json
from workflow.understanding import Evidence, Located, PlaceGuess, RedFlag, TopicGuess, Understanding

KEPT_TOPICS = 3
MOST = 40  # items of evidence for one decision; the smaller ones are summed up
_ANCHOR = 4  # code points that tell where in a masked text a part begins
LONGEST = 60  # code points of one item's text: its offsets tell where all of it stands


@dataclass(frozen=True, slots=True)
class Kept:
    """A reading as it was kept. `chosen`: the topic that the person picked instead, "" if none. `whole` is False for rows that were
    written before evidence was kept: then only topic codes, words and version are known."""

    read: Understanding
    located: Located
    chosen: str = ""
    words: tuple[str, ...] = ()
    whole: bool = True


def score(evidence: Sequence[Evidence]) -> float:
    return math.fsum(item.weight for item in evidence)


def bounded(evidence: Sequence[Evidence], most: int = MOST) -> tuple[Evidence, ...]:
    """The weightiest items in the text's order; the others as one item without text, so that the sum stays what it was."""
    ranked = sorted(evidence, key=lambda item: (not item.text, -abs(item.weight)))
    if len(ranked) <= most:
        return tuple(evidence)
    kept, rest = ranked[: most - 1], ranked[most - 1 :]
    return (*sorted(kept, key=lambda item: (item.start, item.end)), Evidence("", 0, 0, score(rest)))


def kept(read: Understanding, located: Located) -> Json:
    """Without topics, words, version and chosen: those stand in the draft."""
    return {
        "guesses": [
            {"code": guess.code, "confidence": guess.confidence, "score": score(guess.evidence), "evidence": _out(guess.evidence)}
            for guess in read.topics[:KEPT_TOPICS]
        ],
        "intent": {"code": read.intent, "evidence": _out(read.intent_evidence)},
        "flags": [{"code": flag.code, "tier": flag.tier, "text": flag.text[:LONGEST]} for flag in read.flags[:MOST]],
        "parts": [list(part) for part in read.parts[:MOST]],
        "place": {
            "decision": located.decision, "code": located.code, "grid": located.grid, "outside": located.outside_name[:LONGEST],
            "candidates": [{"code": guess.code, "score": guess.score} for guess in located.candidates[:MOST]],
            "evidence": _out(located.evidence),
        },
    }  # fmt: skip


def _out(evidence: Sequence[Evidence]) -> list[Json]:
    return [{"text": item.text[:LONGEST], "start": item.start, "end": item.end, "weight": item.weight} for item in bounded(evidence)]


def moved(data: Json, text: str, shown: str) -> Json:
    """A reading of `text` as one of `shown`, its masked form: offsets are those of `shown`, and a word that does not certainly stand there
    loses its text and keeps its weight. Does not raise for rows of earlier versions."""
    masked = MaskedText(text, lambda _: shown)
    found = dict(data)
    if isinstance(found.get("words"), list):
        found["words"] = [word for word in found["words"] if str(word).casefold() in shown.casefold()]
    found["guesses"] = [{**guess, "evidence": _moved(guess.get("evidence"), masked)} for guess in _objects(data.get("guesses"))]
    parts = {name: _object(data.get(name)) for name in ("intent", "place")}
    found |= {name: {**part, "evidence": _moved(part.get("evidence"), masked)} for name, part in parts.items()}
    flags = [(flag, str(flag.get("text", ""))) for flag in _objects(data.get("flags"))]
    found["flags"] = [{**flag, "text": masked.word(text, *masked.first(text))} for flag, text in flags]
    found["parts"] = _moved_parts(_list(data.get("parts")), masked)
    return {name: value for name, value in found.items() if name in data}


def _moved(items: object, masked: MaskedText) -> list[Json]:
    found: list[Json] = []
    for item in _objects(items):
        start, end = _whole(item.get("start")), _whole(item.get("end"))
        place = masked.where(start, end) if item.get("text") and masked.text.startswith(str(item["text"]), start) else None
        words = {"text": "", "start": 0, "end": 0} if place is None else {
            "text": masked.shown[place[0] : place[1]][:LONGEST], "start": place[0], "end": place[1],
        }  # fmt: skip
        found.append({**item, **words})
    return found


def _moved_parts(parts: list[Any], masked: MaskedText) -> list[list[int]]:
    """Matters of a message: none, unless all of them are found again."""
    ends = [(_whole(part[0]), _whole(part[1])) for part in parts if isinstance(part, list) and len(part) == 2]
    starts = [masked.where(start, min(end, start + _ANCHOR)) for start, end in ends]
    begins = [place[0] for place in starts if place is not None]
    if not begins or len(begins) != len(parts):
        return []
    return [[start, end] for start, end in zip(begins, [*begins[1:], len(masked.shown)], strict=True)]


def again(data: Mapping[str, Any]) -> Kept:
    """What `Ticket.understanding` says. Never raises: what is missing was not kept."""
    intent, place, whole = _object(data.get("intent")), _object(data.get("place")), "guesses" in data
    guesses = _objects(data.get("guesses")) if whole else [{"code": code} for code in _list(data.get("topics"))]
    read = Understanding(
        "", str(intent.get("code", "")), "",
        topics=tuple(TopicGuess(str(g.get("code", "")), "", _number(g.get("confidence")), _in(g.get("evidence"))) for g in guesses),
        flags=tuple(
            RedFlag(str(f.get("code", "")), str(f.get("tier", "")), str(f.get("text", ""))) for f in _objects(data.get("flags"))
        ),
        intent_evidence=_in(intent.get("evidence")),
        parts=tuple((_whole(p[0]), _whole(p[1])) for p in _list(data.get("parts")) if isinstance(p, list) and len(p) == 2),
        version=str(data.get("version", "")),
    )  # fmt: skip
    candidates = tuple(PlaceGuess(str(c.get("code", "")), "", "", _number(c.get("score"))) for c in _objects(place.get("candidates")))
    located = Located(
        str(place.get("decision", "")), str(place.get("code", "")), candidates, _in(place.get("evidence")),
        outside_name=str(place.get("outside", "")), grid=str(place.get("grid", "")),
    )  # fmt: skip
    return Kept(read, located, str(data.get("chosen", "")), tuple(str(word) for word in _list(data.get("words"))), whole)


def _in(items: object) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(str(i.get("text", "")), _whole(i.get("start")), _whole(i.get("end")), _number(i.get("weight"))) for i in _objects(items)
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
