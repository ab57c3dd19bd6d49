"""From the chat into the console: /console, the link, the page; on the whole city with a clock that the test moves."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from app import config, demo, invites, wiring
from app.serving import web_app
from storage import migrate, open_database
from tests import jiangmen
from tests.clock import FrozenClock
from tests.journeys.test_web_chat import Person
from workflow.desk import Session
from workflow.model import Role

ROOT = Path(__file__).parents[2]
BASE = "https://counter.example.org"


@dataclass
class Hall:
    city: wiring.City
    client: TestClient[Any, Any]
    clock: FrozenClock
    resident: Person
    officer: Person

    async def appoints(self, role: Role, place: str = "") -> Person:
        """Somebody new with a chat and a post, bound by an invite."""
        token, _ = await self.city.mailbox.open_chat()
        person = Person(self.client, token)
        code, invite = invites.make(role.value, place, "", self.city.region, self.clock)

        async def work(session: Session) -> None:
            await session.uow.invites.add(invite)

        await self.city.desk.serve(f"test:{code}", work)
        await person.says(f"/start {code}")
        await person.sees("已绑定")
        return person

    async def code_for(self, person: Person) -> str:
        """The code in the link that the chat gives."""
        await person.says("/console")
        found = re.search(rf"{BASE}/console/signin#([A-Za-z0-9_-]+)", await person.sees(f"{BASE}/console/signin"))
        assert found is not None
        person.messages.clear()
        return found[1]

    async def signs_in(self, code: str) -> int:
        answer = await self.client.post("/console/signin", data={"code": code}, allow_redirects=False)
        if answer.status == 303:
            # The base address is https, so the test's plain connection must carry the cookie itself.
            assert answer.cookies["__Host-console"]["secure"] is True
            self.client.session.headers["Cookie"] = f"__Host-console={answer.cookies['__Host-console'].value}"
        return answer.status

    async def page(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert answer.status == status
        return await answer.text()


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    settings = config.load(ROOT / "config.example.toml", {"PETITION_WEB__BASE_URL": f"{BASE}/"})
    settings = replace(settings, files=config.FilesConfig(tmp_path / "files"))
    region, clock = jiangmen.region(), FrozenClock()
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    city = wiring.build(settings, region, database, clock, language=jiangmen.language())
    page = await demo.prepare(city, clock, jiangmen.language().places, "E1.2")
    tasks = city.engine.start()
    async with TestClient(TestServer(web_app(city, page))) as client:
        people = [Person(client, token) for _, token in page.panes]
        yield Hall(city, client, clock, people[0], people[2])
    await city.engine.stop(tasks)
    await database.close()


async def test_a_supervisor_signs_in_from_chat_and_reads_what_a_resident_wrote(hall: Hall) -> None:
    await hall.officer.sees("已绑定")
    await hall.resident.says("杜阮井根村村口的垃圾堆三天没人清，好臭，电话13812345678")
    await hall.resident.presses("继续")
    await hall.resident.presses("提交")
    number = re.search(r"JM-\d{6}-\d{4}", await hall.resident.sees("JM-"))
    assert number is not None
    supervisor = await hall.appoints(Role.SUPERVISOR)
    await hall.page("/console", 401)
    code = await hall.code_for(supervisor)
    assert await hall.signs_in(code) == 303
    page = await hall.page(f"/console/tickets/{number[0]}")
    assert "垃圾堆三天没人清" in page and "138****5678" in page and "13812345678" not in page
    assert await hall.signs_in(code) == 403

    # A town elsewhere has never heard of it.
    stranger = await hall.appoints(Role.SUPERVISOR, "440781")
    assert await hall.signs_in(await hall.code_for(stranger)) == 303
    await hall.page(f"/console/tickets/{number[0]}", 404)

    administrator = await hall.appoints(Role.ADMIN)
    assert await hall.signs_in(await hall.code_for(administrator)) == 303
    page = await hall.page(f"/console/tickets/{number[0]}")
    assert "垃圾堆" not in page and "已登记" in page


async def test_a_link_from_chat_dies_after_ten_minutes_and_is_for_some_only(hall: Hall) -> None:
    auditor = await hall.appoints(Role.AUDITOR)
    code = await hall.code_for(auditor)
    hall.clock.move(minutes=10)
    assert await hall.signs_in(code) == 403
    assert await hall.signs_in(await hall.code_for(auditor)) == 303
    worker = await hall.appoints(Role.GRID_WORKER, next(iter(p.code for p in hall.city.region.places.values() if p.level == "grid")))
    await worker.says("/console")
    await worker.sees("控制台只给")
    assert all("signin" not in message["html"] for message in worker.messages.values())


async def test_a_report_about_somebody_leaves_no_number_on_any_board(hall: Hall) -> None:
    await hall.resident.says("我要举报杜阮镇井根村村支书贪污集体分红")
    await hall.resident.presses("继续")
    await hall.resident.presses("提交")
    number = re.search(r"JM-\d{6}-\d{4}", await hall.resident.sees("JM-"))
    assert number is not None
    assert await demo.counts(hall.city) == {}
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN):
        assert await hall.signs_in(await hall.code_for(await hall.appoints(role))) == 303
        assert "共 0 件" in await hall.page("/console/tickets")
        await hall.page(f"/console/tickets/{number[0]}", 404)
