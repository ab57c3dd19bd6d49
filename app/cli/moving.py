"""copy: a whole city from the configured database into another one."""

from __future__ import annotations

import argparse
from functools import partial

from sqlalchemy.engine import make_url

from app.addresses import is_database
from app.cli.context import BAD_USAGE, FAILED, OK, Context, is_there
from storage import Copied, NotCopied, Served, copy, migrate, one_process, open_database


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", required=True, metavar="URL", help="postgresql+asyncpg://USER@HOST/NAME; its password in ~/.pgpass")


async def copy_city(context: Context) -> int:
    """Nobody may serve the source meanwhile: what came in after the look would be missing."""
    to, whence = context.args.to, context.config.database.url
    if not is_database(to) or make_url(to).get_backend_name() == "sqlite":
        return _said(context, "--to must be postgresql+asyncpg://USER@HOST/NAME", BAD_USAGE)
    if make_url(to).password:
        return _said(context, "--to must not hold the password, which this machine shows to everybody: put it into ~/.pgpass", BAD_USAGE)
    if make_url(whence).get_backend_name() != "sqlite" or not is_there(whence):
        return _said(context, "database.url must be a SQLite file that is there", BAD_USAGE)
    target = open_database(to)
    try:
        async with context.database() as source:
            with one_process(source):
                await migrate(target)
                done = await copy(source, target, partial(_tell, context))
    except Served:
        return _said(context, "a process serves this city: end it first", FAILED)
    except NotCopied as error:
        return _said(context, f"nothing was copied: {error}", FAILED)
    finally:
        await target.close()
    return _said(context, f"{sum(one.source.rows for one in done)} rows of {len(done)} tables, the same on both sides", OK)


def _tell(context: Context, one: Copied) -> None:
    same = "same" if one.source == one.target else "DIFFERENT"
    sides = (f"{side.rows:>9} {side.hash[:16]}" for side in (one.source, one.target))
    context.stdout.write(f"{one.table:16} {'  '.join(sides)}  {same}\n")


def _said(context: Context, line: str, status: int) -> int:
    context.console.print(line, markup=False)
    return status
