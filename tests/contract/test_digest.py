"""A long outage ends in a digest, on both databases: in one transaction, once, whoever dies or comes at the same time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select, update

from storage import Database, OutboxQueue, SqlUnitOfWork, purge
from storage.digests import folded
from storage.outbox import OutboxItem
from storage.rows import speech_in
from storage.tables import outbox
from tests.contract.conftest import Town, town_on
from workflow.commands import Register
from workflow.digests import DIGEST
from workflow.model import Intent, Priority, Procedure, Speech
from workflow.region import Digest

RULE = Digest()


async def say(town: Town, *speeches: Speech) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        for speech in speeches:
            await uow.outbox.put(speech, town.clock.now())
        await uow.commit()


def steps(who: int, ticket: int, *keys: str) -> list[Speech]:
    return [Speech(who, key, {"was": "ACCEPTED"}, ticket_id=ticket, card="resident", fresh=bool(key)) for key in keys]


async def sent(town: Town, queue: OutboxQueue) -> list[OutboxItem]:
    """Everything that is said from now on, in its order."""
    said: list[OutboxItem] = []
    while items := await queue.claim(town.clock.now()):
        for item in items:
            said.append(item)
            await queue.sent(item, f"m{item.id}", town.clock.now())
    return said


async def an_outage(town: Town) -> int:
    """Five things wait for the resident since nine hours, among them an answer. The ticket's id."""
    ticket = await town.registered()
    await town.heard()
    who = town.people["resident"].id
    await say(town, *steps(who, ticket.id, "notices.dispatched", "", "notices.replied", "notices.reworked", "notices.resumed"))
    town.clock.move(hours=9)
    return ticket.id


async def test_after_a_long_outage_steps_are_one_message_and_the_answer_comes_whole(town: Town) -> None:
    ticket = await an_outage(town)
    said = await sent(town, OutboxQueue(town.database, RULE))
    assert [(item.speech.card, item.speech.key) for item in said] == [
        (DIGEST, "digest.away"), ("resident", "notices.replied"),
    ]  # fmt: skip
    assert said[0].speech.params["cases"] == [{"ticket": ticket, "was": "ACCEPTED", "face": "resident"}]
    assert await OutboxQueue(town.database).depth() == {"sent": 4, "folded": 4}


async def test_a_digest_is_nobodys_live_card(town: Town) -> None:
    ticket = await an_outage(town)
    queue = OutboxQueue(town.database, RULE)
    [first] = await queue.claim(town.clock.now())
    assert (first.speech.card, first.speech.ticket_id) == (DIGEST, ticket)
    await queue.sent(first, "the digest", town.clock.now())
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        about = await uow.about(town.people["resident"].id, "the digest")
        assert about is not None and about.ticket_id == ticket, "whoever answers it is heard"
        assert await uow.card(town.people["resident"].id, ticket) != "the digest"


async def test_a_short_outage_folds_nothing(town: Town) -> None:
    await an_outage(town)
    town.clock.move(hours=-8.5)
    said = await sent(town, OutboxQueue(town.database, RULE))
    assert [item.speech.key for item in said] == ["notices.dispatched", "", "notices.replied", "notices.reworked", "notices.resumed"]


async def test_a_fold_that_was_not_committed_never_was(town: Town) -> None:
    await an_outage(town)
    before = await kept(town.database)
    async with town.database.unit() as connection:
        who = town.people["resident"].id
        assert await folded(connection, town.database.vault, [who], town.clock.now(), RULE)
    assert await kept(town.database) == before
    assert len(await sent(town, OutboxQueue(town.database, RULE))) == 2


async def kept(database: Database) -> list[tuple[object, ...]]:
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(select(outbox).order_by(outbox.c.id))]


async def test_who_dies_between_folding_and_sending_leaves_all_of_it(town: Town) -> None:
    ticket = await an_outage(town)
    [lost] = await OutboxQueue(town.database, RULE).claim(town.clock.now())
    assert lost.speech.card == DIGEST
    town.clock.move(seconds=61)
    said = await sent(town, OutboxQueue(town.database, RULE))
    assert said[0].id == lost.id, "the same digest, not a second one"
    assert [item.speech.params.get("cases", [{}])[0].get("ticket") for item in said if item.speech.card == DIGEST] == [ticket]
    assert [item.speech.key for item in said] == ["digest.away", "notices.replied"]


async def test_several_processes_fold_once(town: Town) -> None:
    await an_outage(town)
    queues = [OutboxQueue(town.database, RULE) for _ in range(6)]
    claimed = [item for items in await asyncio.gather(*(queue.claim(town.clock.now()) for queue in queues)) for item in items]
    assert [item.speech.card for item in claimed].count(DIGEST) == 1
    for item in claimed:
        await queues[0].sent(item, "m", town.clock.now())
    said = claimed + await sent(town, queues[0])
    assert sorted(item.speech.key for item in said) == ["digest.away", "notices.replied"]


