"""Every secret there is bears a mark, a whole process goes its way through good and bad weather, and no mark is found where people look.

Looked at: logs, what commands print (standard output and error), every page of ours with its address and headers, metrics, the Bot API's
calls, the process list, and every row of the database. Not looked at: the process's environment, which an operator may fill with secrets
and which only the same user and root can read.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from app.cli import main
from app.region_pack import load
from tests.botapi import FakeTelegram, Person, reference
from tests.city import steps
from tests.city.process import Process, free_port
from tests.postgres import Server, name_of

TOKEN = "7654321:MARKtoken_Zx81kkqP0aaBBccDDeeFFggHH"
HOOK = "MARKhook-b7c1e0d4f5a6978877665544332211"
PASSWORD = "MARKpassword-9f8e7d6c5b4a"
MARKS = {"token": TOKEN, "the token's second half": TOKEN.partition(":")[2], "hook": HOOK, "password": PASSWORD}
PAGES = (
    "/", "/chat", "/healthz", "/readyz", "/console", "/console/board", "/console/tickets", "/console/tickets?q=MARK", "/console/incidents",
    "/console/health", "/console/try", "/console/signin", "/console/tickets/JM-000000-0000", "/nowhere", "/console/nowhere",
    "/chat/api/messages", "/hook/telegram", "/static/%2e%2e/config.toml", "/static/app.css",
)  # fmt: skip


class Heard:
    """What anybody got to read, with where."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []
        self.marks = dict(MARKS)

    def note(self, where: str, text: str) -> str:
        self.texts.append((where, text))
        return text

    async def page(self, client: aiohttp.ClientSession, method: str, url: str, **more: object) -> tuple[int, str]:
        async with client.request(method, url, allow_redirects=False, **more) as answer:  # type: ignore[arg-type]  # aiohttp's own options
            body = await answer.text(errors="replace")
            heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "Set-Cookie")
            self.note(f"{method} {url}", f"{answer.url}\n{heads}\n{body}")
            return answer.status, body

    def found(self, *without: str) -> list[str]:
        """Which marks are where; the marks of these names are meant to be there."""
        marks = {name: mark for name, mark in self.marks.items() if name not in without}
        return sorted({f"{name}: {where}" for where, text in self.texts for name, mark in marks.items() if mark in text})


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(reference(), token=TOKEN) as server:
        yield server


async def ran(heard: Heard, capfd: pytest.CaptureFixture[str], config: Path, *argv: str) -> tuple[int, str]:
    """A command's status and all it printed."""
    capfd.readouterr()
    status = await asyncio.to_thread(main, (*argv, "--config", str(config), "--log", "json"), {}, load)
    return status, heard.note(" ".join(argv), "\n".join(capfd.readouterr()))


async def hired(heard: Heard, process: Process, person: Person, role: str, place: str) -> None:
    code = json.loads(await process.command("invite", "--role", role, "--place", place, "--json"))["code"]
    heard.marks[f"invite of {role}"] = code
    await person.says(f"/start {code}")
    await person.sees("已绑定", within=30)


