"""Who leaves an office loses the post at once: its chat is told, and what it sees and gets ends with it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from app.cli import main
from storage import OutboxQueue, SqlUnitOfWork, open_database
from storage.outbox import OutboxItem
from tests.clock import FrozenClock
from tests.keys import a_vault
from tests.unit.app.test_app_command_line import Runner, environ, load
from tests.workflow.build import GRID
from workflow.model import Contact, Post, Role


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.chdir(tmp_path)
    made = Runner(tmp_path)
    assert main(["migrate"], made.environ, load) == 0
    return made


async def _hired(tmp_path: Path) -> int:
    database = open_database(environ(tmp_path)["PETITION_DATABASE__URL"], a_vault())
    async with SqlUnitOfWork(database) as uow:
        worker = await uow.contacts.add(Contact(0, "webchat", "web-1", name="a name", created_at=FrozenClock().now()))
        post = await uow.posts.add(Post(0, worker.id, Role.GRID_WORKER, "grid", GRID))
        await uow.posts.add(Post(0, worker.id, Role.GRID_LEADER, "grid", GRID))
        await uow.commit()
    await database.close()
    return post.id


async def _left(tmp_path: Path) -> tuple[list[Role], list[OutboxItem]]:
    database = open_database(environ(tmp_path)["PETITION_DATABASE__URL"], a_vault())
    async with SqlUnitOfWork(database, reading=True) as uow:
        worker = await uow.contacts.by_address("webchat", "web-1")
        assert worker is not None
        held = [post.role for post in await uow.posts.of_contact(worker.id)]
    told = list(await OutboxQueue(database).claim(FrozenClock().now()))
    await database.close()
    return held, told


def test_a_post_is_taken_back_and_its_chat_is_told(run: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post = asyncio.run(_hired(tmp_path))
    capsys.readouterr()
    assert run("posts", "--json", "--place", GRID) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(listed) == 2
    assert (listed[0]["post"], listed[0]["role"], listed[0]["name"]) == (post, "grid_worker", "a name")
    assert run("posts", "--place", "99999") == 0 and capsys.readouterr().out == ""
    assert run("dismiss", str(post)) == 0
    held, told = asyncio.run(_left(tmp_path))
    assert held == [Role.GRID_LEADER]
    assert [(item.speech.key, item.speech.menu) for item in told] == [("posts.ended", True)]
    assert run("dismiss", str(post)) == 3 and "no such post" in capsys.readouterr().err


def test_a_post_of_the_command_line_has_no_chat_to_be_told(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    run("signin", "--role", "auditor")
    capsys.readouterr()
    run("posts", "--json")
    entry = json.loads(capsys.readouterr().out)
    assert (entry["door"], entry["name"]) == ("console", "auditor:9901")
    assert run("dismiss", str(entry["post"])) == 0
    capsys.readouterr()
    assert run("posts") == 0 and capsys.readouterr().out == ""
