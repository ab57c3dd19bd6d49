"""The schema back by two steps and forward again, on both databases: what the older one knows stays, what it does not know is gone.

Operators have no command for it (`check` says that migrations go forward only); a restore of an older version may need it all the same.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from alembic import command
from sqlalchemy import Connection, inspect, text

from storage import ConsoleAccess, SqlUnitOfWork, migrate
from storage.migrate import config
from tests.contract.conftest import Town, database, town
from workflow.console import SignInCode
from workflow.desk import Session
from workflow.standing import Muting, Pace

__all__ = ["database", "town"]
UNKNOWN = {"standings", "ticket_counts", "ticket_count_changes", "alembic_version"}


async def session_of(town: Town, who: str) -> str:
    code = "0" * 32

    async def work(session: Session) -> None:
        hashed = hashlib.sha256(code.encode()).hexdigest()
        await session.uow.sign_ins.add(SignInCode(hashed, town.people[who].id, session.now + timedelta(minutes=5)))

    await town.desk.serve("code", work)
    token = await ConsoleAccess(town.database, town.clock).exchange(code)
    assert token is not None
    return token


async def rows(town: Town) -> dict[str, int]:
    """Table → how many rows."""
    async with town.database.reading() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        found = {}
        for name in sorted(set(names) - UNKNOWN):
            found[name] = int((await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one())  # noqa: S608  # our own
    return found


def back(connection: Connection) -> None:
    command.downgrade(config(connection), "0011")


async def test_back_and_forward_again_nothing_is_lost_but_what_the_older_schema_does_not_know(town: Town) -> None:
    now, access = town.clock.now(), ConsoleAccess(town.database, town.clock)
    ticket, token = await town.registered(), await session_of(town, "officer")
    async with SqlUnitOfWork(town.database) as uow:
        resident = town.people["resident"].id
        await uow.contacts.mute(resident, Muting(now + timedelta(days=1), ticket.id, ticket.number, 9))
        await uow.contacts.pace(resident, Pace(now, 31), now + timedelta(hours=1))
        await uow.commit()
    assert await access.visitor(token) is not None
    before = await rows(town)
    assert before["outbox"] and before["tickets"] and before["console_sessions"] == 1

    async with town.database.writing() as connection:
        await connection.run_sync(back)
    assert await rows(town) == before
    await migrate(town.database)
    assert await rows(town) == before

    async with SqlUnitOfWork(town.database) as uow:
        person = town.people["resident"]
        contact, again = await uow.contacts.by_address(person.door, person.address), await uow.tickets.by_number(ticket.number)
    assert contact is not None and contact.standing is None, "a mute does not outlive a schema that knows none"
    assert again == ticket
    assert await access.visitor(token) is None, "a session without its family is over: sign in again"
    assert (await town.registered()).number != ticket.number, "the counter goes on"
