"""Every outcome of a door has its consequence; nothing is lost, nothing is sent twice without being counted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.delivery import STAFF_UNREACHABLE, UNREACHABLE, DeskKeeper
from app.relay import MAX_ATTEMPTS, MAX_FAILURES, MAX_UNKNOWNS, Item, Relay, backoff
from bot.doors import Failed, Moved, ReadyMessage, Rejected, RetryAfter, Sent, Unknown, Unreachable
from storage import OutboxQueue, SqlUnitOfWork
from tests.unit.app.bench import Bench
from workflow.commands import Register
from workflow.desk import Session
from workflow.model import Contact, Intent, Priority, Procedure, Speech, Ticket


class KeySpeaker:
    async def render(self, item: Item) -> ReadyMessage | None:
        return None if item.speech.key == "nothing" else ReadyMessage(item.speech.key)


class Gate:
    """A pace that lets nobody through until it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.asked = asyncio.Event()
        self.held: list[tuple[str, float]] = []
        self.urgent: list[bool] = []

    async def wait(self, address: str, kind: str, *, urgent: bool = False) -> None:
        self.urgent.append(urgent)
        self.asked.set()
        await self.opened.wait()

    def hold(self, address: str, seconds: float) -> None:
        self.held.append((address, seconds))


def a_relay(bench: Bench, pace: Gate | None = None) -> Relay:
    keeper = DeskKeeper(bench.desk)
    paces = {"test": pace} if pace is not None else {}
    return Relay(bench.queue, KeySpeaker(), {"test": bench.door}, keeper, bench.clock, random.Random(1), paces)


async def run(relay: Relay, times: int = 1) -> None:
    for _ in range(times):
        await relay.step()
        await relay.drain()


async def test_a_contact_hears_in_order_and_urgent_first(bench: Bench) -> None:
    who = bench.resident.id
    await bench.say(Speech(who, "one"), Speech(who, "two"), Speech(who, "fire", priority=Priority.URGENT))
    await run(a_relay(bench), times=4)
    assert [text for _, text in bench.door.sent] == ["fire", "one", "two"]
    assert await bench.queue.depth() == {"sent": 3}


async def test_what_has_nothing_to_say_any_more_is_done(bench: Bench) -> None:
    await bench.say(Speech(bench.resident.id, "nothing"))
    await run(a_relay(bench))
    assert bench.door.sent == []
    assert await bench.queue.depth() == {"sent": 1}


async def test_retry_after_is_honoured_for_its_contact_alone(bench: Bench) -> None:
    bench.door.outcomes = [RetryAfter(30)]
    await bench.say(Speech(bench.resident.id, "one"))
    relay = a_relay(bench)
    await run(relay, times=2)
    await bench.say(Speech(bench.officer.id, "other"))
    await run(relay)
    assert [text for _, text in bench.door.sent] == ["one", "other"]
    bench.clock.move(seconds=31)
    await run(relay)
    assert bench.door.sent[-1] == ("a", "one")


class LastWords(OutboxQueue):
    """As if the process died where a message would be given up."""

    async def dead(self, item_id: int, why: str) -> None:
        raise KeyboardInterrupt


async def test_the_hub_hears_of_who_left_though_the_process_dies_then(bench: Bench) -> None:
    bench.door.outcomes = [Unreachable("forbidden"), Unreachable("forbidden")]
    await bench.say(Speech(bench.resident.id, "one"))
    item = (await bench.queue.claim(bench.clock.now()))[0]
    dying = Relay(LastWords(bench.database), KeySpeaker(), {"test": bench.door}, DeskKeeper(bench.desk), bench.clock, random.Random(1))
    with pytest.raises(KeyboardInterrupt):
        await dying._deliver(item)
    assert (await bench.contact(bench.resident.id)).unreachable
    await bench.queue.take_over()
    await run(a_relay(bench))
    assert await bench.queue.depth() == {"dead": 1}


async def test_throttling_never_kills_a_message(bench: Bench) -> None:
    bench.door.outcomes = [RetryAfter(30) for _ in range(MAX_ATTEMPTS * 2)]
    await bench.say(Speech(bench.resident.id, "one"))
    relay = a_relay(bench)
    for _ in range(MAX_ATTEMPTS * 2 + 1):
        await run(relay)
        bench.clock.move(seconds=31)
    assert await bench.queue.depth() == {"sent": 1}


async def test_one_throttled_chat_is_held_and_an_urgent_word_waits_with_it(bench: Bench) -> None:
    gate = Gate()
    gate.opened.set()
    bench.door.outcomes = [RetryAfter(30)]
    await bench.say(Speech(bench.resident.id, "one"))
    await run(a_relay(bench, gate))
    assert gate.held == [("a", 30)]
    bench.door.outcomes = [RetryAfter(30, whole_door=True)]
    await bench.say(Speech(bench.officer.id, "other"))
    await run(a_relay(bench, gate))
    assert gate.held == [("a", 30)], "the whole door is held by the relay"