async def test_no_mark_is_found_where_people_look(
    tmp_path: Path, telegram: FakeTelegram, postgresql: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    url = await postgresql.bare()
    marked = url.replace("city@", f"city:{PASSWORD}@")
    process, heard = Process(tmp_path, telegram, "webhook", url=marked, webhook_secret=HOOK), Heard()
    config, metrics = tmp_path / "config.toml", free_port()
    config.write_text(f"{config.read_text('utf-8')}\n[metrics]\nport = {metrics}\n", "utf-8")
    heard.marks["key"] = (tmp_path / "keys").read_text("ascii").split()[-1]
    quoted = f"Bad Gateway: https://api.telegram.org/bot{TOKEN}/sendMessage of {HOOK}"
    telegram.fail(502, quoted, method="setWebhook", times=2)
    officer, resident = telegram.person(7002), telegram.person(7001)
    try:
        await process.start()
        await hired(heard, process, officer, "supervisor", steps.CITY)
        telegram.fail(502, quoted, method="sendMessage", times=2)
        await steps.comes_in(resident)
        await resident.says(steps.LITTER)
        await resident.sees(steps.UNDERSTOOD, within=30)
        await broken(postgresql, url, process, resident)
        number = steps.number_in(await resident.sees("已登记", within=60))
        for secret in ("wrong", HOOK):
            sent = {"X-Telegram-Bot-Api-Secret-Token": secret}
            async with aiohttp.ClientSession() as client:
                await heard.page(client, "POST", process.hook, data=b'{"update_id": "x"', headers=sent)
        await on_the_pages(heard, process, officer, f"http://127.0.0.1:{metrics}")
        for argv in (("check",), ("inspect", number), ("verify",), ("keys", "list")):
            await ran(heard, capfd, config, *argv)
        assert process._child is not None
        heard.note("process list", Path(f"/proc/{process._child.pid}/cmdline").read_bytes().decode())
        assert await process.stop() == 0
        heard.note("log", "".join(process.log))
        assert any('"an update failed"' in line for line in process.log), "the database failed on the way"
        await rows(heard, postgresql, url)
        assert heard.found() == []
    finally:
        await process.close()
        print("".join(process.log))  # noqa: T201  # pytest shows it where the test failed
        await postgresql.drop(url)


async def broken(server: Server, url: str, process: Process, resident: Person) -> None:
    """The table is gone when the person submits, and comes back."""
    connection = await server.connect(name_of(url))
    try:
        await connection.execute("ALTER TABLE tickets RENAME TO gone")
        await resident.presses("提交")
        await process.logs("an update failed")
        await connection.execute("ALTER TABLE gone RENAME TO tickets")
    finally:
        await connection.close()


async def on_the_pages(heard: Heard, process: Process, officer: Person, metrics: str) -> None:
    """Signed out and signed in, with what is wrong: every page, its address and its headers."""
    here = f"http://127.0.0.1:{process.port}"
    await officer.says("/console")
    shown = (await officer.sees("/console/signin#", within=30)).text
    code = heard.marks["link in the chat"] = re.search(r"signin#([\w-]+)", shown)[1]  # type: ignore[index]  # it was seen
    second = json.loads(await process.command("signin", "--role", "admin", "--json"))
    heard.marks["link of the command"] = re.search(r"signin#([\w-]+)", json.dumps(second))[1]  # type: ignore[index]  # it is there
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        for path in PAGES:
            await heard.page(client, "GET", f"{here}{path}")
        for used in (code, code, "MARK" * 8):
            await heard.page(client, "POST", f"{here}/console/signin", data={"code": used})
        sessions = [cookie.value for cookie in client.cookie_jar]
        assert sessions, "signed in"
        heard.marks["session"] = sessions[0]
        statuses = [(await heard.page(client, "GET", f"{here}{path}"))[0] for path in PAGES]
        assert statuses.count(200) > 8
        status, _ = await heard.page(client, "POST", f"{here}/console/try", data={"text": "路灯", "token": sessions[0]})
        assert status == 403
        opened = await client.post(f"{here}/chat/api/session")
        token = heard.marks["web chat"] = (await opened.json())["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        asked = (("GET", "messages?now"), ("GET", "messages?after=x"), ("POST", "messages"), ("GET", f"files/{'0' * 64}"))
        for method, path in asked:
            await heard.page(client, method, f"{here}/chat/api/{path}", headers=bearer)
        status, found = await heard.page(client, "GET", f"{metrics}/metrics")
        assert status == 200 and "petition" in found


async def rows(heard: Heard, server: Server, url: str) -> None:
    connection = await server.connect(name_of(url))
    try:
        tables = [row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for table in tables:
            for row in await connection.fetch(f'SELECT t::text FROM "{table}" t'):  # noqa: S608  # the database's own names
                heard.note(f"table {table}", row[0])
    finally:
        await connection.close()


async def test_a_faulty_configuration_is_told_without_its_secrets(
    tmp_path: Path, telegram: FakeTelegram, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each fault an operator may make beside a secret, by each command that reads it."""
    heard = Heard()
    Process(tmp_path, telegram, "webhook", webhook_secret=HOOK)
    plain = (tmp_path / "config.toml").read_text("utf-8").replace("regions/jiangmen", "tests/regions/tinytown")
    database = re.search(r"^url = .*$", plain, re.MULTILINE)[0]  # type: ignore[index]  # it is there
    faults = {
        "nobody at the database's address": plain.replace(database, f'url = "postgresql+asyncpg://city:{PASSWORD}@127.0.0.1:1/city"'),
        "no such form of an address": plain.replace(database, f'url = "mysql://city:{PASSWORD}@127.0.0.1/city"'),
        "a port that is none": plain.replace(database, f'url = "postgresql+asyncpg://city:{PASSWORD}@127.0.0.1:x/city"'),
        "an option of no driver": plain.replace(database, f'url = "postgresql+asyncpg://city:{PASSWORD}@127.0.0.1:1/city?pass={PASSWORD}"'),
        "a quotation mark left out": plain.replace(f'"{TOKEN}"', f'"{TOKEN}'),
        "no quotation marks": plain.replace(f'"{TOKEN}"', TOKEN),
        "a list": plain.replace(f'"{TOKEN}"', f'["{TOKEN}"]'),
        "another bot's form": plain.replace(TOKEN, f"{TOKEN} {TOKEN}"),
        "a hook's secret of other characters": plain.replace(HOOK, f"{HOOK}!"),
        "Telegram says no": plain.replace(TOKEN, f"{TOKEN}x"),
        "nobody at Telegram's address": re.sub(r"^base_url = .*$", 'base_url = "http://127.0.0.1:1/bot"', plain, flags=re.MULTILINE),
        "keys that are none": f'{plain}\n[privacies]\nkeys = "{HOOK}"\n',
    }
    for fault, text in faults.items():
        (tmp_path / "config.toml").write_text(text, "utf-8")
        for command in (("check",), ("migrate",), ("invite", "--role", "admin")):
            status, said = await ran(heard, capfd, tmp_path / "config.toml", *command)
            assert "Traceback" not in said, (fault, command, said)
            assert status in {1, 2} or (command != ("check",) and not status), (fault, command, said)
    assert heard.found() == []
