"""A queue that has grown long is read at the same price a row as a short one, though the planner has never counted it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, insert, text
from sqlalchemy.dialects import postgresql

from storage import Database, inbox, outbox
from storage.tables import contacts
from storage.tables import inbox as updates
from storage.tables import outbox as speeches

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
MANY = 600
LATER = NOW + timedelta(hours=1)
QUEUES: dict[str, Select[Any]] = {
    "inbox": inbox._heads().params(now=NOW, far=LATER, most=64),  # it is what is claimed with
    "outbox": outbox._heads().params(now=NOW, ran_out=NOW, longest_wait=LATER, longest_lease=LATER, most=64),
}


@pytest.mark.parametrize("name", QUEUES)
async def test_each_row_is_looked_at_a_few_times(pg: Database, name: str) -> None:
    person = {"door": "test", "kind": "private", "name": "", "language": "", "unreachable": False}
    update = {"door": "test", "album": "", "body": {}, "received_at": NOW, "status": "waiting", "attempts": 0, "why": ""}
    speech = {"priority": "n", "speech": {}, "status": "waiting", "attempts": 0, "unknowns": 0, "why": ""}
    async with pg.writing() as connection:
        await connection.execute(insert(contacts), [person | {"id": number, "address": str(number)} for number in range(1, MANY)])
        await connection.execute(insert(speeches), [speech | {"contact_id": number} for number in range(1, MANY)])
        await connection.execute(insert(updates), [update | {"update_id": str(number), "chat": str(number)} for number in range(1, MANY)])
    asked = QUEUES[name].compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    async with pg.reading() as connection:
        found = (await connection.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked}".replace(":", r"\:")))).scalar_one()
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    assert max(_looked_at(plan)) <= 2 * MANY


def _looked_at(node: Mapping[str, Any]) -> Iterator[float]:
    """Rows that each step of a plan found and passed over, all times it was made together."""
    passed = sum(value for name, value in node.items() if name.startswith("Rows Removed"))
    yield (node["Actual Rows"] + passed) * node["Actual Loops"]
    for below in node.get("Plans", ()):
        yield from _looked_at(below)
