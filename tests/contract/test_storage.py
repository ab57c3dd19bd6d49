"""What every database must do for us."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import Database, DiskFiles, OutboxQueue, SqlInbox, SqlUnitOfWork
from storage.tables import metadata
from tests.clock import FrozenClock
from tests.contract.conftest import Town
from workflow.errors import Conflict
from workflow.model import SAID, About, Button, Contact, Dialog, Invite, Priority, Role, Speech


async def test_the_migrations_build_the_tables(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)) == []


async def test_durable_settings_are_on(sqlite: Database) -> None:
    async with sqlite.engine.connect() as connection:
        found = [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert found == ["wal", 2, 1]


async def test_an_update_is_stored_once(database: Database) -> None:
    inbox = SqlInbox(database, FrozenClock())
    assert await inbox.store("test", "1", "a", {"text": "hello"})
    assert not await inbox.store("test", "1", "a", {"text": "hello"})


async def test_each_chat_in_order_and_albums_whole(database: Database) -> None:
    clock = FrozenClock()
    inbox = SqlInbox(database, clock)
    for number, (chat, album) in enumerate([("a", ""), ("b", "x"), ("b", "x"), ("a", ""), ("b", "")]):
        await inbox.store("test", str(number), chat, {}, album)
    assert [[r.update_id for r in head] for head in await inbox.next_rows(clock.now())] == [["0"]]
    clock.move(seconds=2)
    heads = await inbox.next_rows(clock.now())
    assert [[r.update_id for r in head] for head in heads] == [["0"], ["1", "2"]]
    async with SqlUnitOfWork(database) as uow:
        await uow.inbox_done([r.id for head in heads for r in head])
        await uow.commit()
    assert [[r.update_id for r in head] for head in await inbox.next_rows(clock.now())] == [["3"], ["4"]]


async def test_a_poison_update_is_set_aside_and_lets_the_chat_go_on(database: Database) -> None:
    clock = FrozenClock()
    inbox = SqlInbox(database, clock)
    await inbox.store("test", "bad", "a", {})
    await inbox.store("test", "good", "a", {})
    aside = False
    for _ in range(5):
        clock.move(minutes=1)
        head = (await inbox.next_rows(clock.now()))[0]
        assert head[0].update_id == "bad"
        aside = await inbox.failed([head[0].id], "E1")
    assert aside
    assert (await inbox.next_rows(clock.now()))[0][0].update_id == "good"


async def test_undone_work_leaves_the_update_waiting(database: Database) -> None:
    clock = FrozenClock()
    inbox = SqlInbox(database, clock)
    await inbox.store("test", "1", "a", {})
    head = (await inbox.next_rows(clock.now()))[0]
    async with SqlUnitOfWork(database) as uow:
        await uow.inbox_done([head[0].id])
    assert await inbox.next_rows(clock.now())


async def put(town: Town, *speeches: Speech) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        for speech in speeches:
            await uow.outbox.put(speech)
        await uow.commit()


async def test_the_outbox_keeps_order_per_contact_and_urgent_first(town: Town) -> None:
    one, two = town.people["resident"].id, town.people["officer"].id
    await put(town, Speech(one, "first"), Speech(one, "second"), Speech(two, "late"), Speech(two, "now", priority=Priority.URGENT))
    queue = OutboxQueue(town.database)
    heads = await queue.claim(town.clock.now())
    assert [item.speech.key for item in heads] == ["now", "first"]
    assert await queue.claim(town.clock.now()) == []
    await queue.sent(heads[1], "m1", town.clock.now())
    assert [item.speech.key for item in await queue.claim(town.clock.now())] == ["second"]


async def test_a_speech_claimed_by_a_dead_process_comes_again(town: Town) -> None:
    await put(town, Speech(town.people["resident"].id, "hello", buttons=((Button("b", "d"),),)))
    queue = OutboxQueue(town.database)
    first = await queue.claim(town.clock.now())
    town.clock.move(seconds=61)
    assert await queue.claim(town.clock.now()) == first


async def test_a_retry_waits_and_holds_the_rest_back(town: Town) -> None:
    contact = town.people["resident"].id
    await put(town, Speech(contact, "first"), Speech(contact, "second"))
    queue = OutboxQueue(town.database)
    [item] = await queue.claim(town.clock.now())
    await queue.retry(item.id, town.clock.now() + timedelta(seconds=30), "429")
    assert await queue.claim(town.clock.now()) == []
    town.clock.move(seconds=30)
    [again] = await queue.claim(town.clock.now())
    assert (again.speech.key, again.attempts) == ("first", 1)
    await queue.dead(again.id, "never")
    assert await queue.depth() == {"dead": 1, "waiting": 1}


async def test_a_reply_to_a_message_finds_its_ticket(town: Town) -> None:
    ticket = await town.registered()
    await town.heard()
    contact = town.people["resident"].id
    async with SqlUnitOfWork(town.database) as uow:
        message = await uow.card(contact, ticket.id)
        assert message is not None
        assert await uow.about(contact, message) == About(ticket.id, "notices.registered", card=True)
        assert await uow.about(contact + 1, message) is None
        await uow.remember(contact, "her own", ticket.id)
        assert await uow.about(contact, "her own") == About(ticket.id, SAID, card=False)
        assert await uow.card(contact, ticket.id) == message


async def test_an_invite_works_once(town: Town) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        await uow.invites.add(Invite("h", Role.ADMIN, "", "9901", town.clock.now()))
        assert await uow.invites.use("h", town.people["resident"].id)
        assert not await uow.invites.use("h", town.people["officer"].id)


async def test_an_address_is_known_once_and_dialogs_are_kept(town: Town) -> None:
    resident = town.people["resident"]
    async with SqlUnitOfWork(town.database) as uow:
        with pytest.raises(Conflict):
            await uow.contacts.add(Contact(0, "test", "resident"))
        for step in ("place", "confirm"):
            await uow.dialogs.save(Dialog(resident.id, step, {"text": "花"}, town.clock.now()))
        # When it was is kept only where somebody else waits for the answer.
        assert await uow.dialogs.get(resident.id) == Dialog(resident.id, "confirm", {"text": "花"})
        waited_for = Dialog(resident.id, "confirm", {"text": "花", "by": 7}, town.clock.now())
        await uow.dialogs.save(waited_for)
        assert await uow.dialogs.get(resident.id) == waited_for
        assert await uow.contacts.by_address("test", "resident") == resident


async def test_posts_are_found_by_the_places_they_contain(town: Town) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        assert [post.place for post in await uow.posts.at("streets", "990101001001")] == ["990101"]
        assert await uow.posts.at("streets", "9902") == ()


async def test_a_naive_time_is_refused(town: Town) -> None:
    async with SqlUnitOfWork(town.database) as uow:
        with pytest.raises(ValueError, match="naive"):
            await uow.contacts.add(Contact(0, "test", "x", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001  # the point


async def test_files_are_named_by_content_only(tmp_path: Path) -> None:
    files = DiskFiles(tmp_path)
    ref = await files.put(b"picture", "photo", "image/jpeg", "../../etc/passwd")
    assert (await files.put(b"picture", "photo", "image/jpeg")).sha256 == ref.sha256
    assert Path(files.path(ref.sha256)).is_relative_to(tmp_path)
    assert await files.get(ref.sha256) == b"picture"
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1
    with pytest.raises(ValueError, match="hash"):
        files.path("../x")


async def test_a_dialog_is_asked_once_until_it_is_written(town: Town) -> None:
    resident = town.people["resident"]
    async with SqlUnitOfWork(town.database) as uow:
        await uow.dialogs.save(Dialog(resident.id, "intake", {"id": "a"}))
        first = await uow.dialogs.get(resident.id)
        assert first is not None and await uow.dialogs.get(resident.id) is first
        await uow.dialogs.save(Dialog(resident.id, "intake", {"id": "b"}))
        second = await uow.dialogs.get(resident.id)
        assert second is not None and second.data == {"id": "b"}
        await uow.privacy.forget_talk(resident.id)
        assert await uow.dialogs.get(resident.id) is None


async def test_no_more_chats_are_begun_than_there_is_room_for(database: Database) -> None:
    clock = FrozenClock()
    inbox = SqlInbox(database, clock)
    for number, (door, chat) in enumerate([("test", "a"), ("test", "b"), ("other", "c"), ("test", "d")]):
        await inbox.store(door, str(number), chat, {})
    found = await inbox.claim(clock.now(), {"test": 2, "other": 5})
    assert sorted(row.chat for head in found for row in head) == ["a", "b", "c"]
    assert await SqlInbox(database, clock).claim(clock.now(), {}) == []


async def test_a_brief_look_sees_one_moment_and_commits_nothing(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        known = await uow.contacts.add(Contact(0, "test", "a"))
        await uow.commit()
    async with SqlUnitOfWork(database, brief=True) as early:
        assert await early.contacts.by_address("test", "a") is not None
        async with SqlUnitOfWork(database) as uow:
            await uow.contacts.save(replace(known, language="en"))
            await uow.commit()
        seen = await early.contacts.get(known.id)
        assert seen is not None and seen.language == known.language
    async with SqlUnitOfWork(database, brief=True) as late:
        seen = await late.contacts.get(known.id)
        assert seen is not None and seen.language == "en"


async def test_a_look_that_failed_leaves_nothing_behind(sqlite: Database) -> None:
    with pytest.raises(ValueError, match="of the look"):
        async with SqlUnitOfWork(sqlite, brief=True):
            raise ValueError("of the look")
    async with SqlUnitOfWork(sqlite, brief=True) as uow:
        assert await uow.contacts.by_address("test", "a") is None
        with pytest.raises(RuntimeError):
            await uow.commit()
