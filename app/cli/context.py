"""What a command gets: its arguments, its configuration, and how a region is loaded."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console
from sqlalchemy.engine import make_url

from app.config import Config
from app.keys import tool_vault
from app.region_pack import with_imported
from app.systemd import Notices
from storage import Database, open_database
from storage.imports import ImportStore
from workflow.ports import Clock
from workflow.region import Region

OK, FAILED, BAD_USAGE, NOT_FOUND = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Context:
    args: argparse.Namespace
    config: Config
    load_region: Callable[[Path], Region]
    clock: Clock
    stdin: TextIO
    stdout: TextIO
    console: Console  # standard error: progress and complaints
    notices: Notices = Notices()

    def region(self) -> Region:
        with self.busy("loading the region pack"):
            return self.load_region(self.config.region.pack)

    async def city(self) -> Region:
        """The region as this city has it: the pack, with the grids that were imported into its database. Makes no database."""
        pack = self.region()
        if not is_there(self.config.database.url):
            return pack
        async with self.database() as database:
            return with_imported(pack, await ImportStore(database).grids())

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """A spinner on a terminal, nothing elsewhere."""
        if not self.console.is_terminal:
            yield
            return
        with self.console.status(what):
            yield

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        make_room(self.config.database.url)
        database = open_database(self.config.database.url, tool_vault(self.config.privacy))
        try:
            yield database
        finally:
            await database.close()


def is_there(url: str) -> bool:
    """False only for a SQLite file that nobody made yet."""
    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or bool(parsed.database and Path(parsed.database).exists())


def make_room(url: str) -> None:
    """SQLite makes its file, but not the folder it lies in."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        file = Path(parsed.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # residents' words: for this user only; SQLite gives its other files the same mode
