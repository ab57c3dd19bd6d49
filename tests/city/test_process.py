"""`python -m app run` at a Bot API server: the main road, and everything that can happen to a process on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.botapi import FakeTelegram, Person, reference
from tests.city import steps
from tests.city.process import SECRET, Process

RESIDENT, WORKER, OFFICER, ADMIN = 5001, 5002, 5003, 5004


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(reference()) as server:
        yield server
        assert server.violations == []


async def staffed(process: Process, server: FakeTelegram) -> tuple[Person, Person, Person, Person]:
    await process.start()
    resident = server.person(RESIDENT)
    worker, officer, admin = await asyncio.gather(
        process.hire(server.person(WORKER), "grid_worker", steps.GRID),
        process.hire(server.person(OFFICER), "hub_officer", steps.TOWN),
        process.hire(server.person(ADMIN), "admin"),
    )
    return resident, worker, officer, admin


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_the_main_road(tmp_path: Path, server: FakeTelegram, mode: str) -> None:
    process = Process(tmp_path, server, mode)
    try:
        await process.command("migrate")
        people = resident, worker, officer, admin = await staffed(process, server)
        await steps.comes_in(resident)
        number = await steps.files(resident)
        await steps.sends_to_the_grid(officer, number)
        await steps.signs(worker, number)
        await steps.reports_back(worker, number)
        await steps.lets_pass(officer, number)
        await steps.is_satisfied(resident, number)
        await admin.says(f"/inspect {number}")
        assert "办结" in (await admin.sees("全过程")).text
        found = await process.inspect(number)
        assert (found["state"], found["grid"]) == ("CLOSED", steps.GRID)
        assert [event["kind"] for event in found["events"]] == [
            "registered", "accept", "dispatch", "sign", "reply", "release", "close", "rated"
        ]  # fmt: skip
        await server.delivery.confirmed()
        assert await process.stop() == 0
        process.check_log(*people)
        assert process.count("outbox", "status != 'sent'") == 0
        assert server.delivery.webhook == ("" if mode == "polling" else process.hook)
        assert server.methods.commands["all_private_chats", ""]["my"] == "我的诉求和进度"
        assert server.methods.commands[f"chat {OFFICER}", ""]["queue"] == "待受理"
    finally:
        await process.close()
        print("".join(process.log))  # noqa: T201  # pytest shows it where the test failed
