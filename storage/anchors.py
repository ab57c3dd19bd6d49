"""Daily anchors and their leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, insert, select

from storage.chain import link_in
from storage.chain_tables import anchor_leaves, anchors
from storage.connection import Connection
from storage.tables import events, tickets
from workflow.anchors import Anchor, Leaf
from workflow.chain import Link

_STRAGGLERS = 10_000
"""Events whose id was given before the last anchor and whose transaction ended after it: looked for so far back."""
_BATCH = 1000


class SqlAnchors:
    """Fits `workflow.ports.Anchors`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def latest(self, limit: int = 1) -> tuple[Anchor, ...]:
        found = await self._db.execute(select(anchors).order_by(anchors.c.seq.desc()).limit(limit))
        return tuple(Anchor(**row) for row in found.mappings())

    async def is_made(self, day: str) -> bool:
        return (await self._db.execute(select(anchors.c.seq).where(anchors.c.day == day))).first() is not None

    async def changed(self, last: Anchor | None) -> tuple[tuple[Leaf, ...], int]:
        upto = (await self._db.execute(select(func.coalesce(func.max(events.c.id), 0)))).scalar_one()
        since = max(last.upto - _STRAGGLERS, 0) if last else 0
        heads = (
            select(events.c.ticket_id, func.max(events.c.seq).label("seq"))
            .where(events.c.id > since, events.c.id <= upto, events.c.seq.is_not(None))
            .group_by(events.c.ticket_id)
            .subquery()
        )
        before = select(func.coalesce(func.max(anchor_leaves.c.seq), 0)).where(anchor_leaves.c.number == tickets.c.number)
        head = (events.c.ticket_id == heads.c.ticket_id) & (events.c.seq == heads.c.seq)
        joined = heads.join(tickets, tickets.c.id == heads.c.ticket_id).join(events, head)
        query = select(tickets.c.number, before.scalar_subquery().label("before"), heads.c.seq, events.c.hash).select_from(joined)
        found = [Leaf(*row) for row in await self._db.execute(query)]
        # Sorted here: databases differ in the order of characters.
        return tuple(sorted((leaf for leaf in found if leaf.seq > leaf.before), key=lambda leaf: leaf.number)), upto

    async def add(self, anchor: Anchor, leaves: Sequence[Leaf]) -> None:
        await self._db.execute(insert(anchors).values(asdict(anchor)))
        for start in range(0, len(leaves), _BATCH):
            batch = enumerate(leaves[start : start + _BATCH], start)
            values = [asdict(leaf) | {"anchor": anchor.seq, "position": position} for position, leaf in batch]
            await self._db.execute(insert(anchor_leaves), values)

    async def of_ticket(self, number: str) -> tuple[Anchor, ...]:
        mine = select(anchor_leaves.c.anchor).where(anchor_leaves.c.number == number)
        found = await self._db.execute(select(anchors).where(anchors.c.seq.in_(mine)).order_by(anchors.c.seq))
        return tuple(Anchor(**row) for row in found.mappings())

    async def links(self, ticket_id: int) -> tuple[Link, ...]:
        mine = select(events).where(events.c.ticket_id == ticket_id, events.c.seq.is_not(None)).order_by(events.c.seq)
        return tuple(link_in(row) for row in (await self._db.execute(mine)).mappings())

    async def leaves(self, anchor: Anchor) -> tuple[Leaf, ...]:
        columns = (anchor_leaves.c.number, anchor_leaves.c.before, anchor_leaves.c.seq, anchor_leaves.c.hash)
        mine = select(*columns).where(anchor_leaves.c.anchor == anchor.seq).order_by(anchor_leaves.c.position)
        return tuple(Leaf(*row) for row in await self._db.execute(mine))
