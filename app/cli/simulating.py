"""simulate: a city's days against the whole of the system, in a database of its own."""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.cli.context import BAD_USAGE, FAILED, OK, Context, make_room
from app.config import DatabaseConfig, FilesConfig, PrivacyConfig
from app.keys import first_key, vault_of
from app.region_pack.sheet import ImportFaults, read_sheet
from app.simulation import report
from app.simulation.play import Plan, Told
from app.simulation.run import Script, Stage, midnight
from app.simulation.settings import Burst, Settings, load
from storage import migrate, open_database, reckoning
from workflow.region import Region

_COLUMNS = {"text": ("正文", "内容", "文本", "诉求")}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=3, metavar="N", help="simulated days; 3 if left out")
    parser.add_argument("--per-day", type=int, default=60, metavar="N", help="messages of residents on a working day; 60 if left out")
    parser.add_argument("--residents", type=int, default=20_000, metavar="N", help="people who may write; 20000 if left out")
    parser.add_argument("--seed", default="1", help="the same seed, the same matters; with --at-once 1 the same tickets")
    parser.add_argument("--start", default="2026-03-02", metavar="DATE", help="the first day; 2026-03-02, a Monday, if left out")
    parser.add_argument("--burst", default="", metavar="NAME[:DAY]", help="one of simulation.toml; on day 2 if left out")
    parser.add_argument("--texts", type=Path, metavar="FILE", help="CSV or XLSX with a column text: said instead of made-up matters")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="people who act at the same time; 1 if left out")
    parser.add_argument("--database", default="", metavar="URL", help="an empty one; a file that is thrown away if left out")
    parser.add_argument("--json", action="store_true", help="print the report as JSON on one line")


async def simulate(context: Context) -> int:
    """FAILED where something was lost, doubled, changed, stuck or miscounted."""
    region = context.region()
    try:
        script = _script(context, region)
    except (_BadWish, ImportFaults) as error:
        context.console.print(f"simulate: {error}", markup=False)
        return BAD_USAGE
    with tempfile.TemporaryDirectory(prefix="simulated-") as folder, _quiet():
        return await _in(Path(folder), context, region, script)


@contextmanager
def _quiet() -> Iterator[None]:
    """What is worth a line an hour in a city that serves comes by the second here."""
    before = logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(before)


class _BadWish(Exception):
    """An argument that can't be."""


def _script(context: Context, region: Region) -> Script:
    args = context.args
    for name in ("days", "per_day", "residents", "at_once"):
        if getattr(args, name) < 1:
            raise _BadWish(f"--{name.replace('_', '-')} is at least 1")
    settings = load(context.config.region.pack)
    burst, day = _burst(args.burst, settings, args.days)
    try:
        start = midnight(args.start, region)
    except ValueError:
        raise _BadWish(f"--start: {args.start} is no date such as 2026-03-02") from None
    texts = tuple(row.cells["text"].strip() for row in read_sheet(args.texts, _COLUMNS, frozenset(_COLUMNS))) if args.texts else ()
    plan = Plan(args.days, args.per_day, args.residents, burst, day, args.at_once)
    return Script(settings, plan, args.seed, start, tuple(filter(None, texts)))


def _burst(wish: str, settings: Settings, days: int) -> tuple[Burst | None, int]:
    if not wish:
        return None, 0
    name, _, number = wish.partition(":")
    if name not in settings.bursts:
        raise _BadWish(f"--burst: one of {', '.join(sorted(settings.bursts))}")
    if number and not (number.isdecimal() and 1 <= int(number) <= days):
        raise _BadWish(f"--burst: the day is a number from 1 to {days}")
    return settings.bursts[name], (int(number) if number else min(2, days)) - 1


async def _in(folder: Path, context: Context, region: Region, script: Script) -> int:
    """Keys, files and, unless another is named, the database are in the folder and go with it."""
    privacy = PrivacyConfig(folder / "keys")
    first_key(privacy.key_file, context.clock)
    url = context.args.database or f"sqlite+aiosqlite:///{folder / 'city.db'}"
    config = replace(context.config, database=DatabaseConfig(url), files=FilesConfig(folder / "files"), privacy=privacy)
    make_room(url)
    database = open_database(url, vault_of(privacy, config.region.pack))
    try:
        await migrate(database)
        if not await reckoning.is_new(database):
            context.console.print("simulate: somebody lives in that database: name an empty one", markup=False)
            return BAD_USAGE
        stage = Stage(config, region, database, script, told=_telling(context))
        found = await stage.reckon(await stage.play())
    finally:
        await database.close()
    context.stdout.write((json.dumps(found) if context.args.json else "\n".join(report.lines(found))) + "\n")
    return OK if found["integrity"]["good"] else FAILED


def _telling(context: Context) -> Told:
    def told(day: int, backlog: Mapping[str, int]) -> None:
        if context.console.is_terminal:
            context.console.print(f"day {day + 1}: {sum(backlog.values())} open", markup=False)

    return told
