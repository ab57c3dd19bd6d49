"""Every route in words: what it takes, and each answer that its own handler gives. What its kind of door adds stands in `document`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from web.openapi.schemas import SHA, Schema, words
from web.ways import HOOK
from workflow.states import State

PAGE = "text/html"
JSON = "application/json"
BYTES = "application/octet-stream"
PLAIN = "text/plain"
FORM = "application/x-www-form-urlencoded"
ANY = "*/*"
METRICS = "/metrics"
_ONE = {"enum": ["1"]}


@dataclass(frozen=True, slots=True)
class Described:
    """`answers`: by status, the media type of the body ("" for none or a plain word of the library's) and the name of its schema, if it
    has one. `takes`: media type → name of a schema. `parts`: a form with files may bring it, too. `needs`: the body can't be left out."""

    summary: str
    answers: Mapping[int, tuple[str, str]]
    query: Mapping[str, Schema] = field(default_factory=dict)
    path: Mapping[str, Schema] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)
    parts: bool = False
    needs: bool = True


_REFUSED = (PLAIN, "")
_SEEN = {200: (PAGE, "")}
_CITY_ONLY = {403: (PAGE, "")}
_GONE = {404: (PAGE, "")}
_ONWARDS = {303: ("", "")}
_NUMBER = {"number": words()}
_FILTER: Mapping[str, Schema] = {
    "state": {"enum": [state.value for state in State]}, "procedure": words(), "topic": words(), "place": words(), "overdue": _ONE,
    "urgent": _ONE, "number": words(), "page": words("[0-9]{1,6}"),
}  # fmt: skip
_READY = {200: (JSON, "Readiness"), 503: (JSON, "Readiness")}
_TOO_MUCH = {413: _REFUSED, 503: _REFUSED}
_BAD = {400: _REFUSED}
_CROWD = {429: _REFUSED}

ROUTES: Mapping[tuple[str, str], Described] = {
    ("GET", "/healthz"): Described("The process lives", {200: (JSON, "Status")}),
    ("GET", "/readyz"): Described("The process can do its work, or codes of why it can't", _READY),
    ("GET", "/static/{filename}"): Described(
        "Styles and scripts",
        {200: (ANY, ""), 206: (ANY, ""), 304: ("", ""), 404: _REFUSED, 412: ("", ""), 416: ("", "")},
        path={"filename": words()},
    ),
    ("GET", "/"): Described("To the web chat", {302: _REFUSED}),
    ("GET", "/chat"): Described("The web chat's page", _SEEN),
    ("POST", "/chat/api/session"): Described(
        "A new chat: its token is shown this once. Many at once from one address wait, unless the words are grave",
        {200: (JSON, "Session"), 413: _REFUSED, **_CROWD},
        takes={JSON: "First"},
        needs=False,
    ),
    ("POST", "/chat/api/messages"): Described(
        "Something said in a chat; 202 once it is stored",
        {202: (JSON, "Stored"), **_BAD, **_TOO_MUCH, **_CROWD},
        takes={JSON: "Update"},
        parts=True,
    ),
    ("GET", "/chat/api/messages"): Described(
        "What was said in a chat after a number; waits up to 25 seconds for news, unless `now` is there",
        {200: (JSON, "News"), **_BAD},
        query={"after": words("[0-9]{1,18}"), "now": words()},
    ),
    ("GET", "/chat/api/files/{sha}"): Described(
        "A file that was shown in this chat, to be saved", {200: (BYTES, ""), 404: _REFUSED}, path={"sha": SHA}
    ),
    ("GET", "/console/signin"): Described("The page that a one-time link opens", _SEEN),
    ("POST", "/console/signin"): Described(
        "A one-time code for a session, in a cookie", {**_ONWARDS, 403: (PAGE, ""), 429: (PAGE, "")}, takes={FORM: "SignIn"}
    ),
    ("POST", "/console/signout"): Described("Ends this session", _ONWARDS, takes={FORM: "Press"}),
    ("POST", "/console/signout/everywhere"): Described("Ends all sessions of this person", _ONWARDS, takes={FORM: "Press"}),
    ("GET", "/console"): Described("The board: every state with its number", _SEEN),
    ("GET", "/console/board"): Described("The part of the board that changes", _SEEN),
    ("GET", "/console/tickets"): Described("A list of tickets within reach; what makes no sense narrows nothing", _SEEN, query=_FILTER),
    ("GET", "/console/tickets/{number}"): Described("One ticket's whole life", {**_SEEN, **_GONE}, path=_NUMBER),
    ("POST", "/console/tickets/{number}/original"): Described(
        "The original words, for a reason that is written down", {**_SEEN, **_CITY_ONLY, **_GONE}, path=_NUMBER, takes={FORM: "Reason"}
    ),
    ("GET", "/console/incidents"): Described("Bursts that were raised", _SEEN),
    ("GET", "/console/health"): Described("What could not be read or sent", {**_SEEN, **_CITY_ONLY}),
    ("POST", "/console/health/again"): Described("What was given up is sent again", {**_ONWARDS, **_CITY_ONLY}, takes={FORM: "Press"}),
    ("GET", "/console/try"): Described("A page to try a text on", {**_SEEN, **_CITY_ONLY}),
    ("POST", "/console/try"): Described(
        "How a text would be read; nothing is kept", {**_SEEN, 400: (PAGE, ""), **_CITY_ONLY}, takes={FORM: "Trial"}
    ),
    ("GET", "/demo"): Described("Four chats side by side. Only in the demo, as all of /demo", _SEEN),
    ("GET", "/demo/data"): Described("The four chats' tokens", {200: (JSON, "Demo")}),
    ("GET", "/demo/board"): Described("Tickets by state", {200: (JSON, "States")}),
    ("POST", "/demo/console"): Described(
        "Into the console without a link, for a button pressed on this machine", {**_ONWARDS, 403: _REFUSED}, takes={FORM: "Role"}
    ),
}
"""By method and path as they are added to the router."""

NAMED: Mapping[str, Described] = {
    HOOK: Described(
        "Telegram brings an update; the path is the city's choice", {200: ("", ""), 403: ("", ""), 413: ("", ""), 500: ("", "")},
        takes={JSON: "TelegramUpdate"},
    ),
}  # fmt: skip
"""Routes whose path is not ours to say, by name."""

APART: Mapping[tuple[str, str], Described] = {
    ("GET", METRICS): Described("Figures for Prometheus, on a port of their own for the monitoring alone", {200: (PLAIN, "")}),
}
"""On another port."""
