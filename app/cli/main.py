"""Arguments, configuration, and the way to the commands."""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from app import config, logs
from app.cli import importing, keys, language, learning, moving, office, proof, recounting, safekeeping, serve, simulating, timing, upkeep
from app.cli import posts as held
from app.cli.context import BAD_USAGE, FAILED, Context
from app.clock import SystemClock
from app.region_pack import PackError
from app.signins import OPERATOR_ROLES
from nlp import LanguageError
from storage.keys import KeyFault
from storage.vault import Unsealable
from workflow.errors import Away
from workflow.model import STAFF_ROLES
from workflow.region import Region

_EXITS = "exit status: 0 done · 1 failed · 2 wrong arguments or configuration (every fault is named) · 3 not found"
_DEFAULT = Path("config.toml")
_EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"
_ASK_NOTHING = frozenset({
    "demo", "diagram", "openapi", "classify", "locate", "plate", "train", "evaluate", "compare", "weights", "restore", "simulate",
})  # fmt: skip
"""Commands that bring what they need: without a configuration the example's will do."""
Command = Callable[[Context], Coroutine[Any, Any, int]]


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m app", description="Petition Supermarket: a city's chat counter.", epilog=_EXITS)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, epilog=_EXITS)
        made.add_argument("--config", type=Path, metavar="FILE", help="configuration; config.toml if there is one")
        made.add_argument("--log", choices=("auto", "json", "plain"), default="auto", help="auto: plain on a terminal, else JSON lines")
        made.set_defaults(run=run)
        return made

    add("run", serve.run_city, "serve: web chat and pages, until stopped")
    add("demo", serve.run_demo, "serve a demo on loopback with four chats side by side; no token, no account").add_argument(
        "--keep", action="store_true", help="keep the data of the last demo"
    )
    checking = add("check", upkeep.check, "check configuration, machine, database, files and region; codes are stable")
    checking.add_argument("--json", action="store_true", help="one JSON object per finding")
    checking.add_argument("--no-network", action="store_true", help="do not ask Telegram")
    recounting.arguments(add("recount", recounting.recount, "hold the counts that boards show against the tickets"))
    add("migrate", upkeep.migrate_database, "bring the database to the newest schema; safe to repeat")
    timing.arguments(add("clock", timing.clock, "what the clock says, and an administrator's word that it is right after a jump"))
    safekeeping.arguments(add)
    held.arguments(add)
    moving.arguments(add("copy", moving.copy_city, "copy a whole city from SQLite into an empty PostgreSQL, and prove it"))
    add("diagram", upkeep.diagram, "print the state diagram (Mermaid), generated from the table").add_argument(
        "--svg", action="store_true", help="print it as SVG, as the console shows it"
    )
    add("openapi", upkeep.ways_in, "print the OpenAPI document of every way in over HTTP (docs/openapi.json)")
    invite = add("invite", office.invite, "make a one-time code that binds a chat to a post")
    invite.add_argument("--role", required=True, metavar="ROLE", help=", ".join(sorted(role.value for role in STAFF_ROLES)))
    invite.add_argument("--place", default="", metavar="CODE", help="division or 15-digit grid; the whole city if left out (not for grids)")
    invite.add_argument("--unit", default="", metavar="CODE", help="unit code; needed for a department")
    invite.add_argument("--json", action="store_true", help="print JSON")
    plate = add("plate", office.plate, "the payload of a deep link or QR code for a grid, a village or a door plate in it")
    plate.add_argument("code", metavar="CODE", help="15-digit grid code or 12-digit village code")
    plate.add_argument("written", nargs="?", default="", metavar="TEXT", help="road and number on the plate")
    signin = add("signin", office.signin, "make a one-time link that opens the console for ten minutes")
    signin.add_argument("--role", required=True, choices=[role.value for role in OPERATOR_ROLES])
    signin.add_argument("--place", default="", metavar="CODE", help="division; the whole city if left out")
    signin.add_argument("--json", action="store_true", help="print JSON")
    importing.arguments(add("import", importing.log, "a city's own grids and staff, from CSV or XLSX; a dry run unless --apply"), _EXITS)
    inspect = add("inspect", office.inspect, "one ticket: state, owner, deadlines, trail; nothing a resident wrote")
    inspect.add_argument("number", metavar="NUMBER")
    inspect.add_argument("--json", action="store_true", help="print JSON on one line")
    _readers(add)
    learning.arguments(add)
    proof.arguments(add)
    simulating.arguments(add("simulate", simulating.simulate, "play a city's days against all of it: nothing may be lost"))
    keys.arguments(add("keys", keys.keys, "the keys that seal personal data: make, change, look at them"))
    return top


def _readers(add: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    for name, run, text in (
        ("classify", language.classify, "topic, intent and flags; one text per line in, one JSON object per line out"),
        ("locate", language.locate, "places; one text per line in, one JSON object per line out"),
    ):
        made = add(name, run, text)
        made.add_argument("--json", action="store_true", help="JSON, as it is without it")
        made.add_argument("--show", action="store_true", help="for a reader: the words marked, and what each weighs")
        made.add_argument("--weights", type=Path, metavar="DIR", help="a folder that train wrote; what is published if left out")


def _speak_utf8() -> None:
    """Whatever the machine's locale says."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def main(argv: Sequence[str], environ: Mapping[str, str], load_region: Callable[[Path], Region]) -> int:
    """Runs one command. Wrong arguments end with status 2, as argparse does it."""
    args = parser().parse_args(argv)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    logs.set_up(json_lines=args.log == "json" or (args.log == "auto" and not console.is_terminal))
    path: Path | None = args.config or (_DEFAULT if _DEFAULT.exists() else None)
    if path is None and (args.command in _ASK_NOTHING or getattr(args, "passport", None)):
        path = _EXAMPLE
    try:
        found = config.load(path, environ)
    except config.ConfigError as error:
        for problem in error.problems:
            console.print(f"config: {problem}", markup=False)
        return BAD_USAGE
    _speak_utf8()
    context = Context(args, found, load_region, SystemClock(), sys.stdin, sys.stdout, console, config.notices(environ))
    run: Command = args.run
    return _ended(run, context)


def _ended(run: Command, context: Context) -> int:
    """The exit status; what went wrong is said in one line."""
    console = context.console
    try:
        return asyncio.run(run(context))
    except PackError as error:
        for fault in error.faults:
            console.print(f"region: {fault}", markup=False)
    except LanguageError as error:
        console.print(f"language: {error}", markup=False)
    except (KeyFault, Unsealable) as error:
        console.print(f"keys: {error}", markup=False)
    except BrokenPipeError:
        return FAILED  # nobody reads on
    except (Away, SQLAlchemyError, OSError) as error:
        # Its message may hold the address of the database with its password.
        console.print(f"the database or a file cannot be used ({type(error).__name__}); see: python -m app check", markup=False)
    return FAILED
