"""What the web chat was told, by chat. An edit is a new row of the same message id, so that readers need only look ahead."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from storage.engine import Database
from storage.locks import alone
from storage.tables import web_chats, web_messages

_LAST, _ONCE, _FADING = 50, "once", "fading-"


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
                    return str(row["message_id"])
            values = self._sealed(address, dict(body) | ({_ONCE: once} if once else {}))
            await connection.execute(insert(web_messages).values(address=address, message_id=message_id, body=values))
        return message_id

    async def after(self, address: str, seq: int, limit: int = 200) -> list[dict[str, Any]]:
        """Rows later than `seq`, oldest first: {"seq", "id", …body}."""
        wanted = (web_messages.c.address == address) & (web_messages.c.seq > seq)
        async with self._database.reading() as connection:
            found = await connection.execute(select(web_messages).where(wanted).order_by(web_messages.c.seq).limit(limit))
            return [{"seq": row["seq"], "id": row["message_id"], **self._shown(address, row["body"])} for row in found.mappings()]

    async def blank(self, before: datetime) -> int:
        """What was shown once before an aware time is replaced by what is to be read there later. Answers how many."""
        one, done = web_messages.c.message_id.startswith(_FADING), 0
        async with self._database.writing() as connection:
            for row in (await connection.execute(select(web_messages).where(one))).mappings().all():
                body = dict(self._opened(row["address"], row["body"]))
                if not body.get("fades") or datetime.fromisoformat(body["at"]) >= before:
                    continue
                left = {**body, "html": body["fades"], "buttons": [], "fades": ""}
                changed = {"body": self._sealed(row["address"], left), "message_id": row["message_id"].removeprefix(_FADING)}
                await connection.execute(update(web_messages).where(web_messages.c.seq == row["seq"]).values(changed))
                done += 1
        return done

    def _shown(self, address: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in self._opened(address, body).items() if key != _ONCE}

    def _sealed(self, address: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The words; which files were shown is asked for in SQL."""
        words = self._database.vault.seal_json(dict(body), "web_messages", "body", address)
        return words if words == body else {**words, "files": [{"sha256": file["sha256"]} for file in body.get("files", ())]}

    def _opened(self, address: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        opened: Mapping[str, Any] = self._database.vault.open_json(body, "web_messages", "body", address)
        return opened

    async def was_shown(self, address: str, sha256: str) -> bool:
        """Whether a file was ever sent to this chat."""
        async with self._database.reading() as connection:
            wanted = (web_messages.c.address == address) & web_messages.c.body["files"].as_string().contains(sha256)
            return bool((await connection.execute(select(func.count()).select_from(web_messages).where(wanted))).scalar())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
