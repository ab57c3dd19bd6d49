"""`python -m app run` at a Bot API server: the main road, and everything that can happen to a process on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.telegram.parse import ALLOWED_UPDATES
from tests.botapi import FakeTelegram, Person, reference
from tests.city import steps
from tests.city.process import SECRET, Process, free_port

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


async def test_the_main_road_by_webhook(tmp_path: Path, server: FakeTelegram) -> None:
    process = Process(tmp_path, server, "webhook")
    server.fail(502, "Bad Gateway", method="setWebhook", times=2)
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
        await knock(process)
        await server.delivery.confirmed()
        assert await process.stop() == 0
        process.check_log(*people)
        assert process.count("outbox", "status = 'dead'") == 0
        assert (server.delivery.webhook, server.delivery.allowed) == (process.hook, list(ALLOWED_UPDATES))
        assert server.methods.commands["all_private_chats", ""]["my"] == "我的诉求和进度"
        assert server.methods.commands[f"chat {OFFICER}", ""]["queue"] == "待受理"
    finally:
        await process.close()
        print("".join(process.log))  # noqa: T201  # pytest shows it where the test failed


async def knock(process: Process) -> None:
    body = {"update_id": 1, "message": {"text": "/start"}}
    async with aiohttp.ClientSession() as client:
        for secret, status in (("wrong", 403), ("", 403), (SECRET, 200)):
            async with client.post(process.hook, json=body, headers={"X-Telegram-Bot-Api-Secret-Token": secret}) as answer:
                assert answer.status == status


async def test_the_plug_is_pulled_again_and_again(tmp_path: Path, server: FakeTelegram) -> None:
    """Between stored and heard, between heard and confirmed, between heard and sent: nothing is lost, nothing comes twice."""
    process = Process(tmp_path, server)
    try:
        people = resident, worker, officer, _ = await staffed(process, server)
        await steps.comes_in(resident)
        server.hang("getFile")
        await resident.sends_photo(b"the bin", steps.LITTER)
        await server.called("getFile")
        await process.kill()
        assert process.count("inbox", "status = 'waiting'") == 1

        await process.start()
        assert "附件　1" in (await resident.sees(steps.UNDERSTOOD, within=20)).text
        server.hang("getUpdates")
        server.hang("sendMessage", times=2)
        sent = server.times_called("sendMessage", RESIDENT)
        await resident.presses("提交")
        await server.called("sendMessage", chat=RESIDENT, times=sent + 1)
        await process.kill()
        assert server.delivery.pending, "the press was heard and never confirmed"
        server.faults.pending.clear()

        await process.start()
        number = steps.number_in(await resident.sees("已登记", within=20))
        await steps.sends_to_the_grid(officer, number)
        await steps.signs(worker, number)
        await server.delivery.confirmed()
        await process.kill()
        await resident.says(f"/status {number}")

        await process.start()
        await resident.sees("办理中", within=20)
        await steps.reports_back(worker, number, photo=False)
        await steps.lets_pass(officer, number)
        await steps.is_satisfied(resident, number)
        assert await process.stop() == 0
        assert [event["kind"] for event in (await process.inspect(number))["events"]] == [
            "registered", "accept", "dispatch", "sign", "reply", "release", "close", "rated"
        ]  # fmt: skip
        assert (process.count("tickets"), process.count("outbox", "status = 'dead'")) == (1, 0)
        for person, words in ((resident, "已登记，编号"), (resident, "有答复了"), (officer, "新诉求"), (resident, steps.UNDERSTOOD)):
            assert len([said for said in person.seen() if words in "".join((said.text, *said.earlier))]) == 1, words
        process.check_log(*people)
    finally:
        await process.close()
        print("".join(process.log))  # noqa: T201


async def test_a_gentle_end_leaves_nothing_behind(tmp_path: Path, server: FakeTelegram) -> None:
    process = Process(tmp_path, server, "webhook")
    try:
        await process.start()
        people = [server.person(6000 + number) for number in range(12)]
        for person in people:
            await person.says("/start")
            await person.says("路灯坏了")
        assert await process.stop() == 0
        for person in people:
            await person.says("井根村")

        await process.start()
        server.delivery.retry_now()
        for person in people:
            await person.presses("继续", within=20)
            assert "路灯" in (await person.sees(steps.UNDERSTOOD, within=20)).text
        assert await process.stop() == 0
        assert len({update for update, status in server.delivery.attempts if status == 200}) == 4 * len(people)
        assert process.count("inbox", "status != 'done'") == 0
        process.check_log(*people)
    finally:
        await process.close()
        print("".join(process.log))  # noqa: T201


async def test_a_city_serves_before_its_network_is_up(tmp_path: Path) -> None:
    server = FakeTelegram(reference())
    server._port = free_port()
    process = Process(tmp_path, server)
    try:
        await process.start()
        await process.logs("Telegram can't be reached yet")
        async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{process.port}/chat") as answer:
            assert answer.status == 200, "the web chat does not wait for Telegram"
        assert await process.stop() == 0, "nor does the end"

        await process.start()
        async with server:
            resident = server.person(RESIDENT)
            await resident.says("/start")
            await resident.sees("信访超市", within=20)
            assert await process.stop() == 0
        process.check_log(resident)
    finally:
        await process.close()
        print("".join(process.log))  # noqa: T201


async def test_a_token_that_telegram_refuses_ends_the_start_and_is_not_said(tmp_path: Path, server: FakeTelegram) -> None:
    wrong = "7654321:another-token_of-nobody_at_all"
    process = Process(tmp_path, server, token=wrong)
    try:
        await process.launch()
        assert await process.ended() == 1
        assert "see token" in "".join(process.log)
        assert wrong not in "".join(process.log) and "Traceback" not in "".join(process.log)
        assert "C007" in await process.command("check", status=1)
    finally:
        await process.close()
