"""Every role × every route and method, against one table (web.csv). A route that the table does not name fails, and is refused besides."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.console.conftest import House, Visitor, database, house, town
from web.ways import WAYS, Need
from workflow.model import Contact, Post, Procedure, Role

__all__ = ["database", "house", "town"]
TABLE = Path(__file__).with_name("web.csv")
POSTS: dict[str, tuple[Role, str, str]] = {
    "officer elsewhere": (Role.HUB_OFFICER, "hub", "990101002"), "supervisor elsewhere": (Role.SUPERVISOR, "", "990102"),
    "auditor": (Role.AUDITOR, "", "9901"), "admin": (Role.ADMIN, "", "9901"), "admin of a county": (Role.ADMIN, "", "990101"),
}  # fmt: skip
FIELDS = {"/console/tickets/{number}/original": {"reason": "to call back"}, "/console/try": {"text": "litter"}}


def table() -> tuple[list[str], dict[tuple[str, str], dict[str, int]]]:
    """People, and what each gets: (method, path) → person → status."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        head, *rows = [row for row in csv.reader(file, skipinitialspace=True) if row and not row[0].startswith("#")]
    people = head[2:]
    return people, {(row[0], row[1]): dict(zip(people, map(int, row[2:]), strict=True)) for row in rows}


async def comes(house: House, name: str) -> Visitor:
    if name == "nobody":
        return await house.stranger()
    if name in POSTS and name not in house.town.people:
        made = await _appointed(house, name)
        house.town.people[name] = made
    visitor = await house.stranger()
    assert (await visitor.signs_in(await house.code_of(name))).status == 303
    return visitor


async def _appointed(house: House, name: str) -> Contact:
    async with house.town.desk.units_of_work() as uow:
        contact = await uow.contacts.add(Contact(0, "test", name, consented_at=house.town.clock.now()))
        await uow.posts.add(Post(0, contact.id, *POSTS[name]))
        await uow.commit()
    return contact


async def asks(house: House, visitor: Visitor, method: str, path: str, number: str) -> int:
    house.town.clock.move(seconds=61)  # what is counted by the minute is not what is tried here
    filled = path.replace("{number}", number).replace("{sha}", "0" * 64)
    fields = dict(FIELDS.get(path, {}))
    if method == "POST" and WAYS[method, path] is Need.CONSOLE:
        front = await visitor.client.get("/console", allow_redirects=False)
        fields["token"] = await visitor.form_token() if front.status == 200 else "0" * 64
    answer = await visitor.client.request(method, filled, allow_redirects=False, data=fields or None)
    await answer.read()
    return answer.status


def test_every_way_in_stands_in_the_table() -> None:
    assert sorted(WAYS) == sorted(table()[1])


async def test_every_route_says_what_it_needs(house: House) -> None:
    routes = {(route.method, route.resource.canonical) for route in house.server.app.router.routes() if route.resource is not None}
    assert {route for route in routes if route[0] != "HEAD"} == set(WAYS)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_everybody_gets_what_the_table_says(house: House) -> None:
    people, wanted = table()
    ticket, secret = await house.town.registered(), await house.town.registered(Procedure.PETITION_REPORT, "")
    wrong = []
    for name in people:
        visitor = await comes(house, name)
        for (method, path), statuses in wanted.items():
            found = await asks(house, visitor, method, path, ticket.number)
            if found != statuses[name]:
                wrong.append(f"{method} {path}: {name} gets {found}, not {statuses[name]}")
            if "{number}" in path and await asks(house, visitor, method, path, secret.number) not in {401, 404}:
                wrong.append(f"{method} {path}: {name} sees a report about somebody")
            if "signout" in path and statuses[name] == 303:
                visitor = await comes(house, name)
    assert wrong == []
