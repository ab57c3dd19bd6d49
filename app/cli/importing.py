"""import grids, import staff, import log: a dry run unless --apply is given; all or nothing."""

from __future__ import annotations

import argparse
import json
import os
import pwd
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from app import grid_plan, staff_codes
from app.cli.context import BAD_USAGE, FAILED, OK, Context
from app.grid_plan import GridPlan
from app.importer import Fault, ImportFaults, StaffRow, read_staff
from storage.imports import Affected, ImportEntry, ImportStore
from workflow.errors import Conflict

_RESTART = "done. A process that runs keeps the grids it loaded: restart it to use these."
_DRY = "nothing was written; --apply does it"


def arguments(top: argparse.ArgumentParser, exits: str) -> None:
    """`--config` may stand before or after the name of what is imported."""
    kinds = top.add_subparsers(dest="what", required=True, metavar="WHAT")

    def add(name: str, run: Callable[[Context], Any], text: str) -> argparse.ArgumentParser:
        made = kinds.add_parser(name, help=text, description=text, epilog=exits)
        made.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="configuration")
        made.add_argument("--json", action="store_true", help="print one JSON object")
        made.set_defaults(run=run)
        return made

    of_grids = add("grids", grids, "replace the grids by a city's own: CSV or XLSX with code, name, kind")
    of_grids.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the full set: every village needs a grid")
    of_grids.add_argument("--reset", action="store_true", help="go back to the region pack's own grids")
    of_staff = add("staff", staff, "make one-time codes for posts: CSV or XLSX with role, place, unit, label")
    of_staff.add_argument("file", type=Path, metavar="FILE", help="one row for each post; it names no people")
    of_staff.add_argument("--out", type=Path, metavar="CODES.csv", help="where the codes go; must not exist. Standard output if left out")
    for one in (of_grids, of_staff):
        one.add_argument("--apply", action="store_true", help="write it; without this nothing is changed")
    add("log", log, "who imported what, newest first")


async def grids(context: Context) -> int:
    args, pack = context.args, context.region()
    if (args.file is None) is not args.reset:
        context.console.print("name a FILE, or --reset", markup=False)
        return BAD_USAGE
    async with context.database() as database:
        store = ImportStore(database)
        stored = await store.grids()
        try:
            with context.busy("reading the grids"):
                plan = grid_plan.to_pack(pack, stored) if args.reset else grid_plan.from_file(args.file, pack, stored)
        except ImportFaults as error:
            return _faulty(context, "grids", error)
        affected = await store.affected(plan.change.removed)
        write = args.apply and not plan.nothing_to_do and not affected.tickets
        if write:
            try:
                with context.busy("writing the grids"):
                    affected = await _replace(context, store, plan)
            except Conflict as error:
                context.console.print(f"{error}: look again", markup=False)
                return FAILED
        return _told(context, plan, affected, applied=write and not affected.tickets)


async def _replace(context: Context, store: ImportStore, plan: GridPlan) -> Affected:
    entry = _entry(context, "reset" if context.args.reset else "grids", plan.file_hash, plan.counts)
    return await store.replace_grids(plan.before, plan.after, plan.change.removed, entry)


def _told(context: Context, plan: GridPlan, affected: Affected, *, applied: bool) -> int:
    refused = context.args.apply and bool(affected.tickets)
    if context.args.json:
        _print(context, [json.dumps(grid_plan.as_json(plan, affected, applied=applied), ensure_ascii=False)])
    else:
        _print(context, grid_plan.as_lines(plan, affected))
    if applied:
        context.console.print(_RESTART, markup=False)
    elif refused:
        context.console.print("refused: first re-dispatch or close the open tickets in grids that go. Nothing was written.", markup=False)
    elif plan.nothing_to_do:
        context.console.print("these grids are in use already; there is nothing to do", markup=False)
    else:
        context.console.print(_DRY, markup=False)
    return FAILED if refused else OK


