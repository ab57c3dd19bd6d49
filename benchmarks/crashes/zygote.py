"""A process that has everything loaded and forks a city for each life: what a life costs is then the start-up, not Python's imports.

A line on standard input is the command line of the next life as JSON; `started PID` and, after its end, `ended STATUS` come back. The
child runs the same `main` as `python -m app`, with its own standard error; region and language are loaded before the fork, once.
An argument is the seconds for which rows are claimed, where processes share a database.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import app.cli.serve  # loaded for the children  # noqa: F401
import nlp
import storage.inbox
import storage.outbox
from app.cli import main
from app.config import find_pack
from app.region_pack import load
from workflow.region import Region

PACK = "regions/jiangmen"


def serve() -> None:
    pack = find_pack(PACK)
    region = load(pack)
    language = nlp.build(Path(pack) / "language", region)

    def loaded(*_: Any) -> nlp.Language:
        return language

    def known(_: Path) -> Region:
        return region

    if len(sys.argv) > 1:
        storage.inbox.LEASE = storage.outbox.LEASE = timedelta(seconds=float(sys.argv[1]))
    nlp.build = loaded  # type: ignore[assignment]  # what is asked for is what was loaded
    gc.freeze()
    _say("ready")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _live(json.loads(line), known)
        _say(f"started {pid}")
        _, status = os.waitpid(pid, 0)
        _say(f"ended {os.waitstatus_to_exitcode(status)}")


def _live(argv: list[str], region: Any) -> None:
    """Never returns."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # one that nothing was read from yet
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PETITION_")}
    status = 1
    try:
        status = main(argv, environ, region)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(status)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
