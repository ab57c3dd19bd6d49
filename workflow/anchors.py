"""Daily anchors: one hash that stands for all chains, small enough to be published. Pure; the format is docs/passport.md.

A leaf is how far a ticket's chain had come. The root is a Merkle tree's over the day's leaves (as in RFC 6962: a leaf is hashed behind
a byte 0, a pair behind a byte 1, an odd one goes up alone). Each anchor's hash covers the one before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from workflow.chain import BEGINNING, VERSION, Link, digest, micros

LEFT, RIGHT = "left", "right"
Path = tuple[tuple[str, str], ...]
"""From a leaf up to the root: on which side the other one stands, and its hash."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A ticket's chain went from event `before` (0: none) to `seq`, whose hash this is."""

    number: str
    before: int
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """`day`: the local day it closes; it covers all that was stored when it was made and that no anchor covered before. `leaves`: how many
    tickets changed; `tickets`, `events`: how many there are in all. `upto`: the newest event's id."""

    seq: int
    day: str
    made_at: datetime
    leaves: int
    tickets: int
    events: int
    upto: int
    root: str
    previous: str
    hash: str = ""


class Anchors(Protocol):
    """Where they are kept, in a transaction."""

    async def latest(self, limit: int = 1) -> tuple[Anchor, ...]:
        """Newest first."""
        ...

    async def is_made(self, day: str) -> bool: ...
    async def changed(self, last: Anchor | None) -> tuple[tuple[Leaf, ...], int]:
        """What no anchor covers yet, by number, and the newest event's id."""
        ...

    async def add(self, anchor: Anchor, leaves: Sequence[Leaf]) -> None: ...
    async def of_ticket(self, number: str) -> tuple[Anchor, ...]:
        """Those that cover something of a ticket, oldest first."""
        ...

    async def links(self, ticket_id: int) -> tuple[Link, ...]:
        """A ticket's chain, oldest first."""
        ...

    async def leaves(self, anchor: Anchor) -> tuple[Leaf, ...]:
        """In the order of the tree."""
        ...


def after(last: Anchor | None, day: str, now: datetime, leaves: Sequence[Leaf], upto: int) -> Anchor:
    """The anchor that follows `last`."""
    fresh = sum(leaf.before == 0 for leaf in leaves)
    grown = sum(leaf.seq - leaf.before for leaf in leaves)
    made = Anchor(
        (last.seq if last else 0) + 1, day, now, len(leaves), (last.tickets if last else 0) + fresh, (last.events if last else 0) + grown,
        upto, root(leaves), last.hash if last else BEGINNING,
    )  # fmt: skip
    return replace(made, hash=hash_of(made))


def hash_of(anchor: Anchor) -> str:
    return digest(
        "anchor", VERSION, anchor.previous, anchor.seq, anchor.day, micros(anchor.made_at), anchor.leaves, anchor.tickets, anchor.events,
        anchor.upto, anchor.root,
    )  # fmt: skip


def as_json(anchor: Anchor) -> dict[str, Any]:
    """What is published, and what stands in a passport. `made_at` in microseconds."""
    return {
        "seq": anchor.seq, "day": anchor.day, "made_at": micros(anchor.made_at), "leaves": anchor.leaves, "tickets": anchor.tickets,
        "events": anchor.events, "upto": anchor.upto, "root": anchor.root, "previous": anchor.previous, "hash": anchor.hash,
    }  # fmt: skip


def root(leaves: Sequence[Leaf]) -> str:
    """`leaves`: in the order of their numbers. Of none it is the hash of nothing."""
    level = [leaf_hash(leaf) for leaf in leaves]
    while len(level) > 1:
        level = _up(level)
    return level[0] if level else hashlib.sha256(b"").hexdigest()


def path(leaves: Sequence[Leaf], index: int) -> Path:
    """How to get from the leaf at `index` to the root."""
    level, found = [leaf_hash(leaf) for leaf in leaves], []
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            found.append((LEFT if other < index else RIGHT, level[other]))
        level, index = _up(level), index // 2
    return tuple(found)


def climb(leaf: Leaf, way: Sequence[tuple[str, str]]) -> str:
    """The root that a leaf and its path lead to. Raises ValueError for what is no hash or no side."""
    reached = leaf_hash(leaf)
    for side, other in way:
        if side not in {LEFT, RIGHT}:
            raise ValueError("no side")
        reached = _pair(other, reached) if side == LEFT else _pair(reached, other)
    return reached


def leaf_hash(leaf: Leaf) -> str:
    inner = digest("leaf", VERSION, leaf.number, leaf.before, leaf.seq, leaf.hash)
    return hashlib.sha256(b"\x00" + bytes.fromhex(inner)).hexdigest()


def _up(level: list[str]) -> list[str]:
    pairs = [_pair(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs


def _pair(left: str, right: str) -> str:
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()
