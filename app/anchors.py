"""Writes the daily anchor: once per local day, whatever the number of processes, and after a downtime with the first look."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from workflow import anchors
from workflow.anchors import Anchor
from workflow.desk import Desk, Session
from workflow.ports import Clock, UnitsOfWork
from workflow.region import Region

EVERY = timedelta(minutes=1)
_LOG = logging.getLogger(__name__)
_CATCH_UP = 1000
"""Anchors that a file is given at most, when it is new or was away: almost three years."""


@dataclass(slots=True)
class AnchorWatch:
    """`look()` is one look, at most one a minute. `file`: where anchors are appended, "" for nowhere."""

    uow: UnitsOfWork
    desk: Desk
    clock: Clock
    region: Callable[[], Region]
    file: str = ""
    _next: datetime | None = None

    async def look(self) -> int:
        """Answers how many anchors were made: 1 or 0."""
        now = self.clock.now()
        if self._next is not None and self._next - EVERY <= now < self._next:
            return 0
        self._next = now + EVERY
        day = (now.astimezone(ZoneInfo(self.region().time_zone)).date() - timedelta(days=1)).isoformat()
        async with self.uow() as uow:
            made = await uow.anchors.is_made(day)
        if made or not await self._make(day):
            return 0
        await self._append()
        return 1

    async def _make(self, day: str) -> int:
        async def work(session: Session) -> int:
            if await session.uow.anchors.is_made(day):
                return 0
            last = next(iter(await session.uow.anchors.latest()), None)
            leaves, upto = await session.uow.anchors.changed(last)
            await session.uow.anchors.add(anchors.after(last, day, session.now, leaves, upto), leaves)
            return 1

        return await self.desk.serve(f"anchor:{day}", work) or 0

    async def _append(self) -> None:
        """What the file lacks: it may have been away yesterday. A file that can't be written is told of and stops nothing."""
        if not self.file:
            return
        async with self.uow() as uow:
            newest = await uow.anchors.latest(_CATCH_UP)
        try:
            await asyncio.to_thread(append, Path(self.file), tuple(reversed(newest)))
        except OSError:
            _LOG.exception("the file of anchors cannot be written")


def append(file: Path, made: tuple[Anchor, ...]) -> None:
    """Adds those that the file does not have, a JSON line each. Raises OSError."""
    known = {anchor["hash"] for anchor in read(file)} if file.exists() else set()
    fresh = [line(anchor) + "\n" for anchor in made if anchor.hash not in known]
    if not fresh:
        return
    with file.open("a+", encoding="utf-8") as out:
        out.seek(0)
        whole = out.read()
        out.write(("" if not whole or whole.endswith("\n") else "\n") + "".join(fresh))


def line(anchor: Anchor) -> str:
    return json.dumps(anchors.as_json(anchor), separators=(",", ":"))


def read(file: Path) -> list[dict[str, object]]:
    """A file of anchors, as printed or appended; a line that is torn or no anchor is left out. Raises OSError."""
    found: list[dict[str, object]] = []
    for text in file.read_text("utf-8").splitlines():
        try:
            one = json.loads(text)
        except ValueError:
            continue
        if isinstance(one, dict) and isinstance(one.get("hash"), str):
            found.append(one)
    return found
