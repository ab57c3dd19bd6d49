"""Finds what was changed behind the desk's back. Pure: storage hands in what is stored, the answer names numbers and places, no words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workflow import anchors, chain
from workflow.anchors import Anchor, Leaf
from workflow.chain import BEGINNING, Link
from workflow.model import Json


class Fault(StrEnum):
    EVENT_CHANGED = "event_changed"
    EVENT_MISSING = "event_missing"
    EVENT_OUTSIDE = "event_outside_the_chain"
    WORDS_CHANGED = "words_changed"
    ACTOR_CHANGED = "actor_changed"
    TICKET_CHANGED = "ticket_changed"
    TICKET_MISSING = "ticket_missing"
    NO_EVENTS = "ticket_without_events"
    ANCHORED_OTHERWISE = "anchored_otherwise"
    ANCHOR_CHANGED = "anchor_changed"
    ANCHOR_MISSING = "anchor_missing"
    PUBLISHED_OTHERWISE = "published_otherwise"


@dataclass(frozen=True, slots=True)
class Found:
    """`number` "" where it is about an anchor; `seq`: the event's in its ticket, None for the ticket itself; `anchor`: which one."""

    fault: Fault
    number: str = ""
    seq: int | None = None
    anchor: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it is stored, with what its commitments can be opened by. Where a salt is gone, so is what it hid. A `link.seq` of 0:
    the event is in no chain."""

    link: Link
    actor_id: int
    actor_salt: str | None
    reason: str
    data: Json
    words_salt: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket and its events by their seq. `facts`: of its row as it is now, None where there is no row."""

    number: str
    facts: str | None
    events: Sequence[Stored]


def of_story(story: Story) -> Iterator[Found]:
    """Names the event itself where its fields or its place were changed, and the next one where its own hash was made anew."""
    number, expected, before = story.number, 1, BEGINNING
    if story.facts is None:
        yield Found(Fault.TICKET_MISSING, number)
    for stored in story.events:
        link = stored.link
        if not link.seq:
            yield Found(Fault.EVENT_OUTSIDE, number)
            continue
        if link.seq != expected:
            yield Found(Fault.EVENT_MISSING, number, expected)
        elif story.facts is not None and link.hash != chain.hash_of(number, before, link):
            yield Found(Fault.EVENT_CHANGED, number, link.seq)
        yield from _opened(number, stored)
        expected, before = link.seq + 1, link.hash
    if expected == 1:
        yield Found(Fault.NO_EVENTS, number)
    elif story.facts is not None and story.facts != story.events[-1].link.facts:
        yield Found(Fault.TICKET_CHANGED, number)


def _opened(number: str, stored: Stored) -> Iterator[Found]:
    link = stored.link
    if stored.words_salt is None:
        words = not stored.reason and not stored.data
    else:
        words = chain.words(stored.words_salt, stored.reason, stored.data) == link.words
    if not words:
        yield Found(Fault.WORDS_CHANGED, number, link.seq)
    known = stored.actor_id == 0 if stored.actor_salt is None else chain.actor(stored.actor_salt, stored.actor_id) == link.actor
    if not known:
        yield Found(Fault.ACTOR_CHANGED, number, link.seq)


@dataclass(frozen=True, slots=True)
class Held:
    """A leaf, and what its ticket has there now: None where the ticket is gone, "" where the event is."""

    leaf: Leaf
    now: str | None


def of_anchor(last: Anchor | None, anchor: Anchor, held: Sequence[Held]) -> Iterator[Found]:
    """`last`: the one before, as stored; `held`: by number."""
    expected = last.seq + 1 if last else 1
    leaves = [one.leaf for one in held]
    if anchor.seq != expected:
        yield Found(Fault.ANCHOR_MISSING, anchor=expected)
        sound = anchor.hash == anchors.hash_of(anchor) and anchor.root == anchors.root(leaves)
    else:
        sound = anchor == anchors.after(last, anchor.day, anchor.made_at, leaves, anchor.upto)
    if not sound:
        yield Found(Fault.ANCHOR_CHANGED, anchor=anchor.seq)
    for one in held:
        if one.now is None:
            yield Found(Fault.TICKET_MISSING, one.leaf.number, anchor=anchor.seq)
        elif one.now == "":
            yield Found(Fault.EVENT_MISSING, one.leaf.number, one.leaf.seq, anchor.seq)
        elif one.now != one.leaf.hash:
            yield Found(Fault.ANCHORED_OTHERWISE, one.leaf.number, one.leaf.seq, anchor.seq)


def of_published(published: Iterable[Mapping[str, Any]], ours: Mapping[int, str]) -> Iterator[Found]:
    """`published`: anchors as others kept them; `ours`: seq → hash."""
    for one in published:
        seq = one.get("seq")
        if not isinstance(seq, int) or seq not in ours:
            yield Found(Fault.ANCHOR_MISSING, anchor=seq if isinstance(seq, int) else None)
        elif one.get("hash") != ours[seq]:
            yield Found(Fault.PUBLISHED_OTHERWISE, anchor=seq)
