"""Anything at all that calls itself an update, by polling and by webhook, into a whole city: nobody else notices.

No exception, no error in the log, nothing unread or set aside, nothing that Telegram would refuse, and what is recorded stays proven.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from app import proving
from bot.telegram.receive import Poller, webhook_routes
from storage.evidence import Evidence
from storage.figures import Figures
from tests.botapi import reference
from tests.city import steps
from tests.city.counter import STAFF, Counter, open_counter
from tests.fuzz.effort import effort
from tests.fuzz.shapes import Shapes, own, whole
from tests.fuzz.updates import GROUP, PEOPLE, updates
from tests.pictures import a_picture

SECRET = "a-secret_of-tests"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
FILES = {
    "picture": a_picture(), "polyglot": b"%PDF-1.7\n<html><script>alert(1)</script>", "gif": b"GIF89a/*<script>*/", "empty": b"",
    "archive": b"PK\x03\x04" + bytes(100), "torn": a_picture()[:40],
}  # fmt: skip


class Handed:
    """Fits `AioRequest.call`: what Telegram answers to a poll."""

    def __init__(self, found: list[Any]) -> None:
        self._found = found

    async def call(self, url: str, parameters: dict[str, str | int], read: float) -> Any:
        return self._found


class Intake:
    """Both ways in, beside those that run."""

    def __init__(self, counter: Counter, client: TestClient[Any, Any]) -> None:
        self.counter = counter
        self._client = client

    async def polled(self, found: list[Any]) -> None:
        as_sent = json.loads(json.dumps(found))
        poller = Poller(Handed(as_sent), "", self.counter.city.inbox, self.counter.city.engine.reader.wake)  # type: ignore[arg-type]
        await poller._step()

    async def pushed(self, found: list[Any]) -> None:
        for body in found:
            async with self._client.post("/hook", data=json.dumps(body).encode(), headers=HEADERS) as answer:
                assert answer.status == 200, body


def everything_stands(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    failed = [(record.getMessage(), record.exc_text or str(record.exc_info)) for record in errors]
    assert failed == []
    assert counter.server.violations == []
    expected = ("not modified", "not found", "query is too old")  # presses that nobody made, chats that are none
    assert [row for row in counter.server.refusals if not any(words in row[1] for words in expected)] == []


async def proven(counter: Counter) -> None:
    figures = await Figures(counter.city.database).queues()
    assert (figures.inbox_waiting, figures.inbox_aside) == (0, 0)
    seen = proving.Seen()
    found = [one async for one in proving.look(Evidence(counter.city.database), seen)]
    assert found == [] and seen.tickets > 0


async def others_go_on(counter: Counter) -> None:
    resident = await counter.resident()
    await steps.files(resident)


def shapes() -> Sequence[tuple[str, Shapes]]:
    spec = reference()
    return [("own", own()), *([("whole", whole(spec))] if spec is not None else [])]


async def opened(stack: AsyncExitStack, folder: Path) -> Intake:
    counter = await stack.enter_async_context(open_counter(folder))
    for person, post in PEOPLE.items():
        await steps.comes_in(who := counter.server.person(person))
        if post:
            await who.says(f"/start {await counter.code(*STAFF[post])}")
            await who.sees("已绑定")
    counter.server.chats.kinds[GROUP] = "supergroup"
    counter.server.methods.stored |= {file_id: (len(content), content) for file_id, content in FILES.items()}
    app = web.Application()
    app.add_routes(webhook_routes(SECRET, counter.city.inbox, "/hook", counter.city.engine.reader.wake))
    return Intake(counter, await stack.enter_async_context(TestClient(TestServer(app))))


async def closed(stack: AsyncExitStack, intake: Intake) -> None:
    intake.counter.clock.move(seconds=5)  # albums are whole
    await intake.counter.settled()
    await others_go_on(intake.counter)
    await proven(intake.counter)
    await stack.aclose()


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBUserWarning")  # the library's advice to whoever writes code
@pytest.mark.parametrize(("name", "known"), shapes(), ids=lambda value: value if isinstance(value, str) else "")
def test_any_update_is_heard_or_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, known: Shapes) -> None:
    caplog.set_level(logging.WARNING)
    chosen, stack = random.Random(1), AsyncExitStack()
    with asyncio.Runner() as runner:
        intake = runner.run(opened(stack, tmp_path))

        async def given_in(batch: list[Any]) -> None:
            await (intake.polled if chosen.random() < 0.5 else intake.pushed)(batch)
            await intake.counter.settled()

        @effort(25)
        @given(st.lists(updates(known, tuple(FILES)), min_size=1, max_size=5))
        def tried(batch: list[Any]) -> None:
            intake.counter.server.refusals.clear()
            caplog.clear()
            runner.run(given_in(batch))
            everything_stands(intake.counter, caplog)

        tried()
        runner.run(closed(stack, intake))
