"""The drill: a city under load is backed up, dies, and goes on elsewhere from the backup, as if nothing had happened up to it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.botapi import FakeTelegram, reference
from tests.city.process import Process

RESIDENTS, BEFORE = 8, 24


@dataclass
class Crowd:
    """Residents in the web chat who go on writing until the city is gone. `confirmed`: update ids that were answered with 202, in order."""

    process: Process
    client: aiohttp.ClientSession
    tokens: list[str] = field(default_factory=list)
    confirmed: list[tuple[str, str, str]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def at(self) -> str:
        return f"http://127.0.0.1:{self.process.port}/chat/api"

    async def come(self) -> None:
        for _ in range(RESIDENTS):
            async with self.client.post(f"{self.at}/session") as answer:
                self.tokens.append((await answer.json())["token"])

    async def write(self, token: str) -> None:
        """A danger is a ticket at once, a lamp a card to confirm; both are answered."""
        for turn in range(10_000):
            words = f"井根村{turn}号楼下煤气泄漏" if turn % 5 == 0 else f"井根村{turn}号路灯坏了"
            await self.send(token, str(uuid.uuid4()), words)

    async def send(self, token: str, update: str, words: str) -> None:
        body = {"id": update, "text": words}
        async with self.client.post(f"{self.at}/messages", json=body, headers={"Authorization": f"Bearer {token}"}) as answer:
            assert answer.status == 202
        async with self._changed:
            self.confirmed.append((token, update, words))
            self._changed.notify_all()

    async def reached(self, count: int) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: len(self.confirmed) >= count)


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[Crowd]:
    (tmp_path / "first").mkdir()
    async with FakeTelegram(reference()) as server, aiohttp.ClientSession() as client:
        process = Process(tmp_path / "first", server, "off")
        try:
            yield Crowd(process, client)
        finally:
            await process.close()


def stored(database: Path, sent: Iterable[tuple[str, str, str]]) -> set[str]:
    """Under which ids the inbox keeps what the chats sent: nobody can tell from them which chat it was."""
    with closing(sqlite3.connect(database)) as found:
        chats = dict(found.execute("SELECT token_hash, address FROM web_chats"))
    return {_hashed(f"{chats[_hashed(token)]}:{update}") for token, update, _ in sent}


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def ids(database: Path, where: str = "1 = 1") -> set[str]:
    with closing(sqlite3.connect(database)) as found:
        return {row[0] for row in found.execute(f"SELECT update_id FROM inbox WHERE {where}")}  # noqa: S608  # our own words


async def test_a_city_goes_on_from_its_backup(crowd: Crowd, tmp_path: Path) -> None:
    first, kept, elsewhere = crowd.process, tmp_path / "kept", tmp_path / "second"
    await first.start()
    await crowd.come()
    writers = [asyncio.create_task(crowd.write(token)) for token in crowd.tokens]
    await crowd.reached(BEFORE)
    before = list(crowd.confirmed)
    told = json.loads(await first.command("backup", str(kept)))
    assert len(crowd.confirmed) > len(before), "the city went on serving meanwhile"
    await first.kill()
    ended = await asyncio.gather(*writers, return_exceptions=True)
    assert all(isinstance(one, aiohttp.ClientError) for one in ended), ended

    found = json.loads(await first.command("restore", str(kept), "--to", str(elsewhere)))
    assert (found["tickets"], found["files"], found["missing"]) == (told["tickets"], told["files"], 0)
    shutil.copy(tmp_path / "first" / "keys", elsewhere / "keys")  # kept elsewhere: no backup holds them
    async with FakeTelegram(reference()) as server:
        second = Process(elsewhere, server, "off")
        assert stored(second.database, before) <= ids(second.database)
        try:
            await second.start()
            crowd.process = second
            for token, update, words in before:
                await crowd.send(token, update, words)  # who was not sure sends again
            await answered(second)
            assert await second.stop() == 0
        finally:
            await second.close()
            print("".join(second.log))  # noqa: T201  # pytest shows it where the test failed
        assert second.errors() == []
    once_each(second, stored(second.database, before))


async def answered(process: Process) -> None:
    """Waits until everything is heard, and everything said has gone out."""
    async with asyncio.timeout(60):
        while process.count("inbox", "status = 'waiting'") or process.count("outbox", "status = 'waiting'"):
            await asyncio.to_thread(lambda: None)


def once_each(process: Process, confirmed: set[str]) -> None:
    with closing(sqlite3.connect(process.database)) as found:
        dangers = [tuple(row) for row in found.execute("SELECT reporter, text FROM tickets")]
        said = found.execute("SELECT count(*) FROM outbox WHERE status = 'sent' AND message_id <> ''").fetchone()[0]
        shown = found.execute("SELECT count(*) FROM web_messages WHERE message_id <> 'toast'").fetchone()[0]
    assert confirmed <= ids(process.database, "status = 'done'")
    assert len(dangers) == len(set(dangers)) > 0, "a ticket of its own for each danger, and one only"
    assert said == shown, "what was said stands in the chats once"
    assert process.count("outbox", "status <> 'sent'") == 0
