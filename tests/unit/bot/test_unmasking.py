"""Original words: who may see them, at what price, and what the resident sees of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from storage import SqlUnitOfWork
from storage.privacy_tables import unmaskings
from storage.tables import outbox
from tests.keys import a_vault
from tests.unit.bot.test_staff import PHONE, Office
from tests.unit.bot.test_staff import office as plain_office
from workflow.commands import Register
from workflow.model import Intent, Procedure, Role, Ticket

__all__ = ["plain_office"]


@pytest.fixture
async def office(plain_office: Office) -> Office:
    """The same people, at a database with keys."""
    object.__setattr__(plain_office.database, "vault", a_vault())
    async with SqlUnitOfWork(plain_office.database) as uow:
        who = plain_office.people["resident"]
        plain_office.people["resident"] = replace(who, name="Ann of the mill")
        await uow.contacts.save(plain_office.people["resident"])
        await uow.commit()
    return plain_office


async def looks(office: Office, who: str, ticket: Ticket, reason: str = "to find the gate") -> str:
    """What the person has on the screen at the end."""
    toast = await office.press(who, f"s:original:{ticket.id}")
    if toast:
        return toast
    await office.write(who, reason)
    return office.last(who).html


async def logged(office: Office) -> list[tuple[int, str, str, str]]:
    async with office.database.reading() as connection:
        found = await connection.execute(select(unmaskings).order_by(unmaskings.c.id))
        return [(row.contact_id, row.role, row.fields, row.reason) for row in found]


async def test_whoever_handles_it_sees_the_words_once_and_leaves_a_trace(office: Office) -> None:
    ticket = await office.handling()
    assert PHONE not in "".join(ready.html for ready in office.screen["worker"])
    assert f"s:original:{ticket.id}" in [button.data for line in office.last("worker").buttons for button in line]
    shown = await looks(office, "worker", ticket)
    assert PHONE in shown and "Ann of the mill" in shown
    fading = [ready.fades for ready in office.screen["worker"] if PHONE in ready.html]
    assert len(fading) == 1 and ticket.number in fading[0] and PHONE not in fading[0]
    worker = office.people["worker"].id
    assert await logged(office) == [(worker, Role.GRID_WORKER.value, "name,ticket.text", "to find the gate")]
    assert "to find the gate" in office.last("resident").html
    async with SqlUnitOfWork(office.database, reading=True) as uow:
        (event,) = [event for event in await uow.tickets.events(ticket.id) if event.kind == "unmasked"]
    assert (event.actor_id, event.actor_role, event.reason) == (worker, Role.GRID_WORKER, "to find the gate")
    async with office.database.reading() as connection:
        assert PHONE not in str((await connection.execute(select(outbox))).all())


async def test_without_a_reason_nothing_is_shown(office: Office) -> None:
    ticket = await office.handling()
    await office.press("worker", f"s:original:{ticket.id}")
    await office.write("worker", "   ")
    assert PHONE not in office.last("worker").html and await logged(office) == []
    await office.press("worker", f"s:cancel:{ticket.id}")
    await office.write("worker", "never mind")
    assert await logged(office) == []


@pytest.mark.parametrize("who", ["bureau", "supervisor", "counter", "resident"])
async def test_who_does_not_handle_it_is_refused(office: Office, who: str) -> None:
    ticket = await office.handling()
    assert PHONE not in await looks(office, who, ticket) if who != "resident" else True
    if who == "resident":
        assert await office.press(who, f"s:original:{ticket.id}") != ""
    assert await logged(office) == []


async def test_a_group_is_shown_nothing(office: Office) -> None:
    ticket = await office.handling()
    toast = await office.press("worker", f"s:original:{ticket.id}", "group")
    assert toast and PHONE not in toast
    await office.write("worker", "why not", "group")
    assert await logged(office) == []


async def test_who_asked_to_be_nameless_is_named_to_nobody(office: Office) -> None:
    matter = Register(f"Litter, call {PHONE}", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", "990101001001", anonymous=True)
    ticket = await office.do("resident", matter)
    shown = await looks(office, "officer", ticket)
    assert PHONE in shown and "Ann" not in shown
    assert [fields for _, _, fields, _ in await logged(office)] == ["ticket.text"]


async def test_a_report_is_the_counters_alone(office: Office) -> None:
    ticket = await office.registered(Procedure.PETITION_REPORT)
    for who in ("officer", "supervisor", "worker"):
        assert PHONE not in await looks(office, who, ticket)
    assert PHONE in await looks(office, "counter", ticket)


async def test_the_log_of_looks_can_not_be_changed(office: Office) -> None:
    ticket = await office.handling()
    await looks(office, "worker", ticket)
    for statement in (unmaskings.update().values(reason="nothing"), unmaskings.delete()):
        with pytest.raises(SQLAlchemyError):
            async with office.database.writing() as connection:
                await connection.execute(statement)
    assert len(await logged(office)) == 1


async def test_the_person_who_asked_reads_the_answer_as_it_was_written(office: Office) -> None:
    ticket = await office.handling()
    await office.press("worker", f"s:reply:{ticket.id}")
    await office.write("worker", f"Clean. Call {PHONE} next time")
    await office.press("worker", f"s:hand:{ticket.id}")
    assert PHONE not in office.last("officer").html
    await office.press("officer", f"m:release:{ticket.id}:0")
    assert PHONE in office.last("resident").html
    assert PHONE not in (await office.ticket(ticket.id)).result
