"""The HTTP side of the test server, and the switches for what goes wrong."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from tests.botapi.chats import Chats, Said
from tests.botapi.delivery import Delivery
from tests.botapi.faults import Fault, Faults
from tests.botapi.methods import Files, Methods
from tests.botapi.person import Person
from tests.botapi.problems import Problem
from tests.botapi.spec import Mistyped, Spec

TOKEN = "1234567:test-token_of-nobody"


class FakeTelegram:
    """`async with FakeTelegram(spec) as telegram:` serves on a free loopback port.

    violations   calls that break the Bot API's specification: a test should find it empty
    refusals     (method, description) of everything else that was refused
    calls        (method, parameters) of every call but getUpdates
    """

    def __init__(self, spec: Path | None = None, token: str = TOKEN) -> None:
        """`spec`: the Bot API as JSON; None checks nothing against it."""
        self.token = token
        self.violations: list[str] = []
        self.refusals: list[tuple[str, str]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.chats = Chats()
        self.delivery = Delivery()
        self.methods = Methods(self.chats, self.delivery)
        self.faults = Faults()
        self._spec = Spec(spec)
        self._gone = asyncio.Event()
        self._heard = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/bot"

    @property
    def base_file_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/file/bot"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/kept/{file_id}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        await self.delivery.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def person(self, person_id: int = 1001, *, language: str = "zh-hans", name: str = "P") -> Person:
        """Somebody with a private chat."""
        self.chats.kinds[person_id] = "private"
        return Person(self.chats, self.delivery, self.methods, person_id, person_id, language, name)

    def group(self, chat: int, *members: Person) -> list[Person]:
        """The same people, talking in a group the bot is in. `chat` is negative."""
        self.chats.kinds[chat] = "supergroup"
        return [member.talking_in(chat) for member in members]

    def transcript(self, chat: int) -> list[Said]:
        return [said for said in self.chats.transcripts[chat] if not said.deleted]

    def flood(self, chat: int | None, seconds: int, times: int = 1, skip: int = 0) -> None:
        """429 for the next calls to a chat, or for all, after `skip` that go well."""
        self.faults.pending.append(Fault(chat=chat, problem=Problem("retry after", 429, retry_after=seconds), times=times, skip=skip))

    def fail(self, status: int = 500, description: str = "Internal Server Error", *, method: str = "", times: int = 1) -> None:
        self.faults.pending.append(Fault(method, problem=Problem(description, status), times=times))

    def hang(self, method: str = "", *, after: bool = False, times: int = 1) -> None:
        """No answer; `after`: though the call was carried out."""
        self.faults.pending.append(Fault(method, hang=True, after=after, times=times))

    def cut(self, method: str = "", *, after: bool = False, times: int = 1) -> None:
        """The connection breaks instead of an answer."""
        self.faults.pending.append(Fault(method, drop=True, after=after, times=times))

    def block(self, chat: int) -> None:
        """Every call to the chat is forbidden, without an update that says so."""
        self.chats.blocked.add(chat)

    def migrate(self, old: int, new: int) -> None:
        self.chats.moved[old] = new
        self.chats.kinds[new] = "supergroup"

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            self._know(request)
            raw, files = await _parameters(request)
            params = self._checked(method, raw, files)
            async with self._heard:
                self._heard.notify_all()
            await self._suffer(self.faults.take(method, params, after=False), request)
            result = await self.methods.table[method.casefold()](params, files)
            await self._suffer(self.faults.take(method, params, after=True), request)
        except Problem as problem:
            self.refusals.append((method, problem.description))
            return web.json_response(problem.body(), status=problem.status)
        return web.json_response({"ok": True, "result": result})

    def _know(self, request: web.Request) -> None:
        if request.match_info["token"] != self.token:
            raise Problem("Unauthorized", 401)

    def _checked(self, method: str, raw: dict[str, str], files: Files) -> dict[str, Any]:
        try:
            params = self._spec.read(method, raw, frozenset(files))
        except Mistyped as mistyped:
            self.violations.append(str(mistyped))
            raise Problem(str(mistyped), 404 if "no such method" in str(mistyped) else 400) from None
        if method.casefold() not in self.methods.table:
            self.violations.append(f"{method}: not offered by the test server")
            raise Problem("Not Found", 404)
        if method.casefold() != "getupdates":
            self.calls.append((method, params))
        return params

    def times_called(self, method: str, chat: int | None = None) -> int:
        return sum(name.casefold() == method.casefold() and chat in {None, params.get("chat_id")} for name, params in self.calls)

    async def called(self, method: str, *, chat: int | None = None, times: int = 1, within: float = 10.0) -> None:
        """Waits for so many calls in all. Raises TimeoutError."""
        async with asyncio.timeout(within), self._heard:
            await self._heard.wait_for(lambda: self.times_called(method, chat) >= times)

    async def _suffer(self, fault: Fault | None, request: web.Request) -> None:
        if fault is None:
            return
        if fault.problem is not None:
            raise fault.problem
        if fault.slow:
            with suppress(TimeoutError):
                async with asyncio.timeout(fault.slow):
                    await self._gone.wait()
            return
        if fault.drop and request.transport is not None:
            request.transport.abort()
        await self._gone.wait()  # the client gives up, or the server closes

    async def _download(self, request: web.Request) -> web.Response:
        stored = self.methods.stored.get(request.match_info["file_id"])
        if stored is None or request.match_info["token"] != self.token:
            return web.Response(status=404)
        return web.Response(body=stored[1])


async def _parameters(request: web.Request) -> tuple[dict[str, str], Files]:
    raw, files = dict(request.query), dict[str, tuple[str, bytes]]()
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        else:
            raw[name] = str(value)
    return raw, files
