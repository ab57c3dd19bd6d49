"""backup, restore."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import make_url

from app import backup
from app.backup import BackupError
from app.cli.context import FAILED, OK, Context
from app.restore import restore

_NO_KEYS = "Keys are NOT in this backup: keep the key files that the configuration names, and the token, in another place. Without them what is encrypted stays unreadable for ever."  # noqa: E501  # fmt: skip


def arguments(add: Callable[..., argparse.ArgumentParser]) -> None:
    add("backup", make_backup, "copy database and attachments to a new folder while the city serves; keys are not in it").add_argument(
        "folder", metavar="DIR", help="must not exist"
    )
    back = add("restore", put_back, "prove a backup and put it into an empty folder, at the newest schema")
    back.add_argument("folder", metavar="DIR", help="what backup made")
    back.add_argument("--to", required=True, metavar="DIR", help="absent or empty; the configuration must name it afterwards")


async def make_backup(context: Context) -> int:
    url = make_url(context.config.database.url)
    if url.get_backend_name() != "sqlite":
        context.console.print("this city stores in PostgreSQL: back it up with pg_dump, see docs/operations.md", markup=False)
        return FAILED
    database, target = Path(url.database or ""), Path(context.args.folder)
    try:
        with context.busy("backing up"):
            made = await asyncio.to_thread(backup.make, database, context.config.files.path, target, context.clock.now())
    except BackupError as error:
        context.console.print(f"no backup: {error}", markup=False)
        return FAILED
    told = {
        "backup": str(target), "made_at": made.made_at, "revision": made.revision, "tickets": made.rows.get("tickets", 0),
        "files": len(made.files), "bytes": made.database_bytes + sum(made.files.values()), "missing": len(made.missing),
    }  # fmt: skip
    context.stdout.write(json.dumps(told) + "\n")
    context.console.print(_NO_KEYS, markup=False)
    if made.missing:
        context.console.print(
            f"the backup stands, but {len(made.missing)} attachments are gone or spoiled on the disk; {backup.MANIFEST} names them",
            markup=False,
        )
        return FAILED
    return OK


async def put_back(context: Context) -> int:
    try:
        with context.busy("restoring"):
            found = await restore(Path(context.args.folder), Path(context.args.to))
    except BackupError as error:
        context.console.print(f"not restored: {error}", markup=False)
        return FAILED
    told = {
        "made_at": found.manifest.made_at, "revision_was": found.manifest.revision, "revision": found.revision,
        "rows": sum(found.manifest.rows.values()), "tickets": found.manifest.rows.get("tickets", 0), "files": len(found.manifest.files),
        "missing": len(found.manifest.missing), "database": str(found.database), "files_path": str(found.files),
    }  # fmt: skip
    context.stdout.write(json.dumps(told) + "\n")
    url = f"sqlite+aiosqlite:///{found.database}"
    context.console.print(f'set [database] url = "{url}" and [files] path = "{found.files}", then check and run', markup=False)
    context.console.print(_NO_KEYS, markup=False)
    return OK
