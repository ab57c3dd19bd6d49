"""run and demo: serve until somebody asks to stop."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import nlp
from app import demo, run, wiring
from app.cli.context import FAILED, OK, Context, make_room
from app.config import Config, DatabaseConfig, FilesConfig
from app.serving import WebServer, web_app
from storage import migrate, open_database
from web.demo import DemoPage
from workflow.region import Region

_DATA = Path("var/demo")


async def run_city(context: Context) -> int:
    return await _serve(context, context.config, context.region())


async def run_demo(context: Context) -> int:
    """Fresh data each time, unless --keep."""
    if not context.args.keep and _DATA.exists():
        shutil.rmtree(_DATA)
    _DATA.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{_DATA / 'city.db'}"
    config = replace(context.config, database=DatabaseConfig(url), files=FilesConfig(_DATA / "files"))
    return await _serve(context, config, context.region(), with_demo=True)


async def _serve(context: Context, config: Config, region: Region, *, with_demo: bool = False) -> int:
    make_room(config.database.url)
    database = open_database(config.database.url)
    try:
        context.console.print("[1/3] preparing the database")
        await migrate(database)
        context.console.print("[2/3] loading the language")
        city = wiring.build(config, region, database, context.clock)
        page = await _page(context, city, region) if with_demo else None
        stop = asyncio.Event()
        run.stop_on_signals(stop)
        where = f"http://{config.web.host}:{config.web.port}"
        context.console.print(f"[3/3] open {where}/{'demo' if with_demo else 'chat'}   (Ctrl+C ends it)", markup=False)
        await run.serve(city.engine, [WebServer(web_app(city, page), config.web.host, config.web.port)], stop)
    except run.PortTaken:
        context.console.print(f"port {config.web.port} is taken: end what listens there, or set PETITION_WEB__PORT", markup=False)
        return FAILED
    finally:
        await database.close()
    return OK


async def _page(context: Context, city: wiring.City, region: Region) -> DemoPage:
    language = nlp.build(Path(context.config.region.pack) / "language", region)
    read = language.classifier.understand(region.demo_complaint)
    return await demo.prepare(city, context.clock, language.places, read.topics[0].code)
