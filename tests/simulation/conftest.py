"""A made-up town with people in it, on a database of its own."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

import nlp
from app import config
from app.config import FilesConfig, RegionConfig
from app.region_pack import load
from app.simulation import settings
from app.simulation.play import Plan
from app.simulation.run import Script, Stage, midnight
from storage import Database, migrate, open_database
from tests.conftest import ROOT
from tests.keys import a_vault
from workflow.region import Region

TOWN = ROOT / "tests" / "regions" / "tinytown"
Stages = Callable[..., Awaitable[tuple[Stage, Database]]]


@functools.cache
def town() -> Region:
    return load(TOWN)


@functools.cache
def language() -> nlp.Language:
    return nlp.build(TOWN / "language", town())


@pytest.fixture
async def staged(tmp_path: Path) -> AsyncIterator[Stages]:
    """Makes stages: `await staged(plan, seed="1")`."""
    opened: list[Database] = []

    async def made(plan: Plan, seed: str = "1", texts: tuple[str, ...] = ()) -> tuple[Stage, Database]:
        database = open_database(f"sqlite+aiosqlite:///{tmp_path / f'{len(opened)}.db'}", a_vault())
        opened.append(database)
        await migrate(database)
        wanted = replace(config.load(ROOT / "config.example.toml", {}), files=FilesConfig(tmp_path / "files"), region=RegionConfig(TOWN))
        script = Script(settings.load(TOWN), plan, seed, midnight("2026-03-02", town()), texts)
        return Stage(wanted, town(), database, script, language()), database

    yield made
    for database in opened:
        await database.close()
