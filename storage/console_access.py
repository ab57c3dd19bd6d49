"""Who may come in: one-time codes become sessions, sessions become people. Only hashes of codes and tokens are stored.

A session is a family of tokens, one after the other. A token is replaced after a while and after acts of weight; the old one still works
for a moment, for requests that were under way. A family ends when nobody did anything for a while, and for good after some hours.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from storage import rows
from storage.engine import Database
from storage.tables import console_sessions, contacts, posts, sign_in_codes
from workflow.console import Visit
from workflow.ports import Clock

SESSION = timedelta(hours=8)
IDLE = timedelta(minutes=30)
_RENEWED = timedelta(minutes=15)
_GRACE = timedelta(seconds=30)
_NOTED = timedelta(minutes=1)
"""So exactly it is known when somebody was here last."""
_COLUMNS = console_sessions.c


class ConsoleAccess:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def exchange(self, code: str) -> str | None:
        """The token of a new session, for exactly one caller and in time; else None. Sweeps away what is over."""
        now = self._clock.now()
        live = (sign_in_codes.c.code_hash == _hash(code)) & sign_in_codes.c.used_at.is_(None) & (sign_in_codes.c.expires_at > now)
        async with self._database.reading() as connection:
            # Whoever guesses takes no writer's turn.
            if (await connection.execute(select(sign_in_codes.c.contact_id).where(live))).scalar_one_or_none() is None:
                return None
        token = secrets.token_urlsafe(32)
        async with self._database.writing() as connection:
            used = update(sign_in_codes).where(live).values(used_at=now).returning(sign_in_codes.c.contact_id)
            contact_id = (await connection.execute(used)).scalar_one_or_none()
            if contact_id is None:
                return None
            family, until = secrets.token_hex(32), now + SESSION
            await connection.execute(insert(console_sessions).values(_row(token, contact_id, family, until, now, now)))
            await connection.execute(delete(sign_in_codes).where(sign_in_codes.c.expires_at <= now))
            over = or_(_COLUMNS.expires_at <= now, _COLUMNS.seen_at <= now - IDLE, _COLUMNS.family.is_(None))
            await connection.execute(delete(console_sessions).where(over))
        return token

    async def visitor(self, token: str, *, acts: bool = True) -> Visit | None:
        """Whose session it is, with the posts held now; None once it is over. `acts`: somebody did something, and no page by itself."""
        now = self._clock.now()
        whose = select(contacts, _COLUMNS.family, _COLUMNS.issued_at, _COLUMNS.seen_at, _COLUMNS.replaced_at)
        whose = whose.join(console_sessions, _COLUMNS.contact_id == contacts.c.id).where(_alive(token, now))
        async with self._database.reading() as connection:
            row = (await connection.execute(whose)).mappings().one_or_none()
            if row is None:
                return None
            found = await connection.execute(select(posts).where(posts.c.contact_id == row["id"]).order_by(posts.c.id))
            held = tuple(rows.post_in(post) for post in found.mappings())
        of_contact = {name: value for name, value in row.items() if name in contacts.c}
        contact = rows.contact_in(of_contact, self._database.vault)
        fresh = None
        if row["replaced_at"] is None and row["issued_at"] <= now - _RENEWED:
            fresh = await self.renew(token)
        if acts and row["seen_at"] <= now - _NOTED:
            await self._note(row["family"], now)
        return Visit(contact, held, row["family"], fresh or "")

    async def renew(self, token: str) -> str | None:
        """Another token in the place of this one, for exactly one caller; None where it was replaced before, or is over."""
        now, fresh = self._clock.now(), secrets.token_urlsafe(32)
        last = and_(_alive(token, now), _COLUMNS.replaced_at.is_(None))
        async with self._database.writing() as connection:
            replaced = update(console_sessions).where(last).values(replaced_at=now)
            kept = (_COLUMNS.contact_id, _COLUMNS.family, _COLUMNS.expires_at, _COLUMNS.seen_at)
            row = (await connection.execute(replaced.returning(*kept))).one_or_none()
            if row is None:
                return None
            values = _row(fresh, row.contact_id, row.family, row.expires_at, row.seen_at, now)
            await connection.execute(insert(console_sessions).values(values))
            gone = and_(_COLUMNS.family == row.family, _COLUMNS.replaced_at <= now - _GRACE)
            await connection.execute(delete(console_sessions).where(gone))
        return fresh

    async def end(self, token: str) -> None:
        """The whole session, with the tokens that were replaced."""
        async with self._database.writing() as connection:
            family = select(_COLUMNS.family).where(_COLUMNS.token_hash == _hash(token)).scalar_subquery()
            await connection.execute(delete(console_sessions).where(_COLUMNS.family == family))

    async def end_all(self, contact_id: int) -> None:
        """Every session of somebody, and every link that was not used yet."""
        async with self._database.writing() as connection:
            await connection.execute(delete(console_sessions).where(_COLUMNS.contact_id == contact_id))
            await connection.execute(delete(sign_in_codes).where(sign_in_codes.c.contact_id == contact_id))

    async def _note(self, family: str, now: datetime) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(console_sessions).where(_COLUMNS.family == family).values(seen_at=now))


def _alive(token: str, now: datetime) -> ColumnElement[bool]:
    return and_(
        _COLUMNS.token_hash == _hash(token), _COLUMNS.expires_at > now, _COLUMNS.seen_at > now - IDLE, _COLUMNS.family.is_not(None),
        or_(_COLUMNS.replaced_at.is_(None), _COLUMNS.replaced_at > now - _GRACE),
    )  # fmt: skip


def _row(token: str, contact_id: int, family: str, until: datetime, seen: datetime, now: datetime) -> dict[str, object]:
    return {
        "token_hash": _hash(token), "contact_id": contact_id, "family": family, "expires_at": until, "issued_at": now, "seen_at": seen,
    }  # fmt: skip


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
