"""Thanks are counted once, by place and topic, and shown to whom they concern."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from storage import ConsoleViews, SqlUnitOfWork
from storage.tables import praises
from tests.contract.conftest import Town
from workflow.policy import Reach
from workflow.praise import SHOWN, Praise

SPRING, HILL, CITY = "990101001001", "990101001", "9901"


async def counted(town: Town, *given: Praise) -> list[bool]:
    async with SqlUnitOfWork(town.database) as uow:
        found = [await uow.praises.count(praise) for praise in given]
        await uow.commit()
    return found


def a_praise(town: Town, praise_id: str = "p1", place: str = SPRING, topic: str = "T1") -> Praise:
    return Praise(praise_id, town.clock.now(), place, topic, "7.abc")


async def seen(town: Town, *places: str) -> dict[tuple[str, str], int]:
    since = town.clock.now() - SHOWN
    found = await ConsoleViews(town.database).praised([Reach(place) for place in places], since)
    assert found.total == sum(found.counts.values())
    return dict(found.counts)


async def test_the_same_thanks_count_once(town: Town) -> None:
    praise = a_praise(town)
    assert await counted(town, praise, replace(praise, place=HILL), a_praise(town, "p2")) == [True, False, True]
    assert await counted(town, praise) == [False]
    assert await seen(town, CITY) == {(SPRING, "T1"): 2}


async def test_what_is_taken_back_is_not_counted(town: Town) -> None:
    await counted(town, a_praise(town), a_praise(town, "p2"))
    async with SqlUnitOfWork(town.database) as uow:
        for praise_id in ("p1", "p1", "unknown"):
            await uow.praises.take_back(praise_id)
        await uow.commit()
    assert await seen(town, CITY) == {(SPRING, "T1"): 1}


async def test_each_reach_counts_its_own_and_none_counts_nothing(town: Town) -> None:
    await counted(town, a_praise(town), a_praise(town, "p2"), a_praise(town, "p3", HILL, ""))
    await counted(town, a_praise(town, "p4", CITY), a_praise(town, "p5", "990102"))
    assert list((await seen(town, HILL)).items()) == [((SPRING, "T1"), 2), ((HILL, ""), 1)], "most often first"
    assert await seen(town, "990102", HILL) == {(SPRING, "T1"): 2, (HILL, ""): 1, ("990102", "T1"): 1}
    assert sum((await seen(town, CITY)).values()) == 5
    assert await seen(town) == {}


async def test_older_ones_are_not_shown(town: Town) -> None:
    await counted(town, a_praise(town))
    town.clock.move(hours=SHOWN / timedelta(hours=1))
    assert await seen(town, CITY) == {(SPRING, "T1"): 1}
    town.clock.move(hours=1)
    assert await seen(town, CITY) == {}


async def test_a_row_says_when_where_and_about_what_alone(town: Town) -> None:
    await counted(town, a_praise(town))
    async with town.database.reading() as connection:
        [row] = (await connection.execute(select(praises))).mappings()
    assert dict(row) == {"id": "p1", "at": town.clock.now(), "place": SPRING, "topic": "T1", "version": "7.abc"}
