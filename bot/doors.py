"""What a door (Telegram, web chat, …) hands in and takes out. A new door is one folder that offers a `Door`.

The way in:  door receives → `Inbox.store` (commit) → confirms to its sender → the reader (`app/reader.py`) takes rows chat by chat, in
order → `Door.parse` → `Conversation.hear` inside one transaction → row done.
The way out: `workflow.model.Speech` rows in the outbox → the relay (`app/relay.py`) → `bot/speak.py` renders → `Door.send`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from workflow.model import FileRef, Point


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a person did, in no door's language. An album is one Incoming with several files."""

    door: str
    request_id: str  # unique per update: "telegram:123"
    chat: str  # address to answer to
    sender: str  # address of the person; equals `chat` in private chats
    at: datetime
    chat_kind: str = "private"  # or "group"
    sender_name: str = ""
    language: str = ""  # BCP 47 hint of the client, "" if none
    text: str = ""
    button: str = ""  # data of a pressed button
    message_id: str = ""  # of this message; for a button, of the message that bears it
    reply_to: str = ""  # message id
    replied: str = ""  # what that message says, where it is one of ours
    edited: bool = False
    files: tuple[FileRef, ...] = ()
    location: Point | None = None
    unsupported: str = ""  # kind of thing that can't be kept, such as "sticker"
    too_big: int = 0  # attachments left out because of their size
    left_out: int = 0  # attachments left out because one message may not bring so many
    unclean: int = 0  # pictures left out because what else is in them can't be taken out
    membership: str = ""  # "blocked" or "unblocked": the person stopped or restarted the bot
    callback_id: str = ""  # for `Door.acknowledge`
    command_for_me: bool = True  # in groups: addressed to this bot


@dataclass(frozen=True, slots=True)
class ReadyButton:
    label: str
    data: str


@dataclass(frozen=True, slots=True)
class ReadyMessage:
    """A rendered message. `html` uses only <b>, <i> and escaped text. Doors split what is too long for them."""

    html: str
    buttons: tuple[tuple[ReadyButton, ...], ...] = ()
    files: tuple[FileRef, ...] = ()
    edits: str = ""  # message id to replace; a door that can't any more sends anew
    reply_to: str = ""
    silent: bool = False
    once: str = ""  # the same at each attempt to say the same thing: a door that keeps its own record says it once
    fades: str = ""  # HTML that takes its place after a while, at a door that keeps what was said
    menu: tuple[tuple[str, str], ...] = ()  # command → what it does: the chat's menu from now on; a door without menus leaves it


@dataclass(frozen=True, slots=True)
class Delivered:
    message_id: str


@dataclass(frozen=True, slots=True)
class RetryAfter:
    seconds: float
    whole_door: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person blocked the bot or the chat is gone."""

    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The door will never take this message: a fault of ours, goes to the dead letters."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came: it may or may not have arrived. Sent again, and counted."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The door's server said that it failed: hardly carried out. Sent again with much patience."""

    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has a new address (a group became a supergroup)."""

    address: str


Sent = Delivered | RetryAfter | Unreachable | Rejected | Unknown | Failed | Moved


class Unavailable(Exception):
    """What a door needs to read an update can't be had just now: no fault of the update, which waits without being counted."""


class Door(Protocol):
    name: str

    async def parse(self, bodies: tuple[Mapping[str, Any], ...]) -> Incoming | None:
        """Stored update(s) → Incoming; several bodies are one album. None: nothing for us. Fetches files into the store.
        Raises Unavailable while its own server can't be reached, anything else on a failure worth a few retries."""
        ...

    async def send(self, address: str, kind: str, message: ReadyMessage) -> Sent:
        """`kind`: private or group."""
        ...

    async def acknowledge(self, incoming: Incoming, toast: str = "") -> None:
        """Answers a button press; best effort, never raises."""
        ...


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored update. `album` groups rows of one album; they are read together once 1.5 s passed since the last."""

    id: int
    door: str
    update_id: str
    chat: str
    body: Mapping[str, Any]
    received_at: datetime
    album: str = ""
    attempts: int = 0


class Inbox(Protocol):
    async def store(self, door: str, update_id: str, chat: str, body: Mapping[str, Any], album: str = "") -> bool:
        """Commits before it returns. False: this update is known already."""
        ...


class FileStore(Protocol):
    async def put(self, content: bytes, kind: str, mime: str, name: str = "") -> FileRef:
        """Cleaned: kind, type and name may be others then. Raises `workflow.files.NotClean`."""
        ...

    async def get(self, ref_sha256: str) -> bytes: ...
    def path(self, ref_sha256: str) -> str: ...


@dataclass(frozen=True, slots=True)
class OutboxRow:
    id: int
    contact_id: int
    speech: Mapping[str, Any] = field(default_factory=dict)
