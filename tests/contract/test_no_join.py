"""No value that stands in the rows of a web chat stands in those of the tickets that it filed without a name: no id, no hash and no
instant. Whoever has a copy of the database and no keys finds nothing to join by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery import DeskKeeper
from bot.doors import Delivered, ReadyMessage
from bot.webchat.door import WebChatDoor
from storage import Database, OutboxQueue, SqlUnitOfWork, WebMailbox
from storage.outbox import OutboxItem
from storage.tables import contacts, metadata, requests, tickets, web_messages
from tests.contract.conftest import Town, town_on
from tests.workflow.build import GRID
from workflow import dialogs
from workflow.commands import Move, Register
from workflow.desk import Session
from workflow.model import Assignee, Contact, FileRef, Intent, Procedure, Speech, Ticket
from workflow.states import Trigger

PHOTO = FileRef("b" * 64, "photo", "image/jpeg", 9, "swept.jpg")
_TELLING = re.compile(r"[0-9a-f]{16,64}|web-[0-9a-f]+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


@pytest.fixture
async def town(keyed: Database) -> Town:
    town = await town_on(keyed)
    _, address = await WebMailbox(keyed).open_chat()
    async with SqlUnitOfWork(keyed) as uow:
        town.people["resident"] = await uow.contacts.add(Contact(0, "webchat", address, created_at=town.clock.now()))
        await uow.commit()
    return town


async def filed(town: Town, *, anonymous: bool = True) -> Ticket:
    """Said in a chat and told there, until its answer came with a photo."""
    moved = town.clock.move
    moved(seconds=1, microseconds=11)
    who = town.people["resident"].id

    async def submits(session: Session) -> Ticket:
        await dialogs.opened(session, who, dialogs.INTAKE, {"said": ["lamp"]})
        await dialogs.closed(session, who)
        await session.say(Speech(who, "by the way"))
        matter = Register("Litter", Procedure.GRID_EVENT, Intent.COMPLAIN, "T2", "990101001001", anonymous=anonymous)
        return await session.do(await session.actor(town.people["resident"]), matter)

    ticket = await town.desk.serve("test:submits", submits)
    assert ticket is not None
    moves = [
        ("officer", Move(ticket.id, Trigger.ACCEPT)),
        ("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("grid", GRID))),
        ("worker", Move(ticket.id, Trigger.SIGN)),
        ("worker", Move(ticket.id, Trigger.REPLY, result="swept", files=(PHOTO,))),
        ("officer", Move(ticket.id, Trigger.RELEASE)),
    ]
    for name, move in moves:
        moved(seconds=1, microseconds=11)
        await town.do(name, move)
    await told(town)
    return ticket


async def told(town: Town) -> None:
    queue = OutboxQueue(town.database)
    door = WebChatDoor(WebMailbox(town.database), town.clock, lambda _: None)
    while items := await queue.claim(town.clock.now()):
        for item in items:
            await _tell(town, queue, door, item)


async def _tell(town: Town, queue: OutboxQueue, door: WebChatDoor, item: OutboxItem) -> None:
    town.clock.move(seconds=1, microseconds=11)
    sent = await door.send(item.contact.address, "private", ReadyMessage("words", files=(PHOTO,)))
    assert isinstance(sent, Delivered)
    await queue.sent(item, sent.message_id, town.clock.now())


async def rows(town: Town, ticket: Ticket) -> tuple[list[str], list[str]]:
    """(those of the chat, those of the ticket or its veil)."""
    chat, of_ticket = list[str](), list[str]()
    resident = town.people["resident"]
    async with town.database.reading() as connection:
        veil = (await connection.execute(select(tickets.c.reporter).where(tickets.c.id == ticket.id))).scalar_one()
        for table in metadata.sorted_tables:
            for row in (await connection.execute(select(table))).mappings():
                written = json.dumps(dict(row), default=str)
                people = {row.get(name) for name in ("contact_id", "actor_id", "author_id", "reporter")} - {None}
                if row.get("ticket_id") == ticket.id or veil in people or (table is tickets and row["id"] == ticket.id):
                    of_ticket.append(written)
                elif resident.id in people or resident.address in written or (table is contacts and row["id"] == resident.id):
                    chat.append(written)
    return chat, of_ticket


def telling(written: list[str]) -> Iterator[str]:
    for row in written:
        yield from _TELLING.findall(re.sub(r"~1\.[^\"]*", "", row))


async def shared(town: Town, ticket: Ticket) -> set[str]:
    chat, of_ticket = await rows(town, ticket)
    return set(telling(chat)) & set(telling(of_ticket))


async def test_nothing_stands_in_both(town: Town) -> None:
    ticket = await filed(town)
    chat, of_ticket = await rows(town, ticket)
    assert len(chat) > 5 and len(of_ticket) > 5, "there is something to compare"
    assert await shared(town, ticket) == set()


async def test_the_reader_finds_the_same_in_the_chat_as_ever(town: Town) -> None:
    await filed(town)
    mailbox, address = WebMailbox(town.database), town.people["resident"].address
    found = await mailbox.after(address, 0)
    assert len({row["id"] for row in found}) == len(found) > 2 and all(re.fullmatch("[0-9a-f]{16}", row["id"]) for row in found)
    assert await mailbox.was_shown(address, PHOTO.sha256) and not await mailbox.was_shown(address, "c" * 64)


async def test_what_an_earlier_version_left_readable_is_hidden(town: Town) -> None:
    address, vault = town.people["resident"].address, town.database.vault
    old: dict[str, Any] = {"html": "words", "files": [{"sha256": PHOTO.sha256}]}
    body = {**vault.seal_json(old, "web_messages", "body", address), "files": old["files"]}
    async with town.database.writing() as connection:
        await connection.execute(web_messages.insert().values(address=address, message_id="f00d", body=body))
    mailbox = WebMailbox(town.database)
    before = await mailbox.after(address, 0)
    assert await mailbox.hide() == 1 and await mailbox.hide() == 0
    async with town.database.reading() as connection:
        row = (await connection.execute(select(web_messages))).mappings().one()
    assert row["message_id"] == "files" and set(row["body"]) == {"sealed"}
    assert await mailbox.after(address, 0) == before == [{"seq": row["seq"], "id": "f00d", **old}]
    assert await mailbox.was_shown(address, PHOTO.sha256)


async def test_a_reporter_who_is_gone_is_not_named_beside_the_ticket(town: Town) -> None:
    ticket = await filed(town)
    await town.do("resident", Move(ticket.id, Trigger.REWORK, "still there", verdict="unsolved"))
    resident = town.people["resident"]
    mine = [item for item in await OutboxQueue(town.database).claim(town.clock.now()) if item.contact.id == resident.id]
    await DeskKeeper(town.desk).unreachable(mine[0])
    async with town.database.reading() as connection:
        served = (await connection.execute(select(requests.c.id))).scalars().all()
    assert [mark for mark in served if mark.startswith("unreachable:reporter:")]
    assert not [mark for mark in served if mark.startswith(f"unreachable:{resident.id}:")]
