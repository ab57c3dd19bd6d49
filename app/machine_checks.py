"""Start-up checks of the machine and what lies on it; the codes go on where `app.checks` ends.

C010 room on the disks · C011 the clock is not behind what is stored · C012 the port is free · C013 secret files are their owner's alone
C015 the counts that boards show are right
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from app.checks import FAULT, OK, WARNING, Finding

SCARCE, LITTLE = 200 * 1024**2, 2 * 1024**3
"""Bytes: below the first nothing should be begun, below the second somebody should look."""
BEHIND = timedelta(minutes=2)
"""Clocks of several machines differ by seconds; what is more is a clock that was set back."""


def disk(paths: Iterable[Path]) -> Finding:
    """The disk with the least room under any of the paths, which need not exist yet."""
    left = min(shutil.disk_usage(nearest(path)).free for path in paths)
    text = f"{left // 1024**2} MiB free where database and attachments lie"
    if left < SCARCE:
        return Finding("C010", FAULT, text, "make room: move backups and logs away, or put [files] path on a larger disk")
    if left < LITTLE:
        return Finding("C010", WARNING, text, "plan for more room: nothing can be stored on a full disk")
    return Finding("C010", OK, text)


def nearest(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def clock(now: datetime, newest: datetime | None) -> Finding:
    """`newest`: the latest time that any row bears."""
    if newest is not None and now < newest - BEHIND:
        behind = int((newest - now).total_seconds())
        return Finding(
            "C011", FAULT, f"the clock is {behind} seconds behind the newest row ({newest.isoformat(timespec='seconds')})",
            "set the clock (timedatectl; is a time service running?) before the city starts: deadlines are computed from it",
        )  # fmt: skip
    return Finding("C011", OK, "the clock is not behind what is stored")


def port(number: int, *, taken: bool) -> Finding:
    if taken:
        return Finding("C012", WARNING, f"somebody listens on port {number}", "if that is not the city itself, end it or set [web] port")
    return Finding("C012", OK, f"port {number} is free")


def private(paths: Iterable[Path]) -> Finding:
    """Files with residents' words, tokens or keys; those that are not there are passed over."""
    open_ones = [path for path in paths if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_ones:
        names = ", ".join(str(path) for path in open_ones)
        return Finding("C013", WARNING, f"others can read {names}", f"chmod 600 {' '.join(str(path) for path in open_ones)}")
    return Finding("C013", OK, "secret files are their owner's alone")


def counts(wrong: int) -> Finding:
    """`wrong`: how many of the kept counts are not what there is."""
    if wrong:
        return Finding("C015", WARNING, f"{wrong} counts of tickets are wrong: boards show them", "python -m app recount --repair")
    return Finding("C015", OK, "the counts that boards show are right")
