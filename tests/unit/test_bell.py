"""A reader of the web chat misses no ring."""

from __future__ import annotations

import asyncio

from web.ports import Bell


async def test_a_ring_between_the_look_and_the_wait_is_heard() -> None:
    bell = Bell()
    ring = bell.listen("a")
    bell.ring("a")
    async with asyncio.timeout(1):
        await bell.wait(ring, 60)


async def test_two_who_wait_hear_the_same_ring_and_silence_ends() -> None:
    bell = Bell()
    first, second = bell.listen("a"), bell.listen("a")
    bell.ring("b")
    await bell.wait(first, 0.01)
    assert not second.is_set()
    bell.ring("a")
    assert first.is_set() and second.is_set()
    assert not bell.listen("a").is_set()


async def test_nothing_is_kept_of_those_who_went_away() -> None:
    bell = Bell()
    for number in range(1000):
        await bell.wait(bell.listen(f"gone-{number}"), 0)
    staying = bell.listen("here")
    assert bell.listeners == 1
    bell.ring("here")
    assert staying.is_set()
