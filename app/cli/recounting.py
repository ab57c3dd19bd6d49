"""recount: the counts that boards show, held against the tickets."""

from __future__ import annotations

import argparse

from app.cli.context import FAILED, OK, Context
from storage import counts


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repair", action="store_true", help="make them right: who changes tickets waits a moment meanwhile")


async def recount(context: Context) -> int:
    """Says which counts differ: state, unit and place, nothing of any ticket."""
    async with context.database() as database:
        with context.busy("counting"):
            async with database.moment() as connection:
                wrong = await counts.differing(connection)
        for key, (said, there) in sorted(wrong.items()):
            context.stdout.write(f"{' '.join(filter(None, key))}: {said} kept, {there} there\n")
        if not wrong:
            context.stdout.write("all counts are right\n")
            return OK
        if not context.args.repair:
            return FAILED
        context.stdout.write(f"{await counts.repair(database)} counts put right\n")
    return OK
