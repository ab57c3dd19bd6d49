"""Two `python -m app run` at one PostgreSQL: they share the work, and when one of them is killed the other goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.botapi import FakeTelegram, Person, reference
from tests.city import steps
from tests.city.process import Process
from tests.postgres import Server, name_of

_ELECTED = "this process is elected"
_LOAN = 100.0
"""Seconds: what a killed process had in hand is heard when its loan runs out."""


@dataclass
class Pair:
    """Two processes of one city, and a look into its database."""

    one: Process
    two: Process
    server: Server
    url: str

    async def rows(self, sql: str) -> list[Any]:
        connection = await self.server.connect(name_of(self.url))
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    def holder(self) -> tuple[Process, Process]:
        """The one that polls, and the other."""
        return (self.one, self.two) if any(_ELECTED in line for line in self.one.log) else (self.two, self.one)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(reference()) as server:
        yield server
        assert server.violations == []


@pytest.fixture
async def pair(tmp_path: Path, telegram: FakeTelegram, postgresql: Server) -> AsyncIterator[Pair]:
    url = await postgresql.bare()
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / "files").mkdir()
    (folders[1] / "files").symlink_to(folders[0] / "files")
    (folders[1] / "keys").symlink_to(folders[0] / "keys")  # what one sealed the other must open
    processes = [Process(folder, telegram, url=url) for folder in folders]
    try:
        await asyncio.gather(*(process.start() for process in processes))
        yield Pair(processes[0], processes[1], postgresql, url)
    finally:
        for process in processes:
            await process.close()
            print("".join(process.log))  # noqa: T201
        await postgresql.drop(url)


async def test_a_killed_poller_is_followed_by_the_other(pair: Pair, telegram: FakeTelegram) -> None:
    loop = asyncio.get_running_loop()
    resident = telegram.person(7001)
    await resident.says("/start")
    await resident.sees("信访超市", within=20)
    holder, other = pair.holder()
    worker = await pair.one.hire(telegram.person(7002), "grid_worker", steps.GRID)
    officer = await pair.two.hire(telegram.person(7003), "hub_officer", steps.TOWN)
    await resident.presses("继续", within=20)
    await resident.sees("请直接说", within=20)
    await telegram.delivery.confirmed()

    killed = loop.time()
    await holder.kill()
    await resident.says(steps.LITTER)
    await other.logs(_ELECTED)
    took = loop.time() - killed
    await resident.sees(steps.UNDERSTOOD, within=_LOAN)
    assert took < 5.0
    await resident.presses("提交", within=20)
    number = steps.number_in(await resident.sees("已登记", within=20))

    await holder.start()
    await other.kill()
    await steps.sends_to_the_grid(officer, number)
    await steps.signs(worker, number)
    await steps.reports_back(worker, number)
    await steps.lets_pass(officer, number)
    await steps.is_satisfied(resident, number)
    await telegram.delivery.confirmed(within=20)
    assert [kind for (kind,) in await pair.rows("SELECT kind FROM events ORDER BY id")] == [
        "registered", "accept", "dispatch", "sign", "reply", "release", "close", "rated"
    ]  # fmt: skip
    assert await pair.rows("SELECT count(*) FROM inbox WHERE status != 'done'") == [(0,)]
    assert len([said for said in resident.seen() if "已登记，编号" in "".join((said.text, *said.earlier))]) == 1
    assert holder.errors() == other.errors() == []
    print(f"the poller was followed after {took:.2f} s")  # noqa: T201


async def test_a_crowd_is_heard_in_order_by_both_and_a_kill_loses_nobody(pair: Pair, telegram: FakeTelegram) -> None:
    crowd = [telegram.person(7100 + number) for number in range(10)]

    async def comes(person: Person) -> None:
        await person.says("/start")
        await person.presses("继续", within=_LOAN)
        await person.sees("请直接说", within=_LOAN)
        await person.says(steps.LITTER)
        await person.sees(steps.UNDERSTOOD, within=_LOAN)
        await person.presses("提交", within=_LOAN)
        card = await person.sees("已登记", within=_LOAN)
        for words in "abcde":
            await person.says(f"补充 {words}", reply_to=card)

    coming = [asyncio.create_task(comes(person)) for person in crowd]
    await telegram.called("sendMessage", times=5)
    holder, other = pair.holder()
    await holder.kill()
    await other.logs(_ELECTED)
    await holder.start()
    await asyncio.gather(*coming)
    await telegram.delivery.confirmed(within=20)
    async with asyncio.timeout(_LOAN):
        while await pair.rows("SELECT id FROM inbox WHERE status != 'done' UNION ALL SELECT id FROM outbox WHERE status = 'waiting'"):
            await asyncio.sleep(0)
    assert await pair.rows("SELECT count(*), count(DISTINCT reporter), count(DISTINCT number) FROM tickets") == [(10, 10, 10)]
    notes = await pair.rows("SELECT string_agg(right(text, 1), '' ORDER BY id) FROM notes GROUP BY ticket_id")
    talks = [[said.text[:40] for said in telegram.chats.transcripts[person.chat]] for person in crowd]
    assert notes == [("abcde",)] * 10, talks
    assert await pair.rows("SELECT count(*) FROM outbox WHERE status = 'dead'") == [(0,)]
    assert holder.errors() == other.errors() == []


async def test_a_second_process_at_one_sqlite_file_is_refused(tmp_path: Path, telegram: FakeTelegram) -> None:
    first = Process(tmp_path, telegram)
    (tmp_path / "other").mkdir()
    second = Process(tmp_path / "other", telegram, url=f"sqlite+aiosqlite:///{first.database}")
    try:
        await first.start()
        await second.launch()
        assert await second.ended() == 1
        assert "another process serves this file" in "".join(second.log) and "Traceback" not in "".join(second.log)
        await first.kill()
        await second.start()
        assert await second.stop() == 0
    finally:
        await first.close()
        await second.close()
