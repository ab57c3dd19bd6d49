"""clock: what the clock says, when it was last found to be right, and an administrator's word that it is."""

from __future__ import annotations

import argparse

from app.cli.context import OK, Context
from storage.trusted import TrustedTime


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--confirm", action="store_true", help="the clock is right: what was held goes on within a minute")


async def clock(context: Context) -> int:
    async with context.database() as database:
        trusted, now = TrustedTime(database), context.clock.now()
        last = await trusted.read()
        if context.args.confirm:
            await trusted.write(now)
    said = last.isoformat(timespec="seconds") if last is not None else "never"
    context.stdout.write(f"now {now.isoformat(timespec='seconds')}, found right {said}{', confirmed' if context.args.confirm else ''}\n")
    return OK
