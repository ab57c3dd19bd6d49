"""Who may come in: one-time codes become sessions, sessions become people. Only hashes of codes and tokens are stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from storage import rows
from storage.engine import Database
from storage.tables import console_sessions, contacts, posts, sign_in_codes
from workflow.model import Contact, Post
from workflow.ports import Clock

SESSION = timedelta(hours=8)


class ConsoleAccess:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def exchange(self, code: str) -> str | None:
        """The token of a new session, for exactly one caller and in time; else None. Sweeps away what is over."""
        now, token = self._clock.now(), secrets.token_urlsafe(32)
        live = (sign_in_codes.c.code_hash == _hash(code)) & sign_in_codes.c.used_at.is_(None) & (sign_in_codes.c.expires_at > now)
        async with self._database.writing() as connection:
            used = update(sign_in_codes).where(live).values(used_at=now).returning(sign_in_codes.c.contact_id)
            contact_id = (await connection.execute(used)).scalar_one_or_none()
            if contact_id is None:
                return None
            values = {"token_hash": _hash(token), "contact_id": contact_id, "expires_at": now + SESSION}
            await connection.execute(insert(console_sessions).values(values))
            await connection.execute(delete(sign_in_codes).where(sign_in_codes.c.expires_at <= now))
            await connection.execute(delete(console_sessions).where(console_sessions.c.expires_at <= now))
        return token

    async def visitor(self, token: str) -> tuple[Contact, tuple[Post, ...]] | None:
        """Whose session it is, with the posts held now; None once it is over."""
        live = (console_sessions.c.token_hash == _hash(token)) & (console_sessions.c.expires_at > self._clock.now())
        whose = select(contacts).join(console_sessions, console_sessions.c.contact_id == contacts.c.id).where(live)
        async with self._database.reading() as connection:
            row = (await connection.execute(whose)).mappings().one_or_none()
            if row is None:
                return None
            held = await connection.execute(select(posts).where(posts.c.contact_id == row["id"]).order_by(posts.c.id))
            return rows.contact_in(row, self._database.vault), tuple(rows.post_in(post) for post in held.mappings())

    async def end(self, token: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(console_sessions).where(console_sessions.c.token_hash == _hash(token)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
