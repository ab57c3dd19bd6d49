"""What is held about somebody: they read it, take it along, and have it taken away."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import texts
from bot.conversation import Conversation
from bot.resident import Reading, ResidentConversation
from bot.staff import StaffConversation
from storage import DiskFiles, SqlUnitOfWork
from storage.keys import Keys
from storage.privacy_tables import doomed_files
from storage.vault import Vault
from tests.keys import KEYS
from tests.unit.bot.test_resident import MATTER, Chat, chat
from workflow.commands import Move
from workflow.model import Outcome
from workflow.states import State, Trigger

__all__ = ["chat"]
PHONE = "13800138000"


@pytest.fixture
def files(chat: Chat, tmp_path: Path) -> DiskFiles:
    """A store for the copies, and keys for the database."""
    found, store = chat.language, DiskFiles(tmp_path / "files")
    sentences = texts.load(chat.region.sentences, strict=True)
    reading = Reading(found.classifier, found.places, found.answers, found.masker, found.likeness)
    staff = StaffConversation(sentences, lambda: chat.region, found.masker, dangerous=reading.dangerous)
    chat.conversation = Conversation(sentences, ResidentConversation(reading, store), staff)
    object.__setattr__(chat.database, "vault", Vault(Keys(None, KEYS), found.masker))
    return store


async def filed(chat: Chat) -> None:
    await chat.consented()
    await chat.says(f"{MATTER}，打{PHONE}找我")
    await chat.presses("提交")


async def copy(chat: Chat, files: DiskFiles) -> dict[str, Any]:
    (ref,) = chat.screen["resident"][-1][1].files
    assert (ref.kind, ref.mime, ref.name[-5:]) == ("document", "application/json", ".json")
    found: dict[str, Any] = json.loads(await files.get(ref.sha256))
    return found


async def test_everything_held_about_somebody_comes_as_a_file(chat: Chat, files: DiskFiles) -> None:
    await filed(chat)
    await chat.says("/mydata")
    assert "诉求 1 件" in chat.last() and PHONE not in chat.last()
    found = await copy(chat, files)
    (ticket,) = found["tickets"]
    assert PHONE in ticket["text"] and ticket["number"] == (await chat.ticket()).number and ticket["trail"][0]["what"] == "registered"
    assert found["contact"]["address"] == "resident"
    async with chat.database.reading() as connection:
        gone_at = (await connection.execute(select(doomed_files.c.at))).scalar_one()
    assert (gone_at - chat.clock.now()).days == 1


async def test_nobody_is_given_anothers(chat: Chat, files: DiskFiles) -> None:
    await filed(chat)
    await chat.says("/mydata", "stranger")
    assert "诉求 0 件" in chat.last("stranger")
    (ref,) = chat.screen["stranger"][-1][1].files
    assert json.loads(await files.get(ref.sha256))["tickets"] == []


async def test_to_be_forgotten_is_asked_once_and_done(chat: Chat, files: DiskFiles) -> None:
    await filed(chat)
    ticket = await chat.ticket()
    await chat.to_closed(ticket)
    await chat.move("resident", Move(ticket.id, Trigger.CLOSE, verdict="solved", outcome=Outcome.RESOLVED))
    await chat.says("/forget")
    assert "（1 件）" in chat.last() and (await chat.ticket()).text
    await chat.presses("不删除")
    assert (await chat.ticket()).text
    await chat.says("/forget")
    await chat.presses("确定删除")
    after = await chat.ticket()
    assert (after.state, after.text, after.reporter) == (State.CLOSED, "", None) and "已删除" in chat.last()
    await chat.says("/my")
    assert "继续" in chat.labels()[0], "consent is asked for anew"
    await chat.says("/mydata")
    assert "诉求 0 件" in chat.last()


async def test_an_open_matter_goes_on_and_its_reporter_still_hears(chat: Chat, files: DiskFiles) -> None:
    await filed(chat)
    ticket = await chat.ticket()
    async with SqlUnitOfWork(chat.database) as uow:
        contact = await uow.contacts.by_address("test", "resident")
        assert contact is not None
        await uow.contacts.save(replace(contact, name="Ann"))
        await uow.commit()
    await chat.says("/forget")
    await chat.presses("确定删除")
    async with SqlUnitOfWork(chat.database, reading=True) as uow:
        contact = await uow.contacts.by_address("test", "resident")
    assert contact is not None and contact.name == "" and (await chat.ticket()).reporter == contact.id
    before = len(chat.screen["resident"])
    await chat.move("officer", Move(ticket.id, Trigger.ACCEPT), Move(ticket.id, Trigger.DISPATCH, assignee=chat.grid))
    assert len(chat.screen["resident"]) > before


async def test_before_any_consent_both_work_and_store_nothing_new(chat: Chat, files: DiskFiles) -> None:
    await chat.says("/mydata")
    assert "诉求 0 件" in chat.last()
    await chat.says("/forget")
    await chat.presses("确定删除")
    assert "已删除" in chat.last()


async def test_danger_behind_the_command_is_danger(chat: Chat, files: DiskFiles) -> None:
    await chat.consented()
    await chat.says("/forget 不想活了，想从楼上跳下去")
    assert (await chat.ticket()).urgent and "确定删除" not in chat.labels()
