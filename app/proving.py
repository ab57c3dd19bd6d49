"""Goes over everything that is stored and finds what was changed behind the desk's back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workflow import proof
from workflow.anchors import Anchor
from workflow.proof import Found, Held, Story


class Evidence(Protocol):
    def stories(self, number: str = "") -> AsyncIterator[Story]: ...
    def anchors(self) -> AsyncIterator[tuple[Anchor, list[Held]]]: ...


@dataclass(slots=True)
class Seen:
    """How much was looked at; `adopted`: events that were there before the chain."""

    tickets: int = 0
    events: int = 0
    adopted: int = 0
    anchors: int = 0


async def look(evidence: Evidence, seen: Seen, number: str = "", published: Sequence[Mapping[str, Any]] = ()) -> AsyncIterator[Found]:
    """`number`: only what is about one ticket. `published`: anchors as others kept them."""
    async for story in evidence.stories(number):
        seen.tickets += 1
        seen.events += len(story.events)
        seen.adopted += sum(stored.link.adopted is not None for stored in story.events)
        for found in proof.of_story(story):
            yield found
    last, ours = None, {}
    async for anchor, held in evidence.anchors():
        seen.anchors += 1
        ours[anchor.seq] = anchor.hash
        for found in proof.of_anchor(last, anchor, held):
            if not number or found.number in {number, ""}:
                yield found
        last = anchor
    for found in proof.of_published(published, ours):
        yield found
