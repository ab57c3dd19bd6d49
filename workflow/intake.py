"""The interview: from a first message to a card that can be confirmed. Pure; asks only for what is missing, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from workflow import evidence
from workflow.alike import NOTHING, Gist, gist_from
from workflow.commands import Register
from workflow.copies import amended
from workflow.model import FileRef, Intent, Json, Point, Procedure
from workflow.region import Sureness
from workflow.understanding import Located, Understanding

MAX_CHOICES = 4
SHOWN_TOPICS = 3
GREETING = 8  # code points: a first message this short without subject or place is "hello", not yet a matter
TIERS = ("life", "order", "livelihood", "sensitive")
PRESSING = frozenset({"order", "livelihood"})


class Ask(StrEnum):
    """The one next thing."""

    TEXT = "text"  # nothing to go on: what is it about?
    PLACE_TIE = "place_tie"  # two or more places of that name
    PLACE = "place"
    CONFIRM = "confirm"


class Doubt(StrEnum):
    """How sure the topic is: what the card does about it. Nothing of it keeps anybody from sending."""

    NONE = "none"  # it stands as it is
    CHOOSE = "choose"  # it stands, and others may be chosen
    ASK = "ask"  # none stands: the person is asked, else the hub decides


@dataclass(frozen=True)
class Draft:
    """What was said so far. Kept as JSON in the dialog until it is confirmed; `id` makes buttons of an older draft harmless."""

    id: str
    text: str = ""  # all that was said, a line for each message
    said: tuple[tuple[str, str], ...] = ()  # (the door's message id or "", its words)
    files: tuple[FileRef, ...] = ()
    point: Point | None = None
    topic: str = ""  # chosen, else the best guess
    topic_chosen: bool = False
    topics: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # that made us think so
    confidence: float = 0.0
    procedure: str = Procedure.HOTLINE.value
    intent: str = Intent.COMPLAIN.value
    urgent: bool = False
    thin: bool = True
    place: str = ""
    place_detail: str = ""
    place_known: bool = False  # certain, picked, or said to be unknown
    place_read: bool = False  # the words say it: other words may say otherwise
    claims: tuple[str, ...] = ()  # places that contradict each other (picked, scanned, said, shared as a point): one is to be chosen
    point_weighed: bool = False  # the person chose a place since the point was shared
    place_asked: int = 0  # how often
    ties: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # ties that it was none of
    several: bool = False  # the ties are different places that were all named, not places of one name
    urgency: str = ""  # the gravest tier of red flags: life, order, livelihood, sensitive
    sensitive: bool = False  # something in it needs care: it is shown to nobody as "near you"
    anonymous: bool = False
    version: str = ""
    gist: Gist = NOTHING
    offered: tuple[int, ...] = ()  # ids of tickets that were offered instead of a new one
    reading: Json = field(default_factory=dict)  # how the whole text was read: `evidence.kept`
    spans: tuple[tuple[int, int], ...] = ()  # of several matters in `text`
    matters: tuple[Draft, ...] = ()  # each by itself; empty where there is one
    whole: bool = False  # the person wants them as one
    filing: bool = False  # thanked for or answered, and to be filed all the same
    focus: int = -1  # which of them is being changed

    @property
    def apart(self) -> bool:
        """Whether they go apart, unless the person says otherwise."""
        return bool(self.matters) and not self.whole


_FIELDS = tuple(known.name for known in fields(Draft))


def told(draft: Draft, words: str, message_id: str = "") -> Draft:
    """The draft with words more; with other words where the same message was changed afterwards."""
    if message_id and any(message_id == known for known, _ in draft.said):
        said = tuple((known, words if known == message_id else old) for known, old in draft.said)
    else:
        said = (*draft.said, (message_id, words)) if words else draft.said
    return amended(draft, said=said, text="\n".join(part for _, part in said).strip())


def understood(draft: Draft, read: Understanding, located: Located, procedure_of: Callable[[str], str]) -> Draft:
    """The draft with what its whole text says. A choice made by the person is never overruled."""
    topics = tuple(guess.code for guess in read.topics[:SHOWN_TOPICS])
    best = read.topics[0] if read.topics else None
    vague = not topics and not read.flags and located.decision == "none" and len(draft.text) <= GREETING and len(draft.said) < 2
    topic, procedure = best.code if best else "", read.procedure
    if draft.topic_chosen:
        topic = draft.topic
        if procedure_of(topic) and read.procedure in {Procedure.GRID_EVENT, Procedure.HOTLINE}:
            procedure = procedure_of(topic)
    known = amended(
        draft, topic=topic, topics=topics, procedure=procedure, intent=read.intent, urgent=read.danger, thin=read.thin or vague,
        urgency=min((flag.tier for flag in read.flags), key=TIERS.index, default=""), version=read.version,
        sensitive=any(flag.tier == "sensitive" for flag in read.flags),
        reading=evidence.kept(read, located),
        confidence=best.confidence if best else 0.0,
        words=tuple(dict.fromkeys(e.text for e in best.evidence if e.text and e.weight > 0))[:5] if best else (),
        spans=read.parts,
    )  # fmt: skip
    return known if draft.place_known or draft.claims else placed(known, located)


def placed(draft: Draft, located: Located) -> Draft:
    """The draft with the place that was found, or with what is to be asked about it."""
    if located.decision == "village":
        return amended(draft, place=located.grid or located.code, place_known=True, place_read=True, place_detail=located.detail, ties=())
    if located.decision == "ask":
        ties = tuple(guess.code for guess in located.candidates[:MAX_CHOICES])
        return amended(draft, ties=ties, several=located.several, place_detail=located.detail)
    if located.decision in {"town", "county"}:
        # A town is certain and its hub can act; the street is in the text.
        known = located.decision == "town"
        return amended(draft, place=located.code, place_known=known, place_read=True, place_detail=located.detail, ties=())
    return draft


def contradicted(draft: Draft, *others: str) -> Draft:
    """The draft whose place something else speaks against: the person is asked which is meant."""
    claims = tuple(dict.fromkeys(filter(None, (*others, draft.place, *draft.ties))))[:MAX_CHOICES]
    return amended(unplaced(draft), ties=claims, claims=claims, several=True)


def unplaced(draft: Draft) -> Draft:
    """The draft as if nobody had said where."""
    return amended(draft, place="", place_detail="", place_known=False, place_read=False, ties=(), claims=(), point_weighed=False)


def doubt(draft: Draft, sureness: Sureness) -> Doubt:
    """A topic that the person chose is beyond doubt. So is that of an emergency and of a report about somebody, which go their way
    whatever they are about. A guess about something pressing stands in any case: it may have the shorter clock."""
    settled = draft.topic_chosen or not draft.topics or draft.urgent or draft.procedure == Procedure.PETITION_REPORT
    if settled or draft.confidence >= sureness.sure:
        return Doubt.NONE
    return Doubt.CHOOSE if draft.confidence >= sureness.unsure or draft.urgency in PRESSING else Doubt.ASK


def left_open(draft: Draft, sureness: Sureness) -> Draft:
    """The draft as it is filed: without a topic where nobody knows. What was guessed stays with the reading."""
    return amended(draft, topic="") if doubt(draft, sureness) is Doubt.ASK else draft


def next_ask(draft: Draft) -> Ask:
    if draft.thin and not draft.files and not draft.topic_chosen:
        return Ask.TEXT
    if draft.procedure == Procedure.PETITION_REPORT:
        return Ask.CONFIRM  # the counter serves the whole city: nobody is asked where
    stands = draft.apart and not draft.claims and any(matter.place_known for matter in draft.matters)
    if not (draft.place_known or stands):
        return Ask.PLACE_TIE if draft.ties else Ask.PLACE
    return Ask.CONFIRM


def registration(draft: Draft, city: str) -> Register:
    """The command of a confirmed card. A place nobody could name is the city's, and the hub asks."""
    return Register(
        text=draft.text, procedure=Procedure(draft.procedure), intent=Intent(draft.intent), topic=draft.topic,
        place=draft.place or city, place_detail=draft.place_detail, files=draft.files, point=draft.point,
        anonymous=draft.anonymous, urgent=draft.urgent, confidence=draft.confidence,
        understanding=draft.reading | {
            "topics": list(draft.topics), "words": list(draft.words), "version": draft.version,
            "chosen": draft.topic if draft.topic_chosen else "", "sensitive": draft.sensitive,
        },
        gist=draft.gist,
    )  # fmt: skip


def to_json(draft: Draft) -> Json:
    """Field by field: `asdict` copies every number of a gist, which took longer than to read the text."""
    return {name: getattr(draft, name) for name in _FIELDS} | {
        "files": [asdict(file) for file in draft.files],
        "point": asdict(draft.point) if draft.point is not None else None,
        "gist": {"whole": draft.gist.whole, "words": draft.gist.words, "spots": draft.gist.spots},
        "matters": [to_json(matter) for matter in draft.matters],
    }


def from_json(data: Json) -> Draft:
    """The draft as `to_json` wrote it."""
    values: dict[str, Any] = dict(data)
    values["files"] = tuple(FileRef(**file) for file in values["files"])
    values["point"] = Point(**values["point"]) if values["point"] else None
    for name in ("topics", "words", "ties", "claims", "refused", "offered"):
        values[name] = tuple(values.get(name, ()))
    values["gist"] = gist_from(values.get("gist"))
    values["said"] = tuple((message_id, words) for message_id, words in values["said"])
    values["spans"] = tuple((start, end) for start, end in values.get("spans", ()))
    values["matters"] = tuple(from_json(matter) for matter in values.get("matters", ()))
    return Draft(**values)
