"""The console over a real database and a tiny made-up city: people sign in, and look."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

import texts
from app.serving import revealing
from app.signins import Links, operator_code
from bot.cards.words import Words
from storage import ConsoleAccess, ConsoleViews, DiskFiles, SqlInbox, WebMailbox
from tests.contract.conftest import Town, database, town
from tests.workflow.build import REGION
from web import WebServices, build_app
from web.console import Console
from web.ports import Bell
from web.services import DemoPage
from workflow.desk import Session
from workflow.model import Role
from workflow.understanding import Evidence, Located, PlaceGuess, RedFlag, TopicGuess, Understanding

__all__ = ["database", "town"]
SENTENCES = texts.load(strict=True)
Client = TestClient[Any, Any]


class Stars:
    def mask(self, text: str) -> str:
        return re.sub(r"\d{11}", "****", text)


class Keywords:
    """Hears litter and every four digits, wherever they stand: also where they are a piece of something else."""

    def understand(self, text: str) -> Understanding:
        found = [Evidence(m[0], m.start(), m.end(), 1.5) for m in re.finditer(r"(?i)litter|\d{4}", text)]
        topics = (TopicGuess("T1", "Litter", 0.75, tuple(found)), TopicGuess("T2", "Loose wall", 0.1, tuple(found[:1]))) if found else ()
        flags = (RedFlag("gas", "life", "gas", ("119",)),) if "gas" in text else ()
        parts = ((0, text.index(";")), (text.index(";"), len(text))) if ";" in text else ()
        return Understanding("hotline", "complain", "", topics, flags, parts=parts, version="test.1")

    def locate(self, text: str, inside: str = "") -> Located:
        at = text.find("Spring")
        if at < 0:
            return Located("none")
        here = (PlaceGuess("990101001001", "Spring", "", 1.0), PlaceGuess("990101001002", "Brook", "", 0.9))
        return Located("ask", "", here, (Evidence("Spring", at, at + 6, 1.0),))

    def near(self, lat: float, lon: float) -> tuple[PlaceGuess, ...]:
        return ()


@dataclass
class Visitor:
    """A browser of its own."""

    client: Client

    async def reads(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path, allow_redirects=False)
        page = await answer.text()
        assert answer.status == status, page[:2000]
        return page

    async def signs_in(self, code: str, **headers: str) -> ClientResponse:
        return await self.client.post("/console/signin", data={"code": code}, headers=headers, allow_redirects=False)

    def cookie(self) -> str:
        return self.client.session.cookie_jar.filter_cookies(self.client.make_url("/console"))["console"].value

    async def brings(self, cookie: str) -> ClientResponse:
        """Asks for the front page with somebody's cookie."""
        return await self.client.get("/console", headers={"Cookie": f"console={cookie}"}, allow_redirects=False)

    async def posts(self, path: str, **fields: str) -> ClientResponse:
        return await self.client.post(path, data=fields, allow_redirects=False)

    async def form_token(self) -> str:
        found = re.search(r'name="token" value="([0-9a-f]{64})"', await self.reads("/console"))
        assert found is not None
        return found[1]


class House:
    """Makes browsers, signed in or not. All talk to one server."""

    def __init__(self, town: Town, server: TestServer, services: WebServices, files: Path) -> None:
        self.town = town
        self.console = services.console
        self._services = services
        self.made: list[web.Application] = []
        self.files = files
        self.server = server
        self.clients: list[Client] = []

    def app(self, console: Console | None = None) -> web.Application:
        """The same again, for another server."""
        self.made.append(build_app(self._services if console is None else replace(self._services, console=console)))
        return self.made[-1]

    def inbox(self) -> SqlInbox:
        return SqlInbox(self.town.database, self.town.clock)

    def mailbox(self) -> WebMailbox:
        return WebMailbox(self.town.database)

    async def stranger(self) -> Visitor:
        client = TestClient[Any, Any](self.server)
        # The server is started once and shared.
        await client.session.__aenter__()
        self.clients.append(client)
        return Visitor(client)

    async def code(self, role: Role, place: str = REGION.code) -> str:
        return await operator_code(self.town.desk, role, place)

    async def code_of(self, who: str) -> str:
        async def work(session: Session) -> str:
            return await Links("").for_contact(session, self.town.people[who])

        self.town.served += 1
        link = await self.town.desk.serve(f"code:{self.town.served}", work)
        assert link is not None
        return link.partition("#")[2]

    async def enters(self, code: str) -> Visitor:
        visitor = await self.stranger()
        assert (await visitor.signs_in(code)).status == 303
        return visitor

    async def holds(self, role: Role, place: str = REGION.code) -> Visitor:
        return await self.enters(await self.code(role, place))


@pytest.fixture
async def house(town: Town, tmp_path: Path) -> AsyncIterator[House]:
    access = ConsoleAccess(town.database, town.clock)

    def words(language: str) -> Words:
        return Words(SENTENCES, REGION, ZoneInfo(REGION.time_zone), language)

    async def counts() -> dict[str, int]:
        return {}

    async def enter(role: Role) -> str | None:
        return await access.exchange(await operator_code(town.desk, role, REGION.code))

    reads, reveal = Keywords(), revealing(town.desk, lambda: None)
    views = ConsoleViews(town.database)
    console = Console(access, views, words, Stars(), reads, reads, lambda: REGION, town.clock, lambda: (2027,), False, reveal)
    inbox, mailbox, files = SqlInbox(town.database, town.clock), WebMailbox(town.database), DiskFiles(tmp_path / "files")
    demo = DemoPage((), "", counts, enter)
    services = WebServices(inbox, mailbox, files, SENTENCES, Bell(), lambda: None, console, town.database.alive, demo)
    server = TestServer(build_app(services))
    await server.start_server()
    made = House(town, server, services, tmp_path / "files")
    yield made
    for client in made.clients:
        await client.session.close()
    await server.close()
