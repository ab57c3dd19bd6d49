"""Who copies the database finds nobody's phone in it; who has the keys, too, finds all of it where it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.doors import ReadyMessage
from bot.webchat import WebChatDoor
from storage import Database, OutboxQueue, SqlInbox, SqlUnitOfWork, WebMailbox
from storage.keys import Keys, new_key
from storage.privacy_tables import sealed
from storage.rotation import counted, resealed
from storage.tables import contacts, inbox, outbox, web_messages
from storage.vault import Unsealable, Vault
from tests.contract.conftest import Town, dumped, town_on
from tests.keys import KEYS, Stars
from tests.workflow.build import GRID
from workflow import evidence
from workflow.commands import Move, Register, Relay
from workflow.model import Assignee, Dialog, Intent, Procedure, Speech
from workflow.states import Trigger

PHONE = "13800138000"
MATTER = Register(
    f"Litter; call {PHONE} about the gate", Procedure.GRID_EVENT, Intent.COMPLAIN, "T1", "990101001001", f"behind {PHONE}",
    understanding={
        "topics": ["T1"], "words": ["Litter", PHONE[:4]], "version": "1",
        "guesses": [{"code": "T1", "confidence": 0.9, "score": 3.0, "evidence": [
            {"text": "gate", "start": 35, "end": 39, "weight": 2.0}, {"text": "1380", "start": 13, "end": 17, "weight": 1.0},
        ]}],
        "intent": {"code": "complain", "evidence": []}, "flags": [{"code": "x", "tier": "order", "text": PHONE}],
        "parts": [[0, 6], [6, 39]], "place": {"decision": "none", "evidence": []},
    },
)  # fmt: skip


@pytest.fixture
def database(keyed: Database) -> Database:
    return keyed


@pytest.fixture
async def town(database: Database) -> Town:
    return await town_on(database)


async def lived(town: Town) -> None:
    """A whole matter in which everybody writes the phone everywhere."""
    resident = town.people["resident"]
    async with SqlUnitOfWork(town.database) as uow:
        await uow.contacts.save(replace(resident, name=f"Ann {PHONE}"))
        await uow.dialogs.save(Dialog(resident.id, "intake", {"text": PHONE}, None, (("unsure", {"text": PHONE}),)))
        await uow.outbox.put(Speech(resident.id, "first", {"text": PHONE}))
        await uow.commit()
    ticket = await town.do("resident", MATTER)
    assert ticket is not None
    await town.do("officer", Move(ticket.id, Trigger.ACCEPT))
    await town.do("officer", Move(ticket.id, Trigger.DISPATCH, assignee=Assignee("grid", GRID)))
    await town.do("worker", Move(ticket.id, Trigger.SIGN))
    await town.do("resident", Relay(ticket.id, f"mine is {PHONE}"))
    await town.do("worker", Move(ticket.id, Trigger.REPLY, result=f"done, ask {PHONE}"))
    await town.do("officer", Move(ticket.id, Trigger.SEND_BACK, f"ask {PHONE} first"))
    await SqlInbox(town.database, town.clock).store("test", "u1", "c1", {"text": PHONE})
    await WebMailbox(town.database).append("web-1", "m1", {"html": PHONE, "files": [{"sha256": "a" * 64, "name": PHONE}]})


async def test_no_phone_is_readable_in_the_file(town: Town) -> None:
    await lived(town)
    assert PHONE not in await dumped(town.database)


async def test_stored_words_are_masked_and_the_original_opens(town: Town) -> None:
    await lived(town)
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        ticket = await uow.tickets.get(1)
        notes, events, originals = await uow.tickets.notes(1), await uow.tickets.events(1), await uow.privacy.originals(1)
        named = await uow.contacts.get(town.people["resident"].id)
        dialog = await uow.dialogs.get(town.people["resident"].id)
    assert ticket is not None and ticket.text == "Litter; call *** about the gate" and ticket.result == "done, ask ***"
    assert originals["ticket", 1, "text"] == MATTER.text and originals["ticket", 1, "place_detail"] == MATTER.place_detail
    assert [originals["note", note.id, "text"] for note in notes] == [f"mine is {PHONE}", f"done, ask {PHONE}"]
    assert [originals["event", event.id, "reason"] for event in events if event.reason] == [f"ask {PHONE} first"]
    assert named is not None and named.name == f"Ann {PHONE}"
    assert dialog is not None and dialog.data == {"text": PHONE} and dialog.aside == (("unsure", {"text": PHONE}),)


async def test_offsets_are_those_of_the_stored_text(town: Town) -> None:
    await lived(town)
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        ticket = await uow.tickets.get(1)
    assert ticket is not None
    kept = evidence.again(ticket.understanding)
    gate, digits = kept.read.topics[0].evidence
    assert ticket.text[gate.start : gate.end] == "gate" and (digits.text, digits.weight) == ("", 1.0)
    assert kept.words == ("Litter",) and kept.read.flags[0].text == ""
    assert [ticket.text[start:end] for start, end in kept.read.parts] == ["Litter", "; call *** about the gate"]


async def test_a_message_keeps_its_words_until_it_is_delivered_and_no_longer(town: Town) -> None:
    await lived(town)
    queue, said = OutboxQueue(town.database), []
    while items := await queue.claim(town.clock.now()):
        for item in items:
            said.append(item.speech)
            await queue.sent(item, f"m{item.id}", town.clock.now())
    assert any(speech.params.get("text") == PHONE for speech in said)
    assert any(PHONE in str(speech.params.get("text")) for speech in said if speech.key == "notices.relayed_to_handler")
    async with town.database.reading() as connection:
        left = (await connection.execute(select(outbox.c.speech))).scalars().all()
    assert left and all(set(speech) == {"key", "card", "edits"} for speech in left)


async def test_an_update_that_was_read_is_empty(town: Town) -> None:
    updates = SqlInbox(town.database, town.clock)
    await updates.store("test", "u1", "c1", {"text": PHONE})
    ((row,),) = await updates.next_rows(town.clock.now())
    assert row.body == {"text": PHONE}
    async with SqlUnitOfWork(town.database) as uow:
        await uow.inbox_done([row.id])
        await uow.commit()
    async with town.database.reading() as connection:
        assert (await connection.execute(select(inbox.c.body))).scalars().all() == [{}]


async def test_the_web_chat_shows_what_it_was_told_and_still_knows_its_files(town: Town) -> None:
    mailbox = WebMailbox(town.database)
    await mailbox.append("web-1", "m1", {"html": PHONE, "files": [{"sha256": "a" * 64, "name": "x"}]})
    assert (await mailbox.after("web-1", 0))[0]["html"] == PHONE
    assert await mailbox.was_shown("web-1", "a" * 64) and not await mailbox.was_shown("web-1", "b" * 64)


async def test_words_moved_to_another_row_do_not_open(town: Town) -> None:
    await lived(town)
    other = await town.do("bureau", replace(MATTER, text="mine"))
    assert other is not None
    async with town.database.writing() as connection:
        theirs = select(sealed.c.words).where(sealed.c.ticket_id == 1, sealed.c.kind == "ticket", sealed.c.field == "place_detail")
        words = (await connection.execute(theirs)).scalar_one()
        await connection.execute(sealed.update().where(sealed.c.ticket_id == other.id).values(words=words))
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        with pytest.raises(Unsealable):
            await uow.privacy.originals(other.id)


async def test_a_new_key_seals_everything_and_may_be_broken_off(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await lived(town)
    keys = Keys(None, f"{KEYS},{new_key('next').line}")
    turned = replace(town.database, vault=Vault(keys, Stars()))
    monkeypatch.setattr("storage.rotation._BATCH", 1)
    before = await counted(turned)
    done = await resealed(turned)
    assert set(before) == {"now"} and done == before["now"]
    assert await counted(turned) == {"next": done} and await resealed(turned) == 0
    only = replace(town.database, vault=Vault(Keys(None, keys.current.line), Stars()))
    async with SqlUnitOfWork(only, reading=True) as uow:
        named, originals = await uow.contacts.get(town.people["resident"].id), await uow.privacy.originals(1)
    assert named is not None and named.name == f"Ann {PHONE}" and originals["ticket", 1, "text"] == MATTER.text
    assert all(item.speech.contact_id == item.contact.id for item in await OutboxQueue(only).claim(town.clock.now()))
    assert (await WebMailbox(only).after("web-1", 0))[0]["html"] == PHONE and await WebMailbox(only).was_shown("web-1", "a" * 64)


async def test_what_is_left_of_a_delivered_message_are_nobodys_words(town: Town) -> None:
    await town.do("resident", MATTER)
    assert await town.heard()
    assert "" not in await counted(town.database) and await resealed(town.database) == 0


async def test_what_was_stored_before_there_were_keys_is_read_and_then_sealed(town: Town) -> None:
    who = town.people["resident"].id
    async with town.database.writing() as connection:
        await connection.execute(contacts.update().where(contacts.c.id == who).values(name="Ann"))
        await connection.execute(web_messages.insert().values(address="web-9", message_id="m", body={"html": PHONE}))
    async with SqlUnitOfWork(town.database, reading=True) as uow:
        named = await uow.contacts.get(who)
    assert named is not None and named.name == "Ann"
    assert (await counted(town.database))[""] == 2 and await resealed(town.database) == 2
    assert PHONE not in await dumped(town.database) and (await WebMailbox(town.database).after("web-9", 0))[0]["html"] == PHONE


async def test_what_the_web_chat_shows_once_is_replaced_after_a_while(town: Town) -> None:
    mailbox, clock = WebMailbox(town.database), town.clock
    door = WebChatDoor(mailbox, clock, lambda _: None)
    await door.send("web-1", "private", ReadyMessage(PHONE, fades="gone"))
    await door.send("web-1", "private", ReadyMessage("else"))
    assert await mailbox.blank(clock.now() - timedelta(minutes=10)) == 0
    assert [row["html"] for row in await mailbox.after("web-1", 0)] == [PHONE, "else"]
    clock.move(minutes=11)
    assert await mailbox.blank(clock.now() - timedelta(minutes=10)) == 1
    assert [row["html"] for row in await mailbox.after("web-1", 0)] == ["gone", "else"]
    assert await mailbox.blank(clock.now()) == 0 and PHONE not in await dumped(town.database)
