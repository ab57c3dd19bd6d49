"""Original words in the console: a form of one's own, a reason, one page, one row in the log."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.privacy_tables import unmaskings
from tests.console.conftest import House
from tests.keys import a_vault
from workflow.commands import Register
from workflow.model import Intent, Procedure, Role, Ticket

PHONE = "13800138000"


async def a_ticket(house: House, procedure: Procedure = Procedure.GRID_EVENT) -> Ticket:
    object.__setattr__(house.town.database, "vault", a_vault())
    ticket = await house.town.do("resident", Register(f"<b>Litter</b> {PHONE}", procedure, Intent.COMPLAIN, "T1", "990101001001"))
    assert ticket is not None
    return ticket


async def looks(house: House) -> list[str]:
    async with house.town.database.reading() as connection:
        return list((await connection.execute(select(unmaskings.c.reason))).scalars())


async def test_the_hubs_officer_sees_them_once_for_a_reason(house: House) -> None:
    ticket = await a_ticket(house)
    officer = await house.enters(await house.code_of("officer"))
    path = f"/console/tickets/{ticket.number}"
    page = await officer.reads(path)
    assert f'action="{path}/original"' in page and PHONE not in page
    answer = await officer.posts(f"{path}/original", token=await officer.form_token(), reason="to call back")
    shown = await answer.text()
    assert answer.status == 200 and PHONE in shown and "&lt;b&gt;" in shown and answer.headers["Cache-Control"] == "no-store"
    again = await officer.reads(path)
    assert PHONE not in again and "to call back" in again
    assert await looks(house) == ["to call back"]


async def test_no_form_of_another_site_and_no_empty_reason(house: House) -> None:
    ticket = await a_ticket(house)
    officer = await house.enters(await house.code_of("officer"))
    path = f"/console/tickets/{ticket.number}/original"
    for fields in ({"reason": "x"}, {"reason": "x", "token": "0" * 64}, {"reason": "  ", "token": await officer.form_token()}):
        answer = await officer.posts(path, **fields)
        assert answer.status == 403 and PHONE not in await answer.text()
    await officer.reads(path, 405)
    assert await looks(house) == []


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN])
async def test_who_only_watches_is_refused(house: House, role: Role) -> None:
    ticket = await a_ticket(house)
    visitor = await house.holds(role)
    path = f"/console/tickets/{ticket.number}"
    assert f"{path}/original" not in await visitor.reads(path)
    answer = await visitor.posts(f"{path}/original", token=await visitor.form_token(), reason="curious")
    assert answer.status == 403 and PHONE not in await answer.text() and await looks(house) == []


async def test_a_report_is_not_even_there(house: House) -> None:
    ticket = await a_ticket(house, Procedure.PETITION_REPORT)
    for visitor in (await house.enters(await house.code_of("officer")), await house.holds(Role.SUPERVISOR)):
        path = f"/console/tickets/{ticket.number}/original"
        assert (await visitor.posts(path, token=await visitor.form_token(), reason="x")).status == 404
    assert await looks(house) == []
