"""What the web chat was told, by chat. An edit is a new row of the same message id, so that readers need only look ahead.

What stands beside a ticket too is sealed here with the words: a message's id and the hashes of files would tie a veil to its chat. The
column `message_id` only says of which kind a row is.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from storage.engine import Database
from storage.locks import alone
from storage.tables import web_chats, web_messages

_LAST, _ONCE, _FADING, _ID = 50, "once", "fading-", "id"
_TOAST, _FILES = "toast", "files"
_KINDS = ("", _TOAST, _FILES, _FADING)
_BATCH = 200


class WebMailbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_chat(self) -> tuple[str, str]:
        """(token, address) of a new chat. Only the token's SHA-256 is stored."""
        token, address = secrets.token_urlsafe(24), f"web-{secrets.token_hex(8)}"
        async with self._database.writing() as connection:
            await connection.execute(insert(web_chats).values(token_hash=_hash(token), address=address))
        return token, address

    async def address_of(self, token: str) -> str | None:
        async with self._database.reading() as connection:
            same = web_chats.c.token_hash == _hash(token)
            return (await connection.execute(select(web_chats.c.address).where(same))).scalar_one_or_none()

    async def append(self, address: str, message_id: str, body: Mapping[str, Any], once: str = "") -> str:
        """The id under which it stands. `once`: what was appended under it before, a moment ago and in the same words, is not again:
        a process may have died between telling and noting that it told."""
        async with self._database.writing() as connection:
            # Who has read a number never looks below it again: numbers of a chat must be seen in their order.
            await alone(connection, f"mailbox:{address}")
            last = select(web_messages).where(web_messages.c.address == address).order_by(web_messages.c.seq.desc()).limit(_LAST)
            for row in (await connection.execute(last)).mappings().all() if once else ():
                said = self._opened(address, row["body"])
                if said.get(_ONCE) == once and said.get("html") == body.get("html"):
                    return _id(said, row)
            values = self._sealed(address, message_id, dict(body) | ({_ONCE: once} if once else {}))
            await connection.execute(insert(web_messages).values(address=address, **values))
        return message_id

    async def after(self, address: str, seq: int, limit: int = 200) -> list[dict[str, Any]]:
        """Rows later than `seq`, oldest first: {"seq", "id", …body}."""
        wanted = (web_messages.c.address == address) & (web_messages.c.seq > seq)
        async with self._database.reading() as connection:
            found = await connection.execute(select(web_messages).where(wanted).order_by(web_messages.c.seq).limit(limit))
            return [self._shown(address, row) for row in found.mappings()]

    async def blank(self, before: datetime) -> int:
        """What was shown once before an aware time is replaced by what is to be read there later. Answers how many."""
        one, done = web_messages.c.message_id.startswith(_FADING), 0
        async with self._database.writing() as connection:
            for row in (await connection.execute(select(web_messages).where(one))).mappings().all():
                body = dict(self._opened(row["address"], row["body"]))
                if not body.get("fades") or datetime.fromisoformat(body["at"]) >= before:
                    continue
                left = {**body, "html": body["fades"], "buttons": [], "fades": ""}
                changed = self._sealed(row["address"], _id(body, row).removeprefix(_FADING), left)
                await connection.execute(update(web_messages).where(web_messages.c.seq == row["seq"]).values(changed))
                done += 1
        return done

    async def hide(self) -> int:
        """Seals the ids that an earlier version left readable, some at a time. Answers how many."""
        readable = web_messages.c.message_id.not_in(_KINDS)
        some, done, batch = select(web_messages).where(readable).limit(_BATCH).with_for_update(), 0, _BATCH
        while batch == _BATCH:
            async with self._database.writing() as connection:
                found = (await connection.execute(some)).mappings().all()
                for row in found:
                    body = dict(self._opened(row["address"], row["body"]))
                    changed = self._sealed(row["address"], _id(body, row), body)
                    await connection.execute(update(web_messages).where(web_messages.c.seq == row["seq"]).values(changed))
            batch = len(found)
            done += batch
        return done

    def _shown(self, address: str, row: RowMapping) -> dict[str, Any]:
        """A row as it is told: an edit bears the id of what it edits."""
        body = self._opened(address, row["body"])
        said = {key: value for key, value in body.items() if key not in {_ONCE, _ID}}
        return {"seq": row["seq"], "id": _id(body, row), **said}

    def _sealed(self, address: str, message_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of a row."""
        with_files = _FILES if body.get("files") else ""
        kind = _TOAST if message_id == _TOAST else _FADING if message_id.startswith(_FADING) else with_files
        words = self._database.vault.seal_json({**body, _ID: message_id}, "web_messages", "body", address)
        return {"message_id": kind, "body": words}

    def _opened(self, address: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        opened: Mapping[str, Any] = self._database.vault.open_json(body, "web_messages", "body", address)
        return opened

    async def was_shown(self, address: str, sha256: str) -> bool:
        """Whether a file was ever sent to this chat."""
        some = (web_messages.c.address == address) & web_messages.c.message_id.not_in(("", _TOAST))
        mine = select(web_messages.c.body).where(some).order_by(web_messages.c.seq.desc())
        async with self._database.reading() as connection:
            told = (await connection.execute(mine)).scalars().all()
        return any(sha256 == file["sha256"] for body in told for file in self._opened(address, body).get("files", ()))


def _id(body: Mapping[str, Any], row: RowMapping) -> str:
    """What an earlier version stored stands in the column."""
    return str(body.get(_ID, row["message_id"]))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
