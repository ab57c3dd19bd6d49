"""One city over many lives: started, killed, started again at once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url

from storage.keys import new_key, write
from tests.botapi import FakeTelegram
from tests.city.process import ROOT, SECRET, free_port

_SERVING = b'"serving"'
_PATIENCE = 30.0  # seconds until a life must serve, on a machine with other work
LOANS = "2.5"  # seconds, of what one of several processes claims: at half a minute nearly everybody would wait for the dead


@dataclass(slots=True)
class Lives:
    """`number`: of this life, from 1. `problems`: lines of errors, and what is no line of the log at all."""

    folder: Path
    server: FakeTelegram
    url: str
    cold: bool = False
    number: int = 0
    problems: list[str] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    _port: int = field(default_factory=free_port)
    _zygote: asyncio.subprocess.Process | None = None
    _child: asyncio.subprocess.Process | None = None
    _pid: int = 0
    _serving: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: asyncio.Task[None] | None = None

    @property
    def journal(self) -> Path | None:
        """SQLite's: written to by each commit."""
        found = make_url(self.url)
        return Path(f"{found.database}-wal") if found.get_backend_name() == "sqlite" else None

    async def launch(self, mode: str) -> None:
        """Returns as soon as the process is there; `serving` waits until it does its work."""
        self._configure(mode)
        self.number += 1
        self._serving.clear()
        argv = ["run", "--config", str(self.folder / "config.toml")]
        if self.cold:
            env = {name: value for name, value in os.environ.items() if not name.startswith("PETITION_")}
            command = (sys.executable, "-m", "app", *argv)
            pipes = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.PIPE}
            self._child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=env, **pipes)  # type: ignore[arg-type]
            self._pid = self._child.pid
            self._reading = asyncio.create_task(self._read(self._child.stderr))
            return
        zygote = await self._ready()
        assert zygote.stdin is not None
        zygote.stdin.write(f"{json.dumps(argv)}\n".encode())
        await zygote.stdin.drain()
        self._pid = int(await self._answer("started"))

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._zygote is None:
            pipe = asyncio.subprocess.PIPE
            command = (sys.executable, "-m", "benchmarks.crashes.zygote", *([] if self.journal else [LOANS]))
            self._zygote = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe)
            self._reading = asyncio.create_task(self._read(self._zygote.stderr))
            await self._answer("ready")
        return self._zygote

    async def _answer(self, word: str) -> str:
        assert self._zygote is not None
        assert self._zygote.stdout is not None
        async with asyncio.timeout(_PATIENCE):
            line = (await self._zygote.stdout.readline()).decode()
        assert line.startswith(word), f"wanted {word}, got {line}\n{''.join(self.problems[-20:])}"
        return line.removeprefix(word).strip()

    async def serving(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._serving.wait()
        except TimeoutError:
            raise AssertionError(f"life {self.number} does not serve: {''.join(self.problems[-20:])}") from None

    async def end(self, number: signal.Signals) -> int:
        """The exit status."""
        os.kill(self._pid, number)
        if self._child is None:
            return int(await self._answer("ended"))
        async with asyncio.timeout(_PATIENCE):
            status = await self._child.wait()
            if self._reading is not None:
                await self._reading
        self._child = None
        return status

    async def close(self) -> None:
        if self._child is not None:
            await self.end(signal.SIGKILL)
        if self._zygote is not None:
            assert self._zygote.stdin is not None
            self._zygote.stdin.close()
            if self._zygote.returncode is None and self._pid:
                try:
                    os.kill(self._pid, signal.SIGKILL)
                except ProcessLookupError:
                    self._pid = 0
            await self._zygote.wait()
        if self._reading is not None:
            await self._reading

    async def _read(self, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None
        while line := await stream.readline():
            if _SERVING in line:
                self._serving.set()
            self._note(line.decode("utf-8", "replace"))

    def _note(self, line: str) -> None:
        try:
            found = json.loads(line)
        except ValueError:
            # A line torn by the kill is no problem of its own; what the start says of its progress neither.
            if not line.startswith(("{", "[")) and line.strip():
                self.problems.append(line)
            return
        if found["level"] in {"error", "critical"}:
            self.problems.append(line)
        elif found["level"] == "warning":
            self.warnings[found.get("message", found.get("event", ""))] += 1

    def _configure(self, mode: str) -> None:
        hook = f"http://127.0.0.1:{self._port}/hook/telegram"
        telegram = {
            "token": self.server.token, "base_url": self.server.base_url, "base_file_url": self.server.base_file_url, "mode": mode,
            "webhook_url": hook, "webhook_secret": SECRET,
        }  # fmt: skip
        lines = ["[telegram]", *(f"{name} = {json.dumps(value)}" for name, value in telegram.items())]
        lines += ["[database]", f"url = {json.dumps(self.url)}", "[web]", 'host = "127.0.0.1"', f"port = {self._port}"]
        lines += ["[region]", 'pack = "regions/jiangmen"', "[files]", f"path = {json.dumps(str(self.folder / 'files'))}"]
        keys = self.folder / "keys"
        if not keys.exists():
            write(keys, [new_key("first")], fresh=True)
        lines += ["[privacy]", f'key_file = "{keys}"']
        (self.folder / "config.toml").write_text("\n".join(lines), "utf-8")
