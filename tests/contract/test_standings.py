"""Mutes and counts beside a contact: two halves that do not undo each other, sealed, and gone when they are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from storage import SqlUnitOfWork
from storage.standing_tables import standings
from storage.standings import sweep
from tests.contract.conftest import Town, database, town
from workflow.standing import Muting, Pace, Standing

__all__ = ["database", "town"]
HOUR = timedelta(hours=1)


async def known(town: Town) -> Standing | None:
    async with SqlUnitOfWork(town.database) as uow:
        person = town.people["resident"]
        found, again = await uow.contacts.by_address(person.door, person.address), await uow.contacts.get(person.id)
    assert found is not None and found == again
    return found.standing


async def written(town: Town, muting: Muting | None = None, pace: Pace | None = None, until: datetime | None = None) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        if pace is not None and until is not None:
            await uow.contacts.pace(town.people["resident"].id, pace, until)
        else:
            await uow.contacts.mute(town.people["resident"].id, muting)
        await uow.commit()


async def test_the_halves_do_not_undo_each_other_and_end_by_themselves(town: Town) -> None:
    now, person = town.clock.now(), town.people["resident"]
    assert await known(town) is None
    muting, pace = Muting(now + 2 * HOUR, 1, "QC-1", 9), Pace(now, 31, told=True, words="what was not taken")
    await written(town, muting)
    await written(town, pace=pace, until=now + HOUR)
    assert await known(town) == Standing(muting, pace)
    await written(town, None)
    assert await known(town) == Standing(None, pace)
    await written(town, muting)
    assert await sweep(town.database, now + HOUR) == 0
    assert await known(town) == Standing(muting, None)
    assert await sweep(town.database, now + 2 * HOUR) == 1
    assert await known(town) is None
    # What else is known of the contact is saved as before.
    async with SqlUnitOfWork(town.database) as uow:
        await uow.contacts.save(person)
        await uow.commit()


async def test_two_at_once_both_stand(town: Town) -> None:
    now = town.clock.now()
    muting, pace = Muting(now + HOUR, 1, "QC-1", 9), Pace(now, 9)
    await written(town, pace=pace, until=now + HOUR)
    seen = await known(town)  # one who has read it before
    await written(town, muting)
    assert seen is not None and seen.pace is not None
    await written(town, pace=Pace(seen.pace.since, 10), until=now + HOUR)
    assert await known(town) == Standing(muting, Pace(now, 10))
    async with town.database.reading() as connection:
        rows = (await connection.execute(select(standings))).mappings().all()
    assert len(rows) == 1 and rows[0]["muted_until"] == now + HOUR
