"""Without Telegram nothing leaves the machine: the demo starts and a complaint is filed while every other address is refused."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.city.process import ROOT, free_port

GUARD = ROOT / "tests" / "guard"


@asynccontextmanager
async def guarded(folder: Path, *argv: str, **environ: str) -> AsyncIterator[Process]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PETITION_")}
    env |= {"PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}", "GUARD_FILE": str(folder / "tried"), **environ}
    child = await asyncio.create_subprocess_exec(sys.executable, *argv, cwd=folder, env=env, stdout=PIPE, stderr=PIPE)
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


async def test_the_guard_holds(tmp_path: Path) -> None:
    """Else the next test would prove nothing."""
    for tried in ("socket.create_connection(('192.0.2.1', 80), 1)", "socket.getaddrinfo('example.org', 80)"):
        async with guarded(tmp_path, "-c", f"import socket; {tried}") as child, asyncio.timeout(20):
            _, said = await child.communicate()
            assert child.returncode == 1 and b"the guard refuses" in said
    assert len((tmp_path / "tried").read_text("utf-8").splitlines()) == 2


async def test_the_demo_speaks_to_nobody_outside(tmp_path: Path) -> None:
    port = free_port()
    async with guarded(tmp_path, "-m", "app", "demo", PETITION_WEB__PORT=str(port)) as child, asyncio.timeout(60):
        assert child.stderr is not None
        while b'"serving"' not in (line := await child.stderr.readline()):
            assert line, "it ended before it served"
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            async with client.post("/chat/api/session") as answer:
                key = {"Authorization": f"Bearer {(await answer.json())['token']}"}
            danger = {"id": str(uuid.uuid4()), "text": "井根村楼下煤气泄漏"}
            async with client.post("/chat/api/messages", json=danger, headers=key) as answer:
                assert answer.status == 202
            seen, after = "", 0
            while "JM-" not in seen:
                async with client.get(f"/chat/api/messages?after={after}", headers=key) as answer:
                    for message in await answer.json():
                        seen, after = seen + message.get("html", ""), message["seq"]
    assert not (tmp_path / "tried").exists(), (tmp_path / "tried").read_text("utf-8")
