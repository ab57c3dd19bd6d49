"""A person with a telephone, for tests."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.botapi.chats import Chats, Said
from tests.botapi.delivery import Delivery
from tests.botapi.methods import Methods
from tests.pictures import a_picture

_IDS = count(1)
PICTURE = a_picture()


class Person:
    """What `sees` and `presses` look at: the bot's messages in this chat. Waits are in seconds and end with AssertionError."""

    def __init__(self, chats: Chats, delivery: Delivery, methods: Methods, person_id: int, chat: int, language: str, name: str) -> None:
        self.id = person_id
        self.chat = chat
        self._chats = chats
        self._delivery = delivery
        self._methods = methods
        self._language = language
        self._name = name
        self._mark = 0

    def talking_in(self, chat: int) -> Person:
        there = copy.copy(self)
        there.chat = chat
        return there

    # What a person does. Each returns the update's id.

    async def says(self, text: str, *, reply_to: Said | None = None) -> int:
        return await self._message(text, {"text": text}, reply_to=reply_to)

    async def edits(self, message_id: int, text: str) -> int:
        said = self._chats.find(self.chat, message_id)
        assert said is not None, "no such message"
        said.earlier.append(said.text)
        said.text = text
        body = self._body(said) | {"text": text, "edit_date": self._chats.next_date()}
        return await self._delivery.add("edited_message", body)

    async def sends_photo(self, content: bytes = PICTURE, caption: str = "", **more: Any) -> int:
        return await self._message(caption, _caption(caption) | more | {"photo": self._photo(content)})

    async def sends_album(self, pictures: list[bytes], caption: str = "") -> list[int]:
        album = f"album-{next(_IDS)}"
        return [
            await self.sends_photo(content, caption if number == 0 else "", media_group_id=album) for number, content in enumerate(pictures)
        ]

    async def sends_file(
        self, kind: str, content: bytes = b"content", *, name: str = "", mime: str = "", size: int | None = None, caption: str = ""
    ) -> int:
        """`kind`: video, voice, audio, document, animation, video_note. `size`: pretend to be as big."""
        found: dict[str, Any] = self._keep(content, size) | _SHAPES[kind]
        found |= ({"file_name": name} if name else {}) | ({"mime_type": mime} if mime else {})
        more = {"document": found} if kind == "animation" else {}
        return await self._message(caption, _caption(caption) | {kind: found} | more)

    async def sends_raw(self, **content: Any) -> int:
        """Any other content of a message: sticker=…, poll=…, new_chat_members=…"""
        return await self._message("", content)

    async def shares_location(self, lat: float, lon: float) -> int:
        return await self._message("", {"location": {"latitude": lat, "longitude": lon}})

    async def shares_contact(self, name: str, phone: str) -> int:
        return await self._message("", {"contact": {"first_name": name, "phone_number": phone}})

    async def presses(self, label: str, *, about: str = "", within: float = 5.0, on: Said | None = None) -> str:
        """The newest message with such a button (and `about` in its text), or `on`. Returns the query's id, for `toast`."""
        said = on or await self.finds(label, about=about, within=within)
        button = said.button(label)
        assert button is not None, f"no button {label!r} on it"
        return await self.presses_data(button["callback_data"], said)

    async def finds(self, label: str, *, about: str = "", within: float = 5.0) -> Said:
        """The newest message with such a button."""
        what = f"a button {label!r} about {about!r}"
        return await self._await(lambda said: about in said.text and said.button(label) is not None, within, what, newest_first=True)

    async def presses_data(self, data: str, on: Said) -> str:
        """Whatever the button says by now."""
        self._mark = self._chats.revision
        query = f"query{next(_IDS)}"
        self._methods.open_queries.add(query)
        body = {"id": query, "from": self._user(), "chat_instance": "1", "data": data, "message": self._methods.message_json(on)}
        await self._delivery.add("callback_query", body)
        return query

    async def toast(self, query: str, *, within: float = 5.0) -> str:
        """What the answer to a press said; "" is an answer without words."""
        await self._until(lambda: query in self._methods.toasts, within, "an answer to the press")
        return self._methods.toasts[query]

    async def blocks(self) -> int:
        self._chats.blocked.add(self.chat)
        return await self._member("member", "kicked")

    async def unblocks(self) -> int:
        self._chats.blocked.discard(self.chat)
        return await self._member("kicked", "member")

    async def _member(self, old: str, new: str) -> int:
        bot = {"id": 1, "is_bot": True, "first_name": "Counter"}
        change = {
            "chat": self._chats.chat_json(self.chat),
            "from": self._user(),
            "date": self._chats.next_date(),
            "old_chat_member": _membership(old, bot),
            "new_chat_member": _membership(new, bot),
        }
        return await self._delivery.add("my_chat_member", change)

    # What a person sees.

    async def sees(self, text: str, *, within: float = 5.0, ever: bool = False) -> Said:
        """The newest message of the bot with `text` that came or changed since this person last did something, or `ever`."""
        mark = 0 if ever else self._mark
        return await self._await(lambda said: text in said.text and said.revision > mark, within, repr(text), newest_first=True)

    async def sees_new(self, *, within: float = 5.0) -> Said:
        """Anything new since this person last did something."""
        return await self._await(lambda said: said.revision > self._mark, within, "anything new", newest_first=True)

    def seen(self) -> list[Said]:
        """All messages of the bot here, oldest first."""
        return [said for said in self._chats.transcripts[self.chat] if said.by_bot and not said.deleted]

    async def _await(self, fits: Callable[[Said], bool], within: float, what: str, *, newest_first: bool) -> Said:
        def find() -> Said | None:
            found = [said for said in self.seen() if fits(said)]
            return found[-1 if newest_first else 0] if found else None

        await self._until(lambda: find() is not None, within, what)
        said = find()
        assert said is not None
        return said

    async def _until(self, holds: Callable[[], bool], within: float, what: str) -> None:
        try:
            async with asyncio.timeout(within), self._chats.changed:
                await self._chats.changed.wait_for(holds)
        except TimeoutError:
            newest = "\n---\n".join(f"{said.text}\n{said.labels}" for said in self.seen()[-4:])
            raise AssertionError(f"no {what} within {within} s in chat {self.chat}; the newest messages:\n{newest}") from None

    async def _message(self, text: str, content: dict[str, Any], reply_to: Said | None = None) -> int:
        said = self._chats.add(self.chat, text, by_bot=False)
        self._mark = said.revision
        body = self._body(said) | content
        if reply_to is not None:
            body["reply_to_message"] = self._methods.message_json(reply_to)
        return await self._delivery.add("message", body)

    def _body(self, said: Said) -> dict[str, Any]:
        return {"message_id": said.message_id, "date": said.date, "chat": self._chats.chat_json(self.chat), "from": self._user()}

    def _user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self._name, "language_code": self._language}

    def _photo(self, content: bytes) -> list[dict[str, Any]]:
        small = self._keep(content[:8], None) | {"width": 90, "height": 60}
        return [small, self._keep(content, None) | {"width": 1280, "height": 960}]

    def _keep(self, content: bytes, size: int | None) -> dict[str, Any]:
        file_id = f"file{next(_IDS)}"
        self._methods.stored[file_id] = (size, content)
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size or len(content)}


_SHAPES: dict[str, dict[str, Any]] = {
    "video": {"width": 640, "height": 480, "duration": 3},
    "animation": {"width": 64, "height": 48, "duration": 3},
    "video_note": {"length": 240, "duration": 3},
    "voice": {"duration": 3},
    "audio": {"duration": 3},
    "document": {},
}


def _caption(caption: str) -> dict[str, Any]:
    return {"caption": caption} if caption else {}


def _membership(status: str, user: dict[str, Any]) -> dict[str, Any]:
    return {"status": status, "user": user} | ({"until_date": 0} if status == "kicked" else {})
