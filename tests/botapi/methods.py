"""The methods, each as Telegram documents it, as far as the project calls them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from tests.botapi.chats import Chats, Said, Upload
from tests.botapi.delivery import Delivery
from tests.botapi.faults import Limits
from tests.botapi.markup import MAX_CAPTION, MAX_TEXT, check_keyboard, read_text
from tests.botapi.problems import Problem

Params = dict[str, Any]
Files = dict[str, tuple[str, bytes]]
MAX_GET_FILE = 20 * 1024 * 1024
_MEDIA = ("photo", "video", "voice", "audio", "document", "animation")


class Methods:
    def __init__(self, chats: Chats, delivery: Delivery) -> None:
        self.chats = chats
        self.delivery = delivery
        self.limits = Limits()
        self.stored: dict[str, tuple[int | None, bytes]] = {}
        self.commands: dict[tuple[str, str], dict[str, str]] = {}
        self.open_queries: set[str] = set()
        self.toasts: dict[str, str] = {}
        self._albums = count(1)
        own: dict[str, Callable[[Params, Files], Awaitable[Any]]] = {
            "getme": self.get_me,
            "getupdates": self.get_updates,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.get_webhook_info,
            "sendmessage": self.send_message,
            "sendlocation": self.send_location,
            "sendmediagroup": self.send_media_group,
            "editmessagetext": self.edit_message_text,
            "editmessagecaption": self.edit_message_caption,
            "editmessagereplymarkup": self.edit_message_reply_markup,
            "deletemessage": self.delete_message,
            "answercallbackquery": self.answer_callback_query,
            "setmycommands": self.set_my_commands,
            "deletemycommands": self.delete_my_commands,
            "getfile": self.get_file,
            "getchat": self.get_chat,
            "sendchataction": self.send_chat_action,
        }
        self.table = own | {f"send{kind}": self._sender(kind) for kind in _MEDIA}

    async def get_me(self, params: Params, files: Files) -> Any:
        return {"id": 1, "is_bot": True, "first_name": "Counter", "username": "counter_bot", "can_join_groups": True}

    async def get_updates(self, params: Params, files: Files) -> Any:
        if "allowed_updates" in params:
            self.delivery.allowed = params["allowed_updates"]
        return await self.delivery.poll(params.get("offset", 0), params.get("limit", 100), params.get("timeout", 0))

    async def set_webhook(self, params: Params, files: Files) -> Any:
        self.delivery.drops_asked += bool(params.get("drop_pending_updates"))
        if "allowed_updates" in params:
            self.delivery.allowed = params["allowed_updates"]
        await self.delivery.set_webhook(params["url"], params.get("secret_token", ""))
        return True

    async def delete_webhook(self, params: Params, files: Files) -> Any:
        self.delivery.drops_asked += bool(params.get("drop_pending_updates"))
        await self.delivery.set_webhook("", "")
        return True

    async def get_webhook_info(self, params: Params, files: Files) -> Any:
        waiting = len(self.delivery.pending)
        return {"url": self.delivery.webhook, "has_custom_certificate": False, "pending_update_count": waiting}

    async def send_message(self, params: Params, files: Files) -> Any:
        chat = self._target(params)
        text, entities = read_text(params, "text", MAX_TEXT, needed=True)
        return await self._say(chat, text, params, entities=entities)

    async def send_location(self, params: Params, files: Files) -> Any:
        if not -90 <= params["latitude"] <= 90 or not -180 <= params["longitude"] <= 180:
            raise Problem("wrong location")
        return await self._say(self._target(params), f"{params['latitude']},{params['longitude']}", params)

    def _sender(self, kind: str) -> Callable[[Params, Files], Awaitable[Any]]:
        async def send(params: Params, files: Files) -> Any:
            chat = self._target(params)
            caption, entities = read_text(params, "caption", MAX_CAPTION, needed=False)
            upload = self._upload(kind, params.get(kind), files, kind)
            return await self._say(chat, caption, params, entities=entities, files=(upload,))

        return send

    def _upload(self, kind: str, value: Any, files: Files, part: str) -> Upload:
        if isinstance(value, str) and value.startswith("attach://"):
            part = value.removeprefix("attach://")
        elif isinstance(value, str):
            if value not in self.stored:
                raise Problem("wrong file identifier/HTTP URL specified")
            return Upload(kind, value, self.stored[value][1])
        if part not in files:
            raise Problem(f"there is no {kind} in the request")
        name, content = files[part]
        if not content:
            raise Problem("file must be non-empty")
        if kind == "photo" and content.startswith(b"not a photo"):
            raise Problem("IMAGE_PROCESS_FAILED")
        return Upload(kind, name, content)

    async def send_media_group(self, params: Params, files: Files) -> Any:
        chat = self._target(params)
        media: list[dict[str, Any]] = params["media"]
        kinds = {one["type"] for one in media}
        if not 2 <= len(media) <= 10:
            raise Problem("wrong number of media: 2 to 10 are needed")
        if len(kinds) > 1 and not kinds <= {"photo", "video"}:
            raise Problem("can't mix media of different types in an album")
        read = []
        for one in media:
            caption, entities = read_text(one, "caption", MAX_CAPTION, needed=False)
            read.append((caption, entities, self._upload(one["type"], one["media"], files, "")))
        album = f"album{next(self._albums)}"
        return [await self._say(chat, text, params, entities=marks, files=(upload,), album=album) for text, marks, upload in read]

    def _target(self, params: Params) -> int:
        chat = self.chats.reachable(params["chat_id"])
        self.limits.check(chat, self.chats.kinds[chat])
        return chat

    async def _say(self, chat: int, text: str, params: Params, **details: Any) -> Any:
        reply = params.get("reply_parameters") or {}
        target = reply.get("message_id", 0)
        if target and self.chats.find(chat, target) is None:
            if not reply.get("allow_sending_without_reply"):
                raise Problem("message to be replied not found")
            target = 0
        rows = check_keyboard(params.get("reply_markup"))
        silent = bool(params.get("disable_notification"))
        said = self.chats.add(chat, text, by_bot=True, keyboard=rows, reply_to=target, silent=silent, **details)
        await self.chats.notify()
        return self.message_json(said)

    def _editable(self, params: Params) -> Said:
        said = self.chats.find(self.chats.reachable(params["chat_id"]), params.get("message_id"))
        if said is None:
            raise Problem("message to edit not found")
        if not said.by_bot:
            raise Problem("message can't be edited")
        return said

    async def edit_message_text(self, params: Params, files: Files) -> Any:
        said = self._editable(params)
        if said.files:
            raise Problem("there is no text in the message to edit")
        text, entities = read_text(params, "text", MAX_TEXT, needed=True)
        return await self._change(said, text, entities, check_keyboard(params.get("reply_markup")))

    async def edit_message_caption(self, params: Params, files: Files) -> Any:
        said = self._editable(params)
        if not said.files:
            raise Problem("there is no caption in the message to edit")
        text, entities = read_text(params, "caption", MAX_CAPTION, needed=False)
        return await self._change(said, text, entities, check_keyboard(params.get("reply_markup")))

    async def edit_message_reply_markup(self, params: Params, files: Files) -> Any:
        said = self._editable(params)
        return await self._change(said, said.text, said.entities, check_keyboard(params.get("reply_markup")))

    async def _change(self, said: Said, text: str, entities: list[dict[str, Any]], rows: list[list[dict[str, Any]]]) -> Any:
        if (said.text, said.entities, said.keyboard) == (text, entities, rows):
            raise Problem(
                "message is not modified: specified new message content and reply markup are exactly the same as a current content "
                "and reply markup of the message"
            )
        said.earlier.append(said.text)
        said.text, said.entities, said.keyboard, said.revision = text, entities, rows, self.chats.touch()
        await self.chats.notify()
        return self.message_json(said)

    async def delete_message(self, params: Params, files: Files) -> Any:
        said = self.chats.find(self.chats.reachable(params["chat_id"]), params["message_id"])
        if said is None:
            raise Problem("message to delete not found")
        said.deleted, said.revision = True, self.chats.touch()
        await self.chats.notify()
        return True

    async def answer_callback_query(self, params: Params, files: Files) -> Any:
        query = params["callback_query_id"]
        if query not in self.open_queries:
            raise Problem("query is too old and response timeout expired or query ID is invalid")
        if len(params.get("text", "")) > 200:
            raise Problem("MESSAGE_TOO_LONG")
        self.open_queries.remove(query)
        self.toasts[query] = params.get("text", "")
        await self.chats.notify()
        return True

    async def set_my_commands(self, params: Params, files: Files) -> Any:
        menu = {command["command"]: command["description"] for command in params["commands"]}
        if len(menu) > 100 or any(not 1 <= len(text) <= 256 for text in menu.values()):
            raise Problem("BOT_COMMAND_DESCRIPTION_INVALID")
        if any(not name.isascii() or name != name.lower() or not 1 <= len(name) <= 32 for name in menu):
            raise Problem("BOT_COMMAND_INVALID")
        self.commands[_scope(params)] = menu
        return True

    async def delete_my_commands(self, params: Params, files: Files) -> Any:
        self.commands.pop(_scope(params), None)
        return True

    async def get_file(self, params: Params, files: Files) -> Any:
        file_id = params["file_id"]
        if file_id not in self.stored:
            raise Problem("wrong file_id or the file is temporarily unavailable")
        declared, content = self.stored[file_id]
        if (declared or len(content)) > MAX_GET_FILE:
            raise Problem("file is too big")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content), "file_path": f"kept/{file_id}"}

    async def get_chat(self, params: Params, files: Files) -> Any:
        chat = self.chats.reachable(params["chat_id"])
        return self.chats.chat_json(chat) | {"accent_color_id": 0, "max_reaction_count": 11}

    async def send_chat_action(self, params: Params, files: Files) -> Any:
        self.chats.reachable(params["chat_id"])
        return True

    def message_json(self, said: Said) -> dict[str, Any]:
        """What the bot gets back for its own message."""
        found: dict[str, Any] = {
            "message_id": said.message_id,
            "date": said.date,
            "chat": self.chats.chat_json(said.chat),
            "from": {"id": 1, "is_bot": True, "first_name": "Counter", "username": "counter_bot"},
        }
        found["caption" if said.files else "text"] = said.text
        if said.keyboard:
            found["reply_markup"] = {"inline_keyboard": said.keyboard}
        return found


def _scope(params: Params) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    return f"{scope['type']} {scope.get('chat_id', '')}".strip(), params.get("language_code", "")
