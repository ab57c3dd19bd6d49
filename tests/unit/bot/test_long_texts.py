"""A long text is read beside the event loop, wherever a chat reads one: nobody else waits for it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import nlp
from storage import SqlUnitOfWork, migrate, open_database
from tests.unit.bot.test_resident import MATTER, Chat
from workflow.commands import Move
from workflow.model import Contact, Post, Role
from workflow.region import Level, Region
from workflow.routing import ancestor
from workflow.states import Trigger

LONG = (MATTER + "，物业也不管，") * 60
TWO_PLACES = "从杜阮镇井根村到棠下镇的路灯都坏了，" * 60
DANGER = LONG[:1200] + "家里煤气泄漏，味道很浓，有人晕倒了，救命！" + LONG[:400]
QUESTION = "请问居住证怎么办理，需要什么材料？" * 60
SHORT = 500


@dataclass(frozen=True)
class Watched:
    """A reader that may not read a long text on the event loop; `read` says what it was asked."""

    reader: Any
    read: list[str]

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.reader, name)

        def watched(text: Any, *more: Any) -> Any:
            if isinstance(text, str) and len(text) > SHORT:
                assert threading.current_thread() is not threading.main_thread(), f"{name} read {len(text)} characters on the loop"
                self.read.append(name)
            return method(text, *more)

        return watched


@pytest.fixture
async def watched(tmp_path: Path, region: Region, language: nlp.Language) -> AsyncIterator[tuple[Chat, list[str]]]:
    database, read = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}"), list[str]()
    await migrate(database)
    classifier, places, answers = (Watched(part, read) for part in (language.classifier, language.places, language.answers))
    chat = Chat(database, region, replace(language, classifier=classifier, places=places, answers=answers))
    async with SqlUnitOfWork(database) as uow:
        for who, role, unit, place in (
            ("officer", Role.HUB_OFFICER, "hub", ancestor(region, chat.grid.place, Level.TOWN)),
            ("worker", Role.GRID_WORKER, "grid", chat.grid.place),
        ):
            contact = await uow.contacts.add(Contact(0, "test", who, consented_at=chat.clock.now()))
            await uow.posts.add(Post(0, contact.id, role, unit, place))
        await uow.commit()
    yield chat, read
    await database.close()


@pytest.mark.parametrize("text", [LONG, TWO_PLACES, DANGER, QUESTION])
async def test_a_long_message_is_read_beside_the_loop(watched: tuple[Chat, list[str]], text: str) -> None:
    chat, read = watched
    await chat.consented()
    await chat.says(text)
    assert "understand" in read
    assert "locate" in read


@pytest.mark.parametrize("text", [LONG, DANGER])
async def test_so_is_one_before_the_notice_was_agreed_to(watched: tuple[Chat, list[str]], text: str) -> None:
    chat, read = watched
    await chat.says(text)
    assert "understand" in read


async def test_so_is_one_whose_card_is_changed_by_a_button(watched: tuple[Chat, list[str]]) -> None:
    chat, read = watched
    await chat.consented()
    await chat.says(TWO_PLACES)
    read.clear()
    await chat.presses("井根村")
    assert "locate" in read


async def test_so_is_one_that_may_belong_to_a_ticket(watched: tuple[Chat, list[str]]) -> None:
    chat, read = watched
    await chat.filed()
    await chat.says("谢谢" * 600)
    assert "understand" in read


async def test_so_are_words_to_an_open_emergency(watched: tuple[Chat, list[str]]) -> None:
    chat, read = watched
    await chat.consented()
    await chat.says("家里煤气泄漏，有人晕倒了，救命！")
    await chat.says("我们在里面" * 300)
    assert "locate" in read


async def test_so_is_a_report_of_a_worker(watched: tuple[Chat, list[str]]) -> None:
    chat, read = watched
    ticket = await chat.filed()
    await chat.move("officer", Move(ticket.id, Trigger.ACCEPT), Move(ticket.id, Trigger.DISPATCH, assignee=chat.grid))
    await chat.presses("签收", "worker")
    await chat.presses("办结反馈", "worker")
    await chat.says(DANGER, "worker")
    assert "understand" in read
