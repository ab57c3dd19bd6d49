"""keys new, rotate, resume, list."""

from __future__ import annotations

import argparse

from app.cli.context import FAILED, OK, Context
from app.keys import first_key, keys_of, next_name
from storage.keys import appended, new_key
from storage.rotation import counted, resealed

_NO_FILE = "the keys come from the environment: add the new one at the end of PETITION_PRIVACY__KEYS everywhere, then: keys resume"


def arguments(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "what", choices=["new", "rotate", "resume", "list"],
        help="new: the first key · rotate: one more, and all sealed with it · resume: go on sealing · list: which key holds how much",
    )  # fmt: skip


async def keys(context: Context) -> int:
    match context.args.what:
        case "new":
            return _new(context)
        case "list":
            return await _list(context)
        case "rotate" if _add(context) != OK:
            return FAILED
        case _:
            return await _reseal(context)


def _new(context: Context) -> int:
    path = context.config.privacy.key_file
    try:
        first_key(path, context.clock)
    except FileExistsError:
        context.console.print(f"{path} is there already; for another key: keys rotate", markup=False)
        return FAILED
    told = f"made {path}; keep a copy away from the backups of the database: nothing else opens what it seals"
    context.console.print(told, markup=False)
    return OK


def _add(context: Context) -> int:
    privacy = context.config.privacy
    if privacy.keys:
        context.console.print(_NO_FILE, markup=False)
        return FAILED
    found = keys_of(privacy)
    appended(privacy.key_file, new_key(next_name(found, context.clock)))
    context.console.print(f"{found.current.name} seals from now on, in a city that runs, too", markup=False)
    return OK


async def _reseal(context: Context) -> int:
    async with context.database() as database:
        with context.busy("sealing anew"):
            done = await resealed(database)
    context.console.print(f"{done} sealed anew; the older keys open nothing of this database any more, but its older backups", markup=False)
    return OK


async def _list(context: Context) -> int:
    found = keys_of(context.config.privacy)
    async with context.database() as database:
        rows = await counted(database)
    for name in found.names:
        context.stdout.write(f"{name}\t{rows.pop(name, 0)}\t{'current' if name == found.current.name else ''}\n")
    for name, number in rows.items():
        context.stdout.write(f"{name or 'not sealed'}\t{number}\t{'missing' if name else 'keys resume seals it'}\n")
    return OK
