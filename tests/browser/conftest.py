"""The whole city on a port of its own, with the demo's people, and a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright

from app import config, demo, wiring
from app.clock import SystemClock
from app.serving import web_app
from app.signins import operator_code
from storage import migrate, open_database
from tests import jiangmen
from workflow.model import Role

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Site:
    """`base`: the address that paths are put behind. `city`: what the test may ask without the browser."""

    base: str
    city: wiring.City

    async def sign_in_link(self, role: Role) -> str:
        return f"{self.base}/console/signin#{await operator_code(self.city.desk, role, self.city.region.code)}"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    settings = replace(config.load(ROOT / "config.example.toml", {}), files=config.FilesConfig(tmp_path / "files"))
    region, clock = jiangmen.region(), SystemClock()
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'city.db'}")
    await migrate(database)
    city = wiring.build(settings, region, database, clock, language=jiangmen.language())
    page = await demo.prepare(city, clock, jiangmen.language().places, "E1.2")
    tasks = city.engine.start()
    server = TestServer(web_app(city, page))
    await server.start_server()
    yield Site(str(server.make_url("/")).rstrip("/"), city)
    await server.close()
    await city.engine.stop(tasks)
    await database.close()


@pytest.fixture
def address(site: Site) -> str:
    """Of the demo's page."""
    return f"{site.base}/demo"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        await started.close()


def faults_of(page: Page) -> list[str]:
    """Collects what goes wrong on a page from now on: exceptions of scripts, and what its policy forbade."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if "Content Security Policy" in message.text else None)
    return found
