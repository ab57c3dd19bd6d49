from __future__ import annotations

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pacing import ALL_AT_ONCE, ALL_GAP, ALL_MESSAGES, CHAT_BURST, CHAT_SECONDS, GROUP_MESSAGES, Pace, Pacing

Wish = tuple[str, str, float]
_KINDS = {"1": "private", "2": "private", "-3": "group"}
WISHES = st.lists(st.tuples(st.sampled_from(sorted(_KINDS)), st.floats(0, 3)), max_size=120)
CROWD = st.lists(st.tuples(st.integers(1, 60).map(str), st.just(0.0)), max_size=120)


def played(wishes: list[tuple[str, float]]) -> list[Wish]:
    """Sends each wish as soon as it may; the times at which they went."""
    pacing, now, sent = Pacing(), 100.0, []
    for chat, gap in wishes:
        kind = _KINDS.get(chat, "private")
        now += gap
        now += pacing.when(chat, kind, now)
        assert pacing.when(chat, kind, now) <= 1e-5
        pacing.took(chat, kind, now)
        sent.append((chat, kind, now))
    return sent


def most_within(times: list[float], seconds: float) -> int:
    return max((sum(1 for later in times if at <= later < at + seconds - 1e-4) for at in times), default=0)


@given(WISHES)
def test_no_chat_gets_more_than_telegram_allows(wishes: list[tuple[str, float]]) -> None:
    sent = played(wishes)
    for chat, kind in _KINDS.items():
        times = [at for name, _, at in sent if name == chat]
        if kind == "group":
            assert most_within(times, 60) <= GROUP_MESSAGES
        else:
            for seconds in (1, 5, 30):
                assert most_within(times, seconds) <= CHAT_BURST + seconds


@given(st.one_of(WISHES, CROWD))
def test_all_together_stay_below_thirty_a_second(wishes: list[tuple[str, float]]) -> None:
    times = [at for *_, at in played(wishes)]
    assert most_within(times, 1) <= ALL_MESSAGES
    assert most_within(times, ALL_GAP) <= ALL_AT_ONCE, "evenly: a late one must not meet those of the next second"


@given(WISHES)
def test_nobody_waits_without_need(wishes: list[tuple[str, float]]) -> None:
    """A chat that was silent for a minute is served at once."""
    pacing, now = Pacing(), 0.0
    for chat, at in [(chat, at) for chat, _, at in played(wishes)]:
        pacing.took(chat, _KINDS[chat], at)
        now = at
    assert all(pacing.when(chat, kind, now + 60 + CHAT_BURST + len(wishes)) == 0 for chat, kind in _KINDS.items())


def test_the_pace_of_a_private_chat() -> None:
    sent = [at for *_, at in played([("1", 0.0)] * 6)]
    assert [round(later - earlier, 3) for earlier, later in pairwise(sent)] == [0, 0, *[CHAT_SECONDS] * 3]


def test_a_flood_in_one_chat_does_not_hold_another() -> None:
    pacing = Pacing()
    pacing.hold("1", 30, 0)
    pacing.hold("1", 5, 0)
    assert pacing.when("1", "private", 10) == 20
    assert pacing.when("2", "private", 10) == 0


async def test_an_urgent_word_takes_the_next_free_place() -> None:
    """However many others wait for theirs; and a chat that is held is nobody's reason to step aside."""
    now, sleepers, sent = [0.0], list[tuple[float, asyncio.Event]](), list[str]()

    async def sleep(seconds: float) -> None:
        woken = asyncio.Event()
        sleepers.append((now[0] + seconds, woken))
        await woken.wait()

    pace = Pace(lambda: now[0], sleep)
    pace.hold("held", 500)

    async def send(chat: str, *, urgent: bool) -> None:
        await pace.wait(chat, "private", urgent=urgent)
        sent.append(chat)

    async with asyncio.TaskGroup() as group:
        for number in range(ALL_MESSAGES * 3):
            group.create_task(send(f"digest {number}", urgent=False))
        group.create_task(send("held", urgent=True))
        await asyncio.sleep(0)
        group.create_task(send("fire", urgent=True))
        while len(sent) < ALL_MESSAGES * 3 + 2:
            await asyncio.sleep(0)
            if sleepers and len(sent) + len(sleepers) == ALL_MESSAGES * 3 + 2:
                sleepers.sort(key=lambda entry: entry[0])
                now[0], woken = sleepers.pop(0)
                woken.set()
    assert sent.index("fire") == ALL_AT_ONCE
    assert sent[-1] == "held"
    assert now[0] == 500


async def test_the_loop_waits_as_long_as_told() -> None:
    now, waits = [0.0], list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds, 3))
        now[0] += seconds

    pace = Pace(lambda: now[0], sleep)
    for _ in range(5):
        await pace.wait("1", "private")
    assert waits == [CHAT_SECONDS] * 2