async def test_what_somebody_has_in_hand_is_left_to_them(town: Town) -> None:
    """Whoever is slow may still say it, and notes it late: nothing of the digest is lost by that."""
    await an_outage(town)
    [slow] = await OutboxQueue(town.database).claim(town.clock.now())
    await say(town, *steps(town.people["resident"].id, slow.speech.ticket_id or 0, "notices.resumed"))
    town.clock.move(seconds=61)
    queue = OutboxQueue(town.database, RULE)
    first, *_ = await queue.claim(town.clock.now())
    assert first.speech.card == DIGEST
    assert (await queue.depth())["folded"] == 4, "not the one that may be said at this moment"
    await queue.sent(slow, "late", town.clock.now())
    await queue.sent(first, "m", town.clock.now())
    assert [item.speech.key for item in await sent(town, queue)] == ["notices.replied"]
    assert await queue.depth() == {"sent": 5, "folded": 4}


async def test_an_emergency_overtakes_the_digest(town: Town) -> None:
    ticket = await an_outage(town)
    await say(town, Speech(town.people["resident"].id, "notices.page_hub", ticket_id=ticket, priority=Priority.URGENT))
    keys = [item.speech.key for item in await sent(town, OutboxQueue(town.database, RULE))]
    assert keys == ["notices.page_hub", "digest.away", "notices.replied"]


async def test_what_comes_while_the_digest_waits_joins_it(town: Town) -> None:
    ticket = await an_outage(town)
    queue = OutboxQueue(town.database, RULE)
    [digest] = await queue.claim(town.clock.now())
    await queue.retry(digest.id, town.clock.now() + timedelta(hours=1), "no server")
    other = await town.registered()
    await say(town, *steps(town.people["resident"].id, other.id, "notices.dispatched", "notices.resumed", "notices.reworked"))
    town.clock.move(hours=1)
    said = [item for item in await sent(town, queue) if item.owner == town.people["resident"].id]
    assert [item.speech.key for item in said] == ["notices.registered", "digest.away", "notices.replied"]
    assert [case["ticket"] for case in said[1].speech.params["cases"]] == [ticket, other.id]


async def test_forty_cards_are_a_list_and_the_newest(town: Town) -> None:
    worker = town.people["worker"].id
    tickets = [await town.registered() for _ in range(40)]
    await town.heard()
    await say(town, *(Speech(worker, "", ticket_id=ticket.id, card="staff", fresh=True) for ticket in tickets))
    said = await sent(town, OutboxQueue(town.database, RULE))
    assert said[0].speech.key == "digest.crowd" and len(said[0].speech.params["cases"]) == 35
    assert [item.speech.ticket_id for item in said if item.speech.fresh] == [ticket.id for ticket in tickets[-5:]]


async def test_an_anonymous_matter_has_a_digest_of_its_own(keyed: Database) -> None:
    town = await town_on(keyed)
    matter = Register("Litter by the gate", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", "990101001001", anonymous=True)
    veiled = await town.do("resident", matter)
    assert veiled is not None
    named = await an_outage(town)
    await say(town, *steps(town.people["resident"].id, veiled.id, "notices.dispatched", "", "notices.resumed", "notices.reworked"))
    town.clock.move(hours=9)
    said = [item for item in await sent(town, OutboxQueue(town.database, RULE)) if item.speech.card == DIGEST]
    assert {item.speech.ticket_id for item in said} == {named, veiled.id}
    assert len({item.owner for item in said}) == 2 and {item.contact.id for item in said} == {town.people["resident"].id}


async def test_what_was_folded_keeps_no_words_and_goes_with_what_was_sent(town: Town) -> None:
    await an_outage(town)
    await sent(town, OutboxQueue(town.database, RULE))
    async with town.database.reading() as connection:
        left = (await connection.execute(select(outbox.c.speech).where(outbox.c.status == "folded"))).scalars().all()
    assert left and all(set(row) == {"key", "card", "edits"} for row in left)
    await purge(town.database, town.clock.now() + timedelta(days=8))
    assert await OutboxQueue(town.database).depth() == {}


async def test_a_digest_that_was_given_up_is_tried_again_like_any_other(town: Town) -> None:
    await an_outage(town)
    queue = OutboxQueue(town.database, RULE)
    [digest] = await queue.claim(town.clock.now())
    await queue.dead(digest.id, "no answer")
    async with town.database.writing() as connection:
        await connection.execute(update(outbox).where(outbox.c.status == "dead").values(status="waiting"))
        stored = (await connection.execute(select(outbox).where(outbox.c.id == digest.id))).mappings().one()
    assert speech_in(stored["speech"], stored["contact_id"], town.database.vault) == digest.speech
    assert [item.speech.key for item in await sent(town, queue)] == ["digest.away", "notices.replied"]
