"""A clock that is set back holds nothing that was lent or put off for as long as it went back; what it last was found to be is kept."""

from __future__ import annotations

from datetime import timedelta

from storage import Database, OutboxQueue, SqlInbox
from storage.trusted import TrustedTime
from tests.clock import FrozenClock
from tests.contract.conftest import Town
from workflow.model import Speech

ROOM = {"test": 64}


async def test_an_update_that_was_put_off_or_lent_is_heard_after_a_jump_back(database: Database) -> None:
    clock = FrozenClock()
    updates = SqlInbox(database, clock)
    await updates.store("test", "1", "a", {})
    for _ in range(2):
        [[row]] = await updates.claim(clock.now(), ROOM)
        await updates.failed([row.id], "E1")
        assert await updates.claim(clock.now(), ROOM) == []
        clock.move(days=-1)
    [[row]] = await updates.claim(clock.now(), ROOM)
    clock.move(days=-1)  # it is lent, on PostgreSQL, and whoever has it died
    assert [[row]] == [list(head) for head in await updates.claim(clock.now(), ROOM)]


async def test_an_album_is_whole_after_a_jump_back(database: Database) -> None:
    clock = FrozenClock()
    updates = SqlInbox(database, clock)
    for number in ("1", "2"):
        await updates.store("test", number, "a", {}, "x")
    assert await updates.claim(clock.now(), ROOM) == []
    clock.move(days=-1)
    assert [len(head) for head in await updates.claim(clock.now(), ROOM)] == [2]


async def test_a_message_is_lent_once_and_not_for_as_long_as_a_jump(town: Town) -> None:
    queue, clock = OutboxQueue(town.database), town.clock
    async with town.desk.units_of_work() as uow:
        await uow.outbox.put(Speech(town.people["resident"].id, "one"))
        await uow.commit()
    [item] = await queue.claim(clock.now())
    assert await queue.claim(clock.now()) == []
    clock.move(days=-1)
    assert [again.id for again in await queue.claim(clock.now())] == [item.id]
    await queue.retry(item.id, clock.now() + timedelta(minutes=30), "put off")
    assert await queue.claim(clock.now()) == []
    clock.move(days=-365)
    assert [again.id for again in await queue.claim(clock.now())] == [item.id]


async def test_what_the_clock_was_last_is_kept(database: Database) -> None:
    trusted, clock = TrustedTime(database), FrozenClock()
    assert await trusted.read() is None
    for _ in range(2):
        await trusted.write(clock.now())
        assert await TrustedTime(database).read() == clock.now()
        clock.move(days=1)
