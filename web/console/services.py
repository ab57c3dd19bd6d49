"""What the console needs from the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from web.keys import SERVICES
from workflow.model import Assignee, Contact, Post
from workflow.policy import Reach
from workflow.ports import Clock, Masker
from workflow.region import Region
from workflow.views import Filter, Overview, Page, Queues, Whole


class Access(Protocol):
    async def exchange(self, code: str) -> str | None:
        """The token of a new session, for exactly one caller and in time."""
        ...

    async def visitor(self, token: str) -> tuple[Contact, tuple[Post, ...]] | None: ...
    async def end(self, token: str) -> None: ...


class Views(Protocol):
    async def overview(self, reach: Sequence[Reach], now: datetime, midnight: datetime) -> Overview: ...
    async def page(self, reach: Sequence[Reach], wanted: Filter, now: datetime, number: int) -> Page: ...
    async def whole(self, number: str) -> Whole | None: ...
    async def queues(self) -> Queues: ...


class Wording(Protocol):
    """Codes as words in one language: plain text."""

    def label(self, key: str, **params: object) -> str: ...
    def place(self, code: str) -> str: ...
    def unit(self, code: str) -> str: ...
    def topic(self, code: str) -> str: ...
    def desk(self, desk: Assignee) -> str: ...
    def kind(self, kind: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Console:
    """`words`: by language. `secure`: people come by https. `fallback_years`: those whose holidays nobody knows."""

    access: Access
    views: Views
    words: Callable[[str], Wording]
    masker: Masker
    region: Callable[[], Region]
    clock: Clock
    fallback_years: Callable[[], tuple[int, ...]]
    secure: bool = False


def console_of(request: web.Request) -> Console:
    return request.app[SERVICES].console
