"""A complaint walked to 办结 through the web chat: HTTP, inbox, understanding, desk, outbox, cards, on a real database."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from app import config, demo, wiring
from app.clock import SystemClock
from app.serving import web_app
from storage import migrate, open_database
from tests import jiangmen

ROOT = Path(__file__).parents[2]
PATIENCE = 10.0


@dataclass
class Person:
    """A chat in a browser: says, presses, and waits until it sees."""

    client: TestClient[Any, Any]
    token: str
    after: int = 0
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    toasts: list[str] = field(default_factory=list)

    async def sends(self, update_id: str = "", **update: Any) -> None:
        update["id"] = update_id or str(uuid.uuid4())
        answer = await self.client.post("/chat/api/messages", json=update, headers=self.key)
        assert answer.status == 202

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def says(self, text: str) -> None:
        await self.sends(text=text)

    async def reads(self) -> None:
        answer = await self.client.get(f"/chat/api/messages?after={self.after}", headers=self.key)
        for message in await answer.json():
            self.after = message["seq"]
            if "toast" in message:
                self.toasts.append(message["toast"])
            else:
                self.messages.pop(message["id"], None)
                self.messages[message["id"]] = message

    async def sees(self, words: str) -> str:
        """Waits for a message with these words; the page's own long poll does the waiting."""
        async with asyncio.timeout(PATIENCE):
            while not (found := [m["html"] for m in self.messages.values() if words in m["html"]]):
                await self.reads()
        return str(found[-1])

    async def presses(self, label: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while (key := self._button(label)) is None:
                await self.reads()
        await self.sends(button=key[1], message_id=key[0])

    def _button(self, label: str) -> tuple[str, str] | None:
        for message in reversed(self.messages.values()):
            for key in (key for line in message["buttons"] for key in line):
                if label in key["label"]:
                    return str(message["id"]), str(key["data"])
        return None


@dataclass
class Counter:
    city: wiring.City
    client: TestClient[Any, Any]
    resident: Person
    worker: Person
    officer: Person
    department: Person


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    settings = config.load(ROOT / "config.example.toml", {})
    settings = replace(settings, files=config.FilesConfig(tmp_path / "files"))
    region, clock = jiangmen.region(), SystemClock()
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    city = wiring.build(settings, region, database, clock, language=jiangmen.language())
    places = jiangmen.language().places
    page = await demo.prepare(city, clock, places, "E1.2")
    tasks = city.engine.start()
    async with TestClient(TestServer(web_app(city, page))) as client:
        people = [Person(client, token) for _, token in page.panes]
        yield Counter(city, client, *people)
    await city.engine.stop(tasks)
    await database.close()


async def test_a_complaint_is_walked_to_its_end(counter: Counter) -> None:
    resident, worker, officer = counter.resident, counter.worker, counter.officer
    await worker.sees("已绑定")
    await officer.sees("已绑定")
    await resident.says("杜阮井根村村口的垃圾堆三天没人清，好臭")
    assert "非政府渠道" in await resident.sees("演示系统")
    await resident.presses("继续")
    card = await resident.sees("我这样理解")
    assert "环境卫生与垃圾" in card
    assert "杜阮镇" in card
    await resident.presses("提交")
    await resident.sees("JM-")
    await officer.presses("受理并派")
    await worker.presses("签收")
    await worker.presses("办结反馈")
    await worker.says("已清运，每周三次保洁")
    await worker.presses("综治中心")
    await officer.presses("通过")
    await resident.presses("解决了")
    await resident.sees("已办结")
    await resident.presses("满意")
    await resident.sees("您的评价：满意")
    assert await demo.counts(counter.city) == {"CLOSED": 1}


async def test_danger_comes_before_everything(counter: Counter) -> None:
    await counter.officer.sees("已绑定")
    await counter.resident.says("楼下好大煤气味，头晕")
    warning = await counter.resident.sees("119")
    assert "不能替您报警" in warning
    await counter.officer.sees("煤气味")  # before the privacy notice was answered


async def test_a_tie_is_asked_once(counter: Counter) -> None:
    await counter.resident.says("/start")
    await counter.resident.presses("继续")
    await counter.resident.says("龙溪村路灯坏咗成个星期")
    await counter.resident.presses("鹤山市")
    assert "桃源镇" in await counter.resident.sees("我这样理解")


async def test_the_same_update_twice_has_one_effect(counter: Counter) -> None:
    resident = counter.resident
    await resident.says("/start")
    await resident.presses("继续")
    await resident.says("杜阮井根村村口的垃圾堆三天没人清")
    await resident.sees("我这样理解")
    key = resident._button("提交")
    assert key is not None
    for _ in range(2):
        await resident.sends("the-same-update", button=key[1], message_id=key[0])
    await resident.sends(button=key[1], message_id=key[0])
    await resident.sees("JM-")
    await resident.says("/my")
    await resident.sees("1 件")
    assert sum((await demo.counts(counter.city)).values()) == 1


@pytest.mark.parametrize(
    "text", ["a", "😀😀", "'; DROP TABLE tickets; --", "<b>x</b><script>alert(1)</script>", "\u202eabc\u0000", "好" * 4096, "*_`[x](y)"]
)
async def test_odd_words_get_a_kind_answer(counter: Counter, text: str) -> None:
    resident = counter.resident
    await resident.says("/start")
    await resident.presses("继续")
    await resident.sees("请直接说")
    before = len(resident.messages)
    await resident.says(text)
    async with asyncio.timeout(PATIENCE):
        while len(resident.messages) == before:
            await resident.reads()
    assert all("<script" not in message["html"] for message in resident.messages.values())
    assert not (await counter.city.inbox.next_rows(SystemClock().now()))


async def test_photos_come_with_the_words(counter: Counter) -> None:
    resident = counter.resident
    await resident.says("/start")
    await resident.presses("继续")
    form = FormData()
    form.add_field("update", '{"id": "with-a-photo", "text": "杜阮井根村村口垃圾没人清"}')
    form.add_field("file", b"\xff\xd8picture", filename="../../x.jpg", content_type="image/jpeg")
    answer = await counter.client.post("/chat/api/messages", data=form, headers=resident.key)
    assert answer.status == 202
    assert "附件　1" in await resident.sees("我这样理解")


async def test_strangers_see_nothing(counter: Counter) -> None:
    for path in ("/chat/api/messages", f"/chat/api/files/{'0' * 64}"):
        answer = await counter.client.get(path, headers={"Authorization": "Bearer guess"})
        assert answer.status == 401
    unseen = await counter.client.get(f"/chat/api/files/{'0' * 64}", headers=counter.resident.key)
    assert unseen.status == 404


async def test_a_report_about_somebody_reaches_no_hub(counter: Counter) -> None:
    resident, officer = counter.resident, counter.officer
    await resident.says("/start")
    await resident.presses("继续")
    await resident.says("我要举报杜阮镇井根村村支书贪污集体分红")
    assert "检举控告" in await resident.sees("检举控告")
    await resident.presses("提交")
    await resident.sees("JM-")
    await officer.says("/queue")
    await officer.sees("没有待受理")
