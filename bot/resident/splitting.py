"""Several matters in one message: each is read by itself, shown by itself, and filed by itself if the person wants it so.

What must stand alone is never parted: danger is an emergency with all its words, and a report about somebody takes the whole
message past every desk of the grid chain. What else such a message held is asked about afterwards, as a message of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.resident.reading import Reading
from workflow import intake, routing
from workflow.commands import RegisterSeveral
from workflow.copies import amended
from workflow.desk import Session
from workflow.intake import Draft
from workflow.letters import MOST
from workflow.model import Actor, Contact, Intent, Json, Procedure, Ticket
from workflow.region import Level, Region

Group = tuple[tuple[int, int], ...]
"""Spans of one matter."""
_MARKS = " \t\r\n,，;；、。"


def parted(reading: Reading, draft: Draft, region: Region) -> Draft:
    """The draft with its matters, if it holds several that can go apart. Needs its `spans`."""
    draft = amended(draft, matters=(), focus=-1)
    if len(draft.spans) < 2 or draft.urgent:
        return draft
    matters = [_read(reading, draft.text[start:end], region) for start, end in draft.spans]
    if any(matter.urgent for matter in matters):
        return replace(draft, urgent=True)
    if Procedure.PETITION_REPORT in {draft.procedure, *(matter.procedure for matter in matters)}:
        return replace(draft, procedure=Procedure.PETITION_REPORT.value)
    groups = _grouped(draft.spans, matters, region)
    texts = [_without(draft.text, [other for other in groups if other != group]).strip(_MARKS) for group in groups]
    known = {matter.text: matter for matter in matters}
    found = [known.get(text) or _read(reading, text, region) for text in texts]
    apart = 2 <= len(found) <= MOST and all(matter.topic for matter in found)
    if not apart or any(reading.places.locate(matter.text).decision == "outside" for matter in found):
        return draft
    return replace(draft, matters=_placed(reading, draft, found, region))


def _read(reading: Reading, text: str, region: Region) -> Draft:
    return reading.again(Draft("", text=text.strip(_MARKS)), region)


def _grouped(spans: Sequence[tuple[int, int]], matters: Sequence[Draft], region: Region) -> list[Group]:
    """Thanks are no matter; what one desk handles as one kind of thing in one place is one."""
    groups: list[tuple[Draft, Group]] = []
    for span, matter in zip(spans, matters, strict=True):
        if matter.intent == Intent.PRAISE:
            continue
        same = next((index for index, (known, _) in enumerate(groups) if _akin(known, matter, region)), None)
        if same is None:
            groups.append((matter, (span,)))
        else:
            known, group = groups[same]
            groups[same] = known, (*group, span)
    return [group for _, group in groups]


def _akin(one: Draft, other: Draft, region: Region) -> bool:
    first, second = region.topics.get(one.topic), region.topics.get(other.topic)
    if first is None or second is None or (one.place and other.place and one.place != other.place):
        return False
    return (first.item, first.lead) == (second.item, second.lead) and one.procedure == other.procedure


def _without(text: str, groups: Sequence[Group]) -> str:
    """A matter keeps what belongs to none: a greeting, where it all is, how to be reached."""
    cuts = sorted(span for group in groups for span in group)
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    first, *rest = (text[start:end] for start, end in zip(starts, ends, strict=True))
    return "".join([first, *(piece.lstrip(_MARKS) for piece in rest)])


def _placed(reading: Reading, draft: Draft, matters: Sequence[Draft], region: Region) -> tuple[Draft, ...]:
    """Each matter's own place if it names one; else it is where the message as a whole is."""
    common = draft.place if draft.place_known else next((matter.place for matter in matters if matter.place_known), "")
    town = routing.ancestor(region, common, Level.TOWN)
    return tuple(_place(reading, matter, common, town, region) for matter in matters)


def _place(reading: Reading, matter: Draft, common: str, town: str, region: Region) -> Draft:
    named = bool(matter.ties) or (bool(matter.place) and not common.startswith(matter.place))
    if matter.place_known or not named or not common:
        return matter if matter.place_known else replace(matter, place="", ties=())
    nearer = reading.again(replace(matter, place=town, ties=()), region) if town else matter
    if nearer.place_known:
        return nearer
    # It names another place than the rest, and nobody can say which: the hub asks.
    return replace(matter, place="" if matter.ties else matter.place, place_known=True, ties=())


def each(draft: Draft) -> tuple[Draft, ...]:
    """The matters as they are filed: with what the person said about all of them."""
    return tuple(_whole(draft, matter) for matter in draft.matters)


def _whole(draft: Draft, matter: Draft) -> Draft:
    shared = replace(matter, id=draft.id, files=draft.files, anonymous=draft.anonymous)
    if matter.place_known:
        return shared
    return replace(shared, place=draft.place, place_known=draft.place_known, point=draft.point, reading=_near(draft, matter))


def _near(draft: Draft, matter: Draft) -> Json:
    """How the matter was read, with what lies around the point of the whole."""
    return matter.reading | {name: draft.reading[name] for name in ("near",) if name in draft.reading}


async def file(session: Session, contact: Contact, actor: Actor, draft: Draft) -> Ticket:
    """A ticket for each matter, under one letter; answers with the first. The messages it was made of belong to all of them."""
    matters = tuple(intake.registration(matter, session.region.code) for matter in each(draft))
    first = await session.do(actor, RegisterSeveral(matters))
    for message_id in filter(None, (known for known, _ in draft.said)):
        await session.uow.remember(contact.id, message_id, first.id, first.letter_id)
    return first


def in_focus(draft: Draft) -> Draft:
    """The matter that is being changed, else the draft itself; buttons made from it belong to the draft."""
    return each(draft)[draft.focus] if 0 <= draft.focus < len(draft.matters) else draft


def changed(draft: Draft, matter: Draft) -> Draft:
    """The draft with another matter where its focus is."""
    return replace(draft, matters=(*draft.matters[: draft.focus], matter, *draft.matters[draft.focus + 1 :]), focus=-1)


def beside(reading: Reading, draft: Draft, region: Region) -> str:
    """What a report about somebody said besides: the words of parts that are no report by themselves, "" if there are none."""
    if len(draft.spans) < 2 or draft.procedure != Procedure.PETITION_REPORT:
        return ""
    parts = [_read(reading, draft.text[start:end], region) for start, end in draft.spans]
    return "\n".join(part.text for part in parts if part.procedure != Procedure.PETITION_REPORT and part.topic and not part.urgency)
