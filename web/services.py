"""What the pages are given: one value, wired once, found by every handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from web.ports import Bell, Files, Inbox, Mailbox, Sentences
from web.sources import Sources
from workflow.anchors import Anchor
from workflow.bursts import Incident
from workflow.console import Visit
from workflow.cursors import Cursor
from workflow.model import Actor, Assignee, Role
from workflow.policy import Reach
from workflow.ports import Classifier, Clock, Masker, PlaceFinder
from workflow.praise import Praised
from workflow.privacy import Revealed
from workflow.region import Region
from workflow.views import Filter, Overview, Page, Queues, Whole


class Access(Protocol):
    async def exchange(self, code: str) -> str | None:
        """The token of a new session, for exactly one caller and in time."""
        ...

    async def visitor(self, token: str, *, acts: bool = True) -> Visit | None:
        """`acts`: somebody did something, and no page by itself."""
        ...

    async def renew(self, token: str) -> str | None:
        """Another token for the same session."""
        ...

    async def end(self, token: str) -> None: ...
    async def end_all(self, contact_id: int) -> None: ...


class Views(Protocol):
    async def overview(self, reach: Sequence[Reach], now: datetime, midnight: datetime) -> Overview: ...
    async def page(self, reach: Sequence[Reach], wanted: Filter, now: datetime, cursor: Cursor | None = None) -> Page: ...
    async def whole(self, number: str) -> Whole | None: ...
    async def queues(self) -> Queues: ...
    async def anchor(self) -> Anchor | None: ...
    async def send_again(self) -> int: ...
    async def praised(self, reach: Sequence[Reach], since: datetime) -> Praised: ...
    async def incidents(self, reach: Sequence[Reach]) -> tuple[Incident, ...]: ...


class Wording(Protocol):
    """Codes as words in one language: plain text."""

    def label(self, key: str, **params: object) -> str: ...
    def place(self, code: str) -> str: ...
    def unit(self, code: str) -> str: ...
    def topic(self, code: str) -> str: ...
    def desk(self, desk: Assignee) -> str: ...
    def kind(self, kind: str) -> str: ...


Reveals = Callable[[Actor, int, str], Awaitable[Revealed]]
"""For an actor, of a ticket, for a reason."""


@dataclass(frozen=True, slots=True)
class Console:
    """`words`: by language. `classifier`, `places`: those that read what residents write. `secure`: people come by https.
    `fallback_years`: those whose holidays nobody knows. `reveal`: shows original words; raises Refused."""

    access: Access
    views: Views
    words: Callable[[str], Wording]
    masker: Masker
    classifier: Classifier
    places: PlaceFinder
    region: Callable[[], Region]
    clock: Clock
    fallback_years: Callable[[], tuple[int, ...]]
    secure: bool = False
    reveal: Reveals | None = None
    sources: Sources = Sources()


@dataclass(frozen=True, slots=True)
class DemoPage:
    """`panes`: title and token of each chat. `counts`: tickets by state now. `enter`: opens a session of the console for a role."""

    panes: tuple[tuple[str, str], ...]
    complaint: str
    counts: Callable[[], Awaitable[Mapping[str, int]]]
    enter: Callable[[Role], Awaitable[str | None]]
    language: str = "zh-Hans"


@dataclass(frozen=True, slots=True)
class WebServices:
    """`stored` is called after each update that was stored; `alive`: whether what is told now would be kept; `demo` None outside
    the demo; `troubles`: codes of what else keeps this process from its work."""

    inbox: Inbox
    mailbox: Mailbox
    files: Files
    texts: Sentences
    bell: Bell
    stored: Callable[[], None]
    console: Console
    alive: Callable[[], Awaitable[bool]]
    demo: DemoPage | None = None
    troubles: Callable[[], tuple[str, ...]] = tuple


SERVICES: web.AppKey[WebServices] = web.AppKey("services")


def console_of(request: web.Request) -> Console:
    return request.app[SERVICES].console