async def test_the_pace_is_told_what_is_urgent(bench: Bench) -> None:
    gate = Gate()
    gate.opened.set()
    await bench.say(Speech(bench.resident.id, "digest", priority=Priority.DIGEST))
    await bench.say(Speech(bench.officer.id, "fire", priority=Priority.URGENT))
    await run(a_relay(bench, gate))
    assert gate.urgent == [True, False], "claimed first, too"


async def test_no_more_is_claimed_than_can_be_sent_before_a_lease_ends(bench: Bench) -> None:
    async def crowd(session: Session) -> None:
        for number in range(250):
            contact = await session.uow.contacts.add(Contact(0, "test", f"c{number}"))
            await session.say(Speech(contact.id, "one"))

    await bench.desk.serve("crowd", crowd)
    gate = Gate()
    relay = a_relay(bench, gate)
    await relay.step()
    await relay.step()
    assert len(relay._busy) == 200
    await bench.say(Speech(bench.officer.id, "fire", priority=Priority.URGENT))
    gate.opened.set()
    await run(relay, times=3)
    assert [text for _, text in bench.door.sent].index("fire") == 200, "the next place is the urgent one's"
    assert await bench.queue.depth() == {"sent": 251}


async def test_the_end_does_not_wait_for_a_slow_pace(bench: Bench) -> None:
    gate = Gate()
    await bench.say(Speech(bench.resident.id, "one"))
    relay = a_relay(bench, gate)
    await relay.step()
    async with asyncio.timeout(5):
        await gate.asked.wait()
        await relay.stop()
    assert bench.door.sent == []
    await run(a_relay(bench))  # after the restart, without waiting for a lease
    assert bench.door.sent == [("a", "one")]


async def test_a_server_that_fails_is_tried_for_hours(bench: Bench) -> None:
    bench.door.outcomes = [Failed("502") for _ in range(MAX_FAILURES)]
    await bench.say(Speech(bench.resident.id, "one"))
    relay = a_relay(bench)
    for _ in range(MAX_ATTEMPTS * 2):
        await run(relay)
        bench.clock.move(minutes=10)
    assert await bench.queue.depth() == {"waiting": 1}
    for _ in range(MAX_FAILURES):
        await run(relay)
        bench.clock.move(minutes=10)
    assert await bench.queue.depth() == {"dead": 1}


async def test_a_door_that_wants_silence_gets_it_from_all(bench: Bench) -> None:
    bench.door.outcomes = [RetryAfter(30, whole_door=True)]
    await bench.say(Speech(bench.resident.id, "one"))
    relay = a_relay(bench)
    await run(relay)
    await bench.say(Speech(bench.officer.id, "other"))
    await run(relay)
    assert len(bench.door.sent) == 1
    bench.clock.move(seconds=31)
    await run(relay)
    assert len(bench.door.sent) == 3


