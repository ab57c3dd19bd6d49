"""Once an hour: tickets whose time is over are archived and emptied, files that no ticket has any more are taken from the disk, and the
web chat forgets what it showed once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from storage import Database
from storage.housekeeping import cut_journal
from storage.privacy import doomed, still_used, undoomed
from storage.standings import sweep
from workflow.desk import Desk, Session
from workflow.erasing import retire
from workflow.errors import Refused
from workflow.ports import Clock, UnitsOfWork
from workflow.privacy import over_before
from workflow.region import Region

_LOG = logging.getLogger(__name__)
_EVERY = timedelta(hours=1)
_BATCH = 50
_SHOWN_FOR = timedelta(minutes=10)
"""What the web chat shows once."""


class Files(Protocol):
    async def remove(self, ref_sha256: str) -> None: ...


class Mailbox(Protocol):
    async def blank(self, before: datetime) -> int: ...
    async def hide(self) -> int: ...


class Retention:
    """`look()` is safe to repeat and to break off: each ticket is one transaction, and a file is struck off after it is gone."""

    def __init__(
        self, uow: UnitsOfWork, desk: Desk, clock: Clock, region: Callable[[], Region], database: Database, files: Files,
        mailbox: Mailbox | None = None,
    ) -> None:
        self._uow = uow
        self._desk = desk
        self._clock = clock
        self._region = region
        self._database = database
        self._files = files
        self._mailbox = mailbox
        self._next: datetime | None = None

    async def look(self) -> int:
        """How many tickets were emptied."""
        now = self._clock.now()
        if self._next is not None and self._next - _EVERY <= now < self._next:
            return 0
        started, self._next = self._next is None, now + _EVERY
        async with self._uow() as uow:
            found = await uow.privacy.kept_too_long(over_before(self._region(), now), _BATCH)
        done = sum([await self._retired(ticket_id) for ticket_id in found])
        await self._sweep(now)
        await sweep(self._database, now)
        if self._mailbox is not None:
            await self._mailbox.blank(now - _SHOWN_FOR)
            await self._mailbox.hide()
        if not started:  # a city that starts has better things to do
            await cut_journal(self._database)
        if len(found) == _BATCH and done:
            self._next = None  # more of them wait
        if done:
            _LOG.info("tickets were archived and emptied", extra={"rows": done})
        return done

    async def _retired(self, ticket_id: int) -> int:
        async def work(session: Session) -> int:
            await retire(session, ticket_id)
            return 1

        try:
            return await self._desk.serve(f"retire:{ticket_id}", work) or 0
        except Refused:
            return 0  # it went on meanwhile

    async def _sweep(self, now: datetime) -> None:
        for sha256 in await doomed(self._database, now):
            if not await still_used(self._database, sha256):
                await self._files.remove(sha256)
            await undoomed(self._database, sha256)
