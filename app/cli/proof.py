"""verify, anchors."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app import anchors, proving
from app.cli.context import BAD_USAGE, FAILED, NOT_FOUND, OK, Context
from bot.passport import BadSheet, opened
from storage import Evidence, SqlUnitOfWork
from workflow import chain, passport
from workflow.proof import Found

Add = Callable[[str, Callable[[Context], Coroutine[Any, Any, int]], str], argparse.ArgumentParser]


def arguments(add: Add) -> None:
    check = add("verify", verify, "find every change, gap or reorder of what was recorded: numbers and places only, no words")
    check.add_argument("--ticket", default="", metavar="NUMBER", help="this ticket alone")
    check.add_argument("--anchors", type=Path, metavar="FILE", help="anchors as they were published: they must be ours")
    check.add_argument("--passport", type=Path, metavar="FILE", help="a resident's passport (page or JSON), without any database")
    check.add_argument("--json", action="store_true", help="one JSON object per finding, and one for the whole")
    listing = add("anchors", list_anchors, "print the daily anchors, oldest first, to be published")
    listing.add_argument("--last", type=int, default=30, metavar="N", help="so many of the newest; 30 if left out")
    listing.add_argument("--json", action="store_true", help="one JSON object per anchor, as verify --anchors reads it")


async def verify(context: Context) -> int:
    args = context.args
    try:
        published = anchors.read(args.anchors) if args.anchors else []
        if args.anchors and not published:
            context.console.print("the file holds no anchors")
            return BAD_USAGE
        if args.passport:
            return _passport(context, args.passport.read_text("utf-8"), published)
    except (OSError, UnicodeDecodeError, BadSheet) as error:
        context.console.print(f"the file cannot be read ({type(error).__name__})")
        return BAD_USAGE
    seen, faults = proving.Seen(), 0
    async with context.database() as database:
        with context.busy("verifying"):
            async for found in proving.look(Evidence(database), seen, args.ticket.strip().upper(), published):
                faults += 1
                context.stdout.write(_line(found, as_json=args.json) + "\n")
    if args.ticket and not seen.tickets and not faults:
        context.console.print("no such ticket")
        return NOT_FOUND
    whole = {**asdict(seen), "published": len(published), "faults": faults}
    told = json.dumps(whole) if args.json else " · ".join(f"{name} {count}" for name, count in whole.items())
    context.stdout.write(told + "\n")
    return FAILED if faults else OK


def _passport(context: Context, content: str, published: Sequence[Mapping[str, object]]) -> int:
    """Names what is wrong and at which step or anchor. Anchors that were published must be among those it rests on."""
    found, faults = opened(content)
    faults += passport.check(found)
    sound = all(fault != passport.SHAPE for fault, _ in faults)
    known = {one.get("hash") for one in published}
    mine = found["anchors"] if sound else []
    if published:
        faults += [("not_published", proof["anchor"]["seq"]) for proof in mine if proof["anchor"]["hash"] not in known]
    for fault, where in faults:
        told = json.dumps({"fault": fault, "at": where}) if context.args.json else f"{fault} {where or ''}".strip()
        context.stdout.write(told + "\n")
    whole = {
        "number": str(found["number"]) if sound else "", "events": len(found["events"]) if sound else 0, "faults": len(faults),
        "anchored": passport.anchored(found) if sound else 0, "anchors": [proof["anchor"]["hash"] for proof in mine],
    }  # fmt: skip
    told = json.dumps(whole) if context.args.json else "\n".join(f"{name} {value}" for name, value in whole.items())
    context.stdout.write(told + "\n")
    return FAILED if faults else OK


def _line(found: Found, *, as_json: bool) -> str:
    named = {"fault": found.fault.value, "number": found.number, "seq": found.seq, "anchor": found.anchor}
    if as_json:
        return json.dumps(named)
    places = (("ticket", found.number), ("seq", found.seq), ("anchor", found.anchor))
    return " ".join([found.fault.value, *(f"{name} {value}" for name, value in places if value not in {"", None})])


async def list_anchors(context: Context) -> int:
    async with context.database() as database, SqlUnitOfWork(database, reading=True) as uow:
        newest = await uow.anchors.latest(max(context.args.last, 1))
    for anchor in reversed(newest):
        if context.args.json:
            context.stdout.write(anchors.line(anchor) + "\n")
        else:
            made = chain.moment(chain.micros(anchor.made_at)).isoformat(timespec="seconds")
            counts = f"leaves {anchor.leaves} · tickets {anchor.tickets} · events {anchor.events}"
            context.stdout.write(f"{anchor.seq} · {anchor.day} · made {made} · {counts} · {anchor.hash}\n")
    return OK