async def staff(context: Context) -> int:
    args, region = context.args, await context.city()
    try:
        with context.busy("reading the posts"):
            rows, digest = read_staff(args.file, region).rows, grid_plan.file_hash(args.file)
    except ImportFaults as error:
        return _faulty(context, "staff", error)
    async with context.database() as database:
        store = ImportStore(database)
        for entry in await store.entries():
            if entry.file_hash == digest:
                at = f"{entry.at:%Y-%m-%d %H:%M} UTC"
                context.console.print(f"this very file was imported at {at}: its unused codes still hold", markup=False)
                break
        if not args.apply:
            return _posts_listed(context, rows)
        return await _invited(context, store, rows, digest)


def _posts_listed(context: Context, rows: Sequence[StaffRow]) -> int:
    found = [{"role": row.role.value, "unit": row.unit, "place": row.place, "label": row.label} for row in rows]
    if context.args.json:
        _print(context, [_staff_json(context, found)])
    else:
        _print(context, [f"{len(rows)} posts", *(" ".join(filter(None, post.values())) for post in found)])
    context.console.print(_DRY, markup=False)
    return OK


async def _invited(context: Context, store: ImportStore, rows: Sequence[StaffRow], digest: str) -> int:
    args = context.args
    posts = staff_codes.make(rows, await context.city(), context.clock)
    text = staff_codes.as_csv(posts)
    if args.out is not None:
        # Before the commit: codes that nobody holds are worse than a file of codes that do not count yet.
        try:
            staff_codes.write_secret(args.out, text)
        except FileExistsError:
            context.console.print(f"{args.out.name} is there already: codes are never overwritten", markup=False)
            return BAD_USAGE
    entry = _entry(context, "staff", digest, {"posts": len(posts)})
    try:
        with context.busy("making the codes"):
            await store.add_invites([post.invite for post in posts], entry)
    except BaseException:
        if args.out is not None:
            args.out.unlink(missing_ok=True)
        raise
    if args.json:
        shown = [post.as_json() for post in posts]
        kept = shown if args.out is None else [{k: v for k, v in post.items() if k not in {"code", "deep_link_payload"}} for post in shown]
        _print(context, [_staff_json(context, kept)])
    elif args.out is None:
        context.stdout.write(text)
    context.console.print(f"{len(posts)} codes made; each binds one chat, for seven days", markup=False)
    return OK


def _staff_json(context: Context, posts: Sequence[Mapping[str, Any]]) -> str:
    args = context.args
    found = {"kind": "staff", "file": args.file.name, "applied": args.apply, "faults": [], "posts": list(posts)}
    return json.dumps(found, ensure_ascii=False)


async def log(context: Context) -> int:
    async with context.database() as database:
        entries = await ImportStore(database).entries()
    if context.args.json:
        found = [
            {"at": e.at.isoformat(), "who": e.who, "kind": e.kind, "sha256": e.file_hash, "counts": dict(e.counts)} for e in entries
        ]
        _print(context, [json.dumps(found, ensure_ascii=False)])
    else:
        _print(context, [_entry_line(entry) for entry in entries] or ["nothing was imported"])
    return OK


def _entry_line(entry: ImportEntry) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in entry.counts.items())
    return f"{entry.at:%Y-%m-%d %H:%M} UTC  {entry.kind:6} {entry.who}  {counts}  {entry.file_hash[:12]}".rstrip()


def _entry(context: Context, kind: str, digest: str, counts: Mapping[str, int]) -> ImportEntry:
    return ImportEntry(context.clock.now(), _who(), kind, digest, counts)


def _who() -> str:
    """The operator's account on this machine; in a container it may have a number only."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name[:80]
    except KeyError:
        return str(number)


def _faulty(context: Context, kind: str, error: ImportFaults) -> int:
    if context.args.json:
        found = {"kind": kind, "file": context.args.file.name, "applied": False, "faults": [_fault(fault) for fault in error.faults]}
        _print(context, [json.dumps(found, ensure_ascii=False)])
    else:
        _print(context, map(str, error.faults))
    context.console.print(f"{len(error.faults)} faults; nothing was written", markup=False)
    return FAILED


def _fault(fault: Fault) -> dict[str, Any]:
    return {"file": fault.file, "row": fault.row, "reason": fault.reason}


def _print(context: Context, lines: Iterable[str]) -> None:
    context.stdout.writelines(f"{line}\n" for line in lines)
