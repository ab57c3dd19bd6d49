"""How a page is filled: the visitor's language, the city's zone, and nothing that is not escaped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import aiohttp_jinja2
from aiohttp import web

from web.page import LANGUAGE
from web.services import Console, Wording, console_of
from workflow import policy
from workflow.model import Actor
from workflow.policy import Reach


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who signed in, with the posts held now. `form_token` goes into every form and comes back with it."""

    actor: Actor
    language: str
    form_token: str

    @property
    def reach(self) -> tuple[Reach, ...]:
        return policy.reach(self.actor)


VISITOR: web.RequestKey[Visitor] = web.RequestKey("visitor", Visitor)


def visitor_of(request: web.Request) -> Visitor:
    """Of a guarded page: `access.guard` put it there."""
    return request[VISITOR]


def operates(request: web.Request) -> bool:
    return policy.may_operate(visitor_of(request).actor, console_of(request).region().code)


def words_of(request: web.Request) -> Wording:
    return console_of(request).words(language_of(request))


def language_of(request: web.Request) -> str:
    visitor = request.get(VISITOR)
    return LANGUAGE if visitor is None else visitor.language


def zone_of(console: Console) -> ZoneInfo:
    return ZoneInfo(console.region().time_zone)


def midnight(console: Console) -> datetime:
    """When today began in the city."""
    zone = zone_of(console)
    return datetime.combine(console.clock.now().astimezone(zone).date(), time.min, zone)


def show(request: web.Request, name: str, status: int = 200, **context: object) -> web.Response:
    console, words, visitor = console_of(request), words_of(request), request.get(VISITOR)
    zone = zone_of(console)

    def stamp(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

    shared = {
        "t": words.label, "words": words, "stamp": stamp, "now": console.clock.now(), "visitor": visitor,
        "language": language_of(request),
        "operates": visitor is not None and operates(request),
    }  # fmt: skip
    return aiohttp_jinja2.render_template(f"console/{name}", request, {**shared, **context}, status=status)


def tell(request: web.Request, what: str, status: int) -> web.Response:
    """A page that says one thing: `what` is the last part of the keys `console.<what>_title` and `console.<what>`."""
    return show(request, "message.html", status, what=what)
