"""Thanks for what somebody did: counted by place and topic, never dispatched. Who said it, and in which words, is not kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SHOWN = timedelta(days=30)
"""How far back the console counts (ours)."""


@dataclass(frozen=True, slots=True)
class Praise:
    """`id`: of the draft that held it, made by chance: the same thanks once more have the same one. `at`: aware UTC. `place`: the smallest
    certain one, else the city. `topic`: a code, "" where it is not certain. `version`: of the understanding that found it."""

    id: str
    at: datetime
    place: str
    topic: str
    version: str


@dataclass(frozen=True, slots=True)
class Praised:
    """How often, and for what: (place, topic) → how often, most often first, not all where there are many."""

    total: int = 0
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
