"""run and demo: serve until somebody asks to stop."""

from __future__ import annotations

import argparse
import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from telegram.error import TelegramError

from app import demo, run, wiring
from app.cli.context import FAILED, OK, Context, make_room
from app.clock import steady
from app.config import Config, DatabaseConfig, FilesConfig, PrivacyConfig
from app.demo_matters import bring_all
from app.demo_seed import Seeding
from app.elected import Elected
from app.keys import first_key, vault_of
from app.sampling import Sampler
from app.serving import WebServer, metrics_app, web_app
from app.signins import operator_code
from app.systemd import Notifier
from app.telegram import Polling, Webhook, hook_routes, opened
from bot.telegram.pacing import Pace
from bot.telegram.start import Telegram
from storage import Database, Election, OutboxQueue, Served, migrate, one_process, open_database
from storage.figures import Figures
from storage.keys import KeyFault
from storage.rotation import fit
from web.services import DemoPage
from workflow.model import Role
from workflow.region import Region

_DATA = Path("var/demo")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keys-lost", action="store_true", help="begin although nothing that is sealed can be opened any more")


async def run_city(context: Context) -> int:
    return await _serve(context, context.config, await context.city())


async def run_demo(context: Context) -> int:
    """Fresh data each time, unless --keep; fresh data is seeded. The data of a demo that runs is left alone."""
    if run.taken(context.config.web.host, context.config.web.port):
        return _port_taken(context, context.config)
    if not context.args.keep and _DATA.exists():
        shutil.rmtree(_DATA)
    fresh = not _DATA.exists()
    _DATA.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{_DATA / 'city.db'}"
    privacy = PrivacyConfig(_DATA / "keys")
    if not privacy.key_file.exists():
        first_key(privacy.key_file, context.clock)
    config = replace(context.config, database=DatabaseConfig(url), files=FilesConfig(_DATA / "files"), privacy=privacy)
    return await _serve(context, config, context.region(), with_demo=True, fresh=fresh)


async def _serve(context: Context, config: Config, region: Region, *, with_demo: bool = False, fresh: bool = False) -> int:
    vault = vault_of(config.privacy, config.region.pack)
    make_room(config.database.url)
    database = open_database(config.database.url, vault)
    try:
        async with AsyncExitStack() as closing:
            closing.enter_context(one_process(database))
            context.console.print("[1/3] preparing the database", markup=False)
            await migrate(database)
            if not with_demo and not context.args.keys_lost:
                await _right_keys(database)
            if database.is_sqlite:
                await OutboxQueue(database).take_over()
            wanted = config.telegram.mode != "off" and not with_demo
            talks = await closing.enter_async_context(await opened(config, context.clock)) if wanted else None
            await _serve_city(context, config, region, database, talks, with_demo=with_demo, fresh=fresh)
    except Served:
        context.console.print("another process serves this file: end it first. Several processes need PostgreSQL", markup=False)
        return FAILED
    except run.PortTaken:
        return _port_taken(context, config)
    except run.NoSuchHost:
        context.console.print(f"web.host {config.web.host} is no address of this machine: take 127.0.0.1, or 0.0.0.0 for all", markup=False)
        return FAILED
    except TelegramError as error:
        context.console.print(f"Telegram refuses us ({type(error).__name__}): see token, base_url and webhook_url", markup=False)
        return FAILED
    finally:
        await database.close()
    return OK


async def _right_keys(database: Database) -> None:
    """Raises KeyFault where nothing opens: whatever came in would be sealed beside it with a key of another city's."""
    found = await fit(database)
    if found.closed and not found.opened:
        told = f"nothing that is sealed opens with these keys; sealed with {', '.join(found.closed)}"
        raise KeyFault(f"{told}: put the right file back. Only if it is lost for good: run --keys-lost")


def _port_taken(context: Context, config: Config) -> int:
    context.console.print(f"port {config.web.port} is taken: end what listens there, or set PETITION_WEB__PORT", markup=False)
    return FAILED


async def _serve_city(
    context: Context, config: Config, region: Region, database: Database, talks: Telegram | None, *, with_demo: bool, fresh: bool
) -> None:
    context.console.print("[2/3] loading the language", markup=False)
    paces = {"telegram": Pace(asyncio.get_running_loop().time)}
    city = wiring.build(config, region, database, context.clock, talks.door if talks else None, paces, steady=steady)
    page, seeding = await _page(context, city, region) if with_demo else (None, None)
    app, wake = web_app(city, page), city.engine.reader.wake
    here = replace(config.web, base_url="").base
    open_at = [f"[3/3] open {here}/{'demo' if with_demo else 'chat'}   (Ctrl+C ends it)"]
    if page is not None:
        link = city.links.of(await operator_code(city.desk, Role.SUPERVISOR, region.code))
        open_at.append(f"      console (once, within ten minutes): {link}")

    def listening() -> None:
        context.console.print("\n".join(open_at), markup=False)

    receivers: list[run.Receiver] = [WebServer(app, config.web.host, config.web.port, listening)]
    if talks is not None and config.telegram.mode == "webhook":
        app.router.add_routes(hook_routes(config.telegram, city.inbox, wake))
        receivers.append(Webhook(talks, config.telegram, city.texts))
    elif talks is not None:
        receivers.append(Elected(Election(database, "poller"), partial(Polling, talks, city.inbox, wake, city.texts), "poller"))
    if seeding is not None and fresh:
        receivers.append(seeding)
    stop = asyncio.Event()
    city.readiness.stopping = stop.is_set
    receivers += _overseers(context, config, city)
    run.stop_on_signals(stop)
    await run.serve(city.engine, receivers, stop)


def _overseers(context: Context, config: Config, city: wiring.City) -> list[run.Receiver]:
    """Who looks on while the others work. The notifier is the last: it says that every door is open."""
    watching: list[run.Receiver] = []
    if config.metrics.port:
        figures = Figures(city.database)
        watching = [
            Sampler(city.metrics, figures, context.clock, city.readiness, city.database.alive),
            WebServer(metrics_app(city), config.metrics.host, config.metrics.port),
        ]
    return [*watching, Notifier(context.notices, city.readiness)]


async def _page(context: Context, city: wiring.City, region: Region) -> tuple[DemoPage, Seeding]:
    read = city.classifier.understand(region.demo_complaint)
    page = await demo.prepare(city, context.clock, city.places, read.topics[0].code)

    def tell(line: str) -> None:
        context.console.print(line, markup=False)

    return page, Seeding(lambda: bring_all(city, context.clock, city.places), len(region.demo_matters), tell)
