"""A whole city behind its web server as it runs, and the people who ask: each answer is held against the OpenAPI document."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, DummyCookieJar, web
from sqlalchemy import Select, func, select
from yarl import URL

from app import demo
from app.serving import WebServer, web_app
from app.signins import Links, operator_code
from bot.telegram.receive import webhook_routes
from storage.joining_tables import followers
from storage.tables import contacts, events, notes, posts, tickets, web_chats
from tests.city import steps
from tests.city.counter import Counter, open_counter
from tests.city.process import free_port
from tests.fuzz.requests import DOCUMENT, Asked
from web.console.access import COUNTS
from web.openapi.document import HOOK_PATH
from workflow.desk import Session
from workflow.model import Role

SECRET = "a-secret_of-tests"
_LOST = frozenset({"/console/signout", "/console/signout/everywhere", "/console/signin", "/demo/console"})
"""After these the session may be over, or another one."""
_BEARS = {
    "Content-Security-Policy": r"(?=.*default-src ('self'|'none'))(?=.*(frame-ancestors 'self'|sandbox))(?!.*unsafe)",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
}  # fmt: skip
_WATCHED = (tickets, events, notes, contacts, posts, followers, web_chats)


@dataclass
class Key:
    """What an actor brings. `headers` for a chat; a session for the console."""

    headers: dict[str, str] = field(default_factory=dict)
    form_token: str = ""


@dataclass
class House:
    counter: Counter
    app: web.Application
    client: ClientSession
    number: str
    keys: dict[str, Key] = field(default_factory=dict)

    async def unlocked(self, actor: str) -> Key:
        """A session that is over is begun anew."""
        if actor in {"officer", "admin"} and actor not in self.keys:
            self.keys[actor] = await self._entered(await self._code(actor))
        return self.keys.setdefault(actor, Key())

    async def _code(self, actor: str) -> str:
        city = self.counter.city
        if actor == "admin":
            return await operator_code(city.desk, Role.ADMIN, city.region.code)
        address = str(self.counter.staff["officer"].id)

        async def work(session: Session) -> str:
            contact = await session.uow.contacts.by_address("telegram", address)
            assert contact is not None
            return await Links("").for_contact(session, contact)

        link = await city.desk.serve(f"officer's link {self.counter.clock.now()}", work)
        assert link is not None
        return link.partition("#")[2]

    async def _entered(self, code: str) -> Key:
        async with self.client.post("/console/signin", data={"code": code}, allow_redirects=False) as answer:
            assert answer.status == 303
            key = Key({"Cookie": f"console={answer.cookies['console'].value}"})
        async with self.client.get("/console", headers=key.headers) as answer:
            found = re.search(r'name="token" value="([0-9a-f]{64})"', await answer.text())
        assert found is not None
        key.form_token = found[1]
        return key

    async def ask(self, asked: Asked) -> None:
        """Sends it, and holds the answer against what is promised."""
        self.app[COUNTS].found.clear()
        key, before = await self.unlocked(asked.actor), await self.state()
        own = key.headers if asked.operation != HOOK_PATH else {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        body = asked.body + (f"&token={key.form_token}".encode() if asked.token else b"")
        path = asked.path.replace("{number}", self.number).replace("{sha}", "0" * 64)
        url = URL(str(self.client._base_url).rstrip("/") + path, encoded=True)
        async with self.client.request(
            asked.method, url, headers={**own, **asked.headers}, data=body or None, allow_redirects=False
        ) as answer:
            said = await answer.read()
            await self._looks_right(asked, answer, said)
        if "console" in answer.cookies and answer.cookies["console"].value and asked.actor in {"officer", "admin"}:
            key.headers = {"Cookie": f"console={answer.cookies['console'].value}"}
        if answer.status in {303, 401} and (asked.operation in _LOST or "Cookie" in asked.headers):
            self.keys.pop(asked.actor if asked.actor != "resident" else "", None)
        if answer.status in {200, 202} and asked.method == "POST":
            await self.counter.settled()
        if answer.status >= 400:
            assert await self.state() == before, (asked, asked.path[:200])

    async def _looks_right(self, asked: Asked, answer: ClientResponse, said: bytes) -> None:
        for name, wanted in _BEARS.items():
            assert re.search(wanted, answer.headers.get(name, "")), (asked, asked.path[:200], name, answer.status)
        operation = DOCUMENT["paths"].get(asked.operation, {}).get("get" if asked.method == "HEAD" else asked.method.lower())
        as_documented = operation is not None and str(answer.status) in operation["responses"]
        if not as_documented or answer.status == 404:  # the library says it of a path that leads nowhere
            assert answer.status in {400, 401, 403, 404, 405, 413, 417}, (asked, asked.path[:200], answer.status, said[:300])
            return
        content = operation["responses"][str(answer.status)].get("content", {})
        if said and content and "*/*" not in content:
            assert answer.content_type in content, (asked, answer.content_type)
            schema = content[answer.content_type].get("schema")
            assert schema is None or fits(schema, await answer.json()), (asked, said[:300])

    async def state(self) -> list[Any]:
        """What a refused request leaves as it was."""
        queries: list[Select[Any]] = [select(func.count()).select_from(table) for table in _WATCHED]
        queries.append(select(func.sum(tickets.c.version)))
        async with self.counter.city.database.reading() as connection:
            return [(await connection.execute(query)).scalar() for query in queries]


def fits(schema: dict[str, Any], value: Any) -> bool:
    """As far as our own document goes into it."""
    if "$ref" in schema:
        return fits(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], value)
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    kinds: dict[str, type[Any] | tuple[type[Any], ...]] = {
        "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
    }  # fmt: skip
    if not isinstance(value, kinds[schema["type"]]):
        return False
    if isinstance(value, list):
        return all(fits(schema["items"], one) for one in value)
    if isinstance(value, dict):
        known = schema["properties"]
        return set(schema.get("required", [])) <= set(value) and all(fits(known[name], one) for name, one in value.items() if name in known)
    return True


async def opened(stack: AsyncExitStack, folder: Path) -> House:
    counter = await stack.enter_async_context(open_counter(folder))
    number = await steps.files(await counter.resident())
    city = counter.city
    topic = city.classifier.understand(city.region.demo_complaint).topics[0].code
    app = web_app(city, await demo.prepare(city, counter.clock, city.places, topic))
    app.add_routes(webhook_routes(SECRET, city.inbox, HOOK_PATH, city.engine.reader.wake))
    server = WebServer(app, "127.0.0.1", port := free_port())
    await server.start()
    stack.push_async_callback(server.stop)
    client = ClientSession(f"http://127.0.0.1:{port}", cookie_jar=DummyCookieJar())
    house = House(counter, app, await stack.enter_async_context(client), number)
    async with client.post("/chat/api/session") as answer:
        house.keys["resident"] = Key({"Authorization": f"Bearer {(await answer.json())['token']}"})
    for update in ({"id": "comes-in-1", "text": "/start"}, {"id": "comes-in-2", "button": "c:yes", "message_id": "x"}):
        async with client.post("/chat/api/messages", json=update, headers=house.keys["resident"].headers) as answer:
            assert answer.status == 202
    await counter.settled()
    return house
