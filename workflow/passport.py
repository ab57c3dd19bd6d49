"""A ticket's passport (办件存证): its chain, and the way from it to the anchors, so that anybody can recompute it without us. Pure.

It holds no words, no names and nobody's address: numbers, times, kinds of events, roles, desks and hashes. Format: docs/passport.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workflow import anchors, chain
from workflow.anchors import Anchor, Leaf, Path
from workflow.chain import BEGINNING, Link
from workflow.model import Json, Priority, Speech, Ticket

FORMAT = "case-passport"
WANTED = "passport.here"
"""The sentence that bears the files."""
SHAPE, ORDER, EVENT, FACTS, ANCHOR = "shape", "order", "event", "facts", "anchor"


@dataclass(frozen=True, slots=True)
class Proof:
    """That a ticket's chain had come to a leaf when the anchor was made."""

    anchor: Anchor
    leaf: Leaf
    path: Path


def wanted(contact_id: int, ticket: Ticket) -> Speech:
    """The files are made when it is delivered, as the ticket is then."""
    return Speech(contact_id, WANTED, {"number": ticket.number}, ticket_id=ticket.id, priority=Priority.ANSWER)


def as_json(ticket: Ticket, links: Sequence[Link], proofs: Sequence[Proof]) -> Json:
    return {
        "format": FORMAT,
        "version": chain.VERSION,
        "number": ticket.number,
        "facts": chain.facts(ticket),
        "events": [asdict(link) for link in links],
        "anchors": [
            {"anchor": anchors.as_json(proof.anchor), "before": proof.leaf.before, "seq": proof.leaf.seq, "path": proof.path}
            for proof in proofs
        ],
    }


def anchored(passport: Json) -> int:
    """Up to which event anchors cover it."""
    return max((proof["seq"] for proof in passport["anchors"]), default=0)


def check(passport: Any) -> list[tuple[str, int]]:
    """What is wrong, and at which event or anchor; nothing where all is genuine. Takes whatever somebody hands in."""
    try:
        if passport["format"] != FORMAT or passport["version"] != chain.VERSION:
            return [(SHAPE, 0)]
        return list(_faults(passport))
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
        return [(SHAPE, 0)]


def _faults(passport: Json) -> Iterator[tuple[str, int]]:
    number, links = passport["number"], [Link(**event) for event in passport["events"]]
    previous = BEGINNING
    for expected, link in enumerate(links, 1):
        if link.seq != expected:
            yield ORDER, expected
        elif link.hash != chain.hash_of(number, previous, link):
            yield EVENT, expected
        previous = link.hash
    if not links or passport["facts"][2] != number or links[-1].facts != chain.digest(*passport["facts"]):
        yield FACTS, len(links)
    hashes = {link.seq: link.hash for link in links}
    for proof in passport["anchors"]:
        anchor = Anchor(**{**proof["anchor"], "made_at": chain.moment(proof["anchor"]["made_at"])})
        leaf = Leaf(number, proof["before"], proof["seq"], hashes.get(proof["seq"], ""))
        if anchors.hash_of(anchor) != anchor.hash or anchors.climb(leaf, proof["path"]) != anchor.root:
            yield ANCHOR, anchor.seq
