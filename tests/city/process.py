"""The real thing: `python -m app …` as its own process, with its logs, its signals and its sudden death."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from storage.keys import new_key, write
from tests.botapi import FakeTelegram, Person
from tests.city import steps

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret_of-tests-that-is-long-enough"
_SERVING = '"serving"'
_PATIENCE = 30.0


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Process:
    """One city in one folder, over any number of lives. `log`: every line on standard error, of all lives."""

    def __init__(self, folder: Path, server: FakeTelegram, mode: str = "polling", url: str = "", **telegram: str) -> None:
        """`url`: a database other than the folder's own; `telegram`: other values for its section of the configuration."""
        self.log: list[str] = []
        self.database = folder / "city.db"
        self.port = free_port()
        self.hook = f"http://127.0.0.1:{self.port}/hook/telegram"
        self._config = folder / "config.toml"
        self._changed = asyncio.Condition()
        self._child: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        section = {
            "token": server.token, "base_url": server.base_url, "base_file_url": server.base_file_url, "mode": mode,
            "webhook_url": self.hook, "webhook_secret": SECRET,
        } | telegram  # fmt: skip
        url = url or f"sqlite+aiosqlite:///{self.database}"
        lines = ["[telegram]", *(f"{name} = {json.dumps(value)}" for name, value in section.items())]
        lines += ["[database]", f'url = "{url}"', "[web]", 'host = "127.0.0.1"', f"port = {self.port}"]
        lines += ["[privacy]", f'key_file = "{folder / "keys"}"']
        if not (folder / "keys").exists():
            write(folder / "keys", [new_key("first")], fresh=True)
        lines += ["[region]", 'pack = "regions/jiangmen"', "[files]", f'path = "{folder / "files"}"']
        self._config.write_text("\n".join(lines), "utf-8")

    async def command(self, *argv: str, status: int = 0) -> str:
        """What a command printed; it must end with `status`."""
        child = await self._spawn(argv, stdout=asyncio.subprocess.PIPE)
        async with asyncio.timeout(_PATIENCE):
            out, err = await child.communicate()
        assert child.returncode == status, err.decode()
        return out.decode()

    async def _spawn(self, argv: tuple[str, ...], **more: Any) -> asyncio.subprocess.Process:
        command = (sys.executable, "-m", "app", *argv, "--config", str(self._config))
        env = {name: value for name, value in os.environ.items() if not name.startswith("PETITION_")}
        return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=env, stderr=asyncio.subprocess.PIPE, **more)

    async def inspect(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.command("inspect", number, "--json"))
        return found

    async def hire(self, person: Person, role: str, place: str = "", unit: str = "") -> Person:
        """The person sends the code that `invite` prints."""
        argv = ["invite", "--role", role, "--json", *(("--place", place) if place else ()), *(("--unit", unit) if unit else ())]
        code = json.loads(await self.command(*argv))["code"]
        await person.says(f"/start {code}")
        await person.sees("已绑定", within=_PATIENCE)
        return person

    async def start(self) -> None:
        """Returns once it serves."""
        lives = sum(_SERVING in line for line in self.log)
        await self.launch()
        await self.logs(_SERVING, lives + 1)

    async def launch(self) -> None:
        self._child = await self._spawn(("run",), stdout=asyncio.subprocess.DEVNULL)
        self._reading = asyncio.create_task(self._read(self._child))

    async def _read(self, child: asyncio.subprocess.Process) -> None:
        assert child.stderr is not None
        while line := await child.stderr.readline():
            self.log.append(line.decode())
            async with self._changed:
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()

    async def logs(self, words: str, times: int = 1) -> None:
        """Waits for so many lines with these words."""
        try:
            async with asyncio.timeout(_PATIENCE), self._changed:
                await self._changed.wait_for(lambda: sum(words in line for line in self.log) >= times)
        except TimeoutError:
            raise AssertionError(f"never logged: {words}\n{''.join(self.log[-30:])}") from None

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end; the exit status."""
        assert self._child is not None
        self._child.send_signal(number)
        return await self.ended()

    async def kill(self) -> None:
        """As if somebody pulled the plug."""
        assert await self.stop(signal.SIGKILL) == -signal.SIGKILL

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    async def ended(self) -> int:
        assert self._child is not None and self._reading is not None
        async with asyncio.timeout(_PATIENCE):
            status = await self._child.wait()
            await self._reading
        self._child = None
        return status

    async def close(self) -> None:
        if self._child is not None:
            await self.kill()

    def count(self, table: str, where: str = "1 = 1") -> int:
        with closing(sqlite3.connect(self.database)) as database:
            return int(database.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])  # noqa: S608  # our own words

    def errors(self) -> list[str]:
        """Lines of errors and of what is no line of the log at all."""
        plain = [line for line in self.log if not line.startswith(("{", "["))]
        return [line for line in self.log if line.startswith("{") and json.loads(line)["level"] in {"error", "critical"}] + plain

    def check_log(self, *people: Person) -> None:
        """Nothing in the error log, no token, and no word of anybody."""
        assert self.errors() == []
        logged = "".join(self.log)
        for person in people:
            for said in person._chats.transcripts[person.chat]:
                assert said.by_bot or len(said.text) < 4 or said.text not in logged
        assert steps.LITTER[:6] not in logged and "test-token_of-nobody" not in logged