async def registered(bench: Bench) -> Ticket:
    async def work(session: Session) -> Ticket:
        matter = Register("Litter by the gate", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", "990101001001")
        return await session.do(await session.actor(bench.resident), matter)

    ticket = await bench.desk.serve("register", work)
    assert ticket is not None
    await run(a_relay(bench), times=3)
    bench.door.sent.clear()
    return ticket


async def test_who_blocked_us_is_marked_and_the_hub_hears_of_it_once(bench: Bench) -> None:
    ticket = await registered(bench)
    bench.door.outcomes = [Unreachable("blocked"), Unreachable("blocked")]
    await bench.say(Speech(bench.resident.id, "one", ticket_id=ticket.id), Speech(bench.resident.id, "two", ticket_id=ticket.id))
    await run(a_relay(bench), times=4)
    assert (await bench.contact(bench.resident.id)).unreachable
    assert bench.door.sent.count(("hub", UNREACHABLE)) == 1
    assert (await bench.queue.depth())["dead"] == 2


async def test_the_hub_hears_also_of_somebody_who_said_goodbye_before(bench: Bench) -> None:
    ticket = await registered(bench)

    async def leave(session: Session) -> None:
        await session.uow.contacts.save(replace(bench.resident, unreachable=True))

    await bench.desk.serve("left", leave)
    bench.door.outcomes = [Unreachable("blocked")]
    await bench.say(Speech(bench.resident.id, "one", ticket_id=ticket.id))
    await run(a_relay(bench), times=3)
    assert bench.door.sent[-1] == ("hub", UNREACHABLE)


async def test_a_handler_out_of_reach_is_not_called_a_resident(bench: Bench) -> None:
    ticket = await registered(bench)
    worker = await bench.contact(bench.officer.id + 1)
    bench.door.outcomes = [Unreachable("blocked")]
    await bench.say(Speech(worker.id, "one", ticket_id=ticket.id))
    await run(a_relay(bench), times=3)
    assert bench.door.sent[-1] == ("hub", STAFF_UNREACHABLE)


async def test_what_a_door_rejects_is_a_dead_letter(bench: Bench) -> None:
    bench.door.outcomes = [Rejected("bad entities")]
    await bench.say(Speech(bench.resident.id, "one"), Speech(bench.resident.id, "two"))
    await run(a_relay(bench), times=2)
    assert await bench.queue.depth() == {"dead": 1, "sent": 1}


async def test_an_unknown_fate_is_tried_ten_times_over_hours_and_then_given_up(bench: Bench) -> None:
    bench.door.outcomes = [Unknown("timed out") for _ in range(MAX_UNKNOWNS)]
    await bench.say(Speech(bench.resident.id, "one"))
    relay = a_relay(bench)
    begun = bench.clock.now()
    while (await bench.queue.depth()).get("waiting"):
        await run(relay)
        bench.clock.move(minutes=5)
    assert len(bench.door.sent) == MAX_UNKNOWNS, "nobody hears it oftener"
    assert await bench.queue.depth() == {"dead": 1}
    assert bench.clock.now() - begun > timedelta(hours=1, minutes=30)


async def test_one_unknown_fate_after_hours_of_failures_gives_nothing_up(bench: Bench) -> None:
    bench.door.outcomes = [*(Failed("502") for _ in range(MAX_ATTEMPTS * 3)), Unknown("timed out")]
    await bench.say(Speech(bench.resident.id, "one"))
    relay = a_relay(bench)
    for _ in range(MAX_ATTEMPTS * 3 + 2):
        await run(relay)
        bench.clock.move(hours=1)
    assert await bench.queue.depth() == {"sent": 1}


async def test_a_clock_set_back_holds_no_message_for_as_long(bench: Bench) -> None:
    """What waits, what was lent when a process died, and a door's silence: all written by the clock as it was."""
    bench.door.outcomes = [Failed("502"), RetryAfter(30, whole_door=True)]
    await bench.say(Speech(bench.resident.id, "one"))
    relay = a_relay(bench)
    await run(relay)
    bench.clock.move(days=-1)
    await run(relay, times=2)
    bench.clock.move(days=-1)
    await run(relay)
    assert len(bench.door.sent) == 3
    await bench.say(Speech(bench.resident.id, "two"))
    await bench.queue.claim(bench.clock.now())  # the process died here
    bench.clock.move(days=-1)
    await run(a_relay(bench))
    assert bench.door.sent[-1] == ("a", "two")


async def test_a_moved_chat_is_followed(bench: Bench) -> None:
    bench.door.outcomes = [Moved("b")]
    await bench.say(Speech(bench.resident.id, "one"))
    await run(a_relay(bench), times=2)
    assert [address for address, _ in bench.door.sent] == ["a", "b"]


async def test_a_chat_that_moved_to_a_known_one_leaves_its_post_there(bench: Bench) -> None:
    async def settle(session: Session) -> int:
        return (await session.uow.contacts.add(Contact(0, "test", "b", "group"))).id

    there = await bench.desk.serve("settle b", settle)
    bench.door.outcomes = [Moved("b")]
    await bench.say(Speech(bench.officer.id, "one"))
    await run(a_relay(bench), times=3)
    assert await bench.queue.depth() == {"dead": 1}, "it does not go round for ever"
    async with SqlUnitOfWork(bench.database) as uow:
        assert there is not None
        assert [post.unit for post in await uow.posts.of_contact(there)] == ["hub"]
        assert await uow.posts.of_contact(bench.officer.id) == ()


async def test_a_restart_during_a_send_repeats_it_once_the_lease_ran_out(bench: Bench) -> None:
    await bench.say(Speech(bench.resident.id, "one"))
    await bench.queue.claim(bench.clock.now())  # the process died here
    await run(a_relay(bench))
    assert bench.door.sent == []
    bench.clock.move(seconds=61)
    await run(a_relay(bench))
    assert bench.door.sent == [("a", "one")]


@pytest.mark.parametrize("attempts", [0, 3, 9, 40])
def test_backoff_grows_is_spread_and_capped(attempts: int) -> None:
    wait: Callable[[int], timedelta] = lambda seed: backoff(attempts, random.Random(seed))  # noqa: E731  # one seed, one wait
    longest = min(2.0**attempts, 600)
    waits = {wait(seed).total_seconds() for seed in range(20)}
    assert all(longest / 2 <= seconds <= longest for seconds in waits)
    assert len(waits) > 10


def outcome_names() -> set[str]:
    return {kind.__name__ for kind in Sent.__args__}


def test_no_outcome_was_forgotten_here() -> None:
    assert outcome_names() == {"Delivered", "RetryAfter", "Unreachable", "Rejected", "Unknown", "Failed", "Moved"}
