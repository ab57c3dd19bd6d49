"""Logs without personal data: ids and codes only, as JSON lines or plain lines, on standard error.

What a resident wrote, names, addresses and tokens never get here: a record carries a short fixed sentence and `extra` fields of
the list below. Exceptions are written as type and place, without their message, since a message may quote what was said. Of what a
library says only the fixed part is written, for the same reason.

Every line tells on whose account it was written: `request` (inbox:<row>, outbox:<row>, http:<random>) and `case` (the ticket's id).
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
import warnings
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

FIELDS = (
    "code", "door", "row", "rows", "item", "contact", "ticket", "trigger", "attempts", "seconds", "year", "count", "status", "host", "port",
    "signal", "number", "clock", "mode", "end",
)  # fmt: skip
REQUEST: ContextVar[str] = ContextVar("request", default="")
CASE: ContextVar[int] = ContextVar("case", default=0)
"""Set by whoever begins something; each task has its own."""
_OURS = re.compile(r"(app|bot|nlp|storage|texts|web|workflow)(\.|$)")
_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
_QUIET = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "telegram": logging.WARNING,
    "jieba": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "transitions": logging.WARNING,
    "alembic": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "asyncio": logging.WARNING,
}


def scrubbed(text: str) -> str:
    """The text without anything that looks like a bot token."""
    return _TOKEN.sub("<token>", text)


def _facts(record: logging.LogRecord) -> dict[str, object]:
    facts: dict[str, object] = {}
    if request := REQUEST.get():
        facts["request"] = request
    if case := CASE.get():
        facts["case"] = case
    facts |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        facts["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        facts["where"] = [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}:{frame.name}" for frame in frames]
    return facts


def _said(record: logging.LogRecord) -> str:
    """A library's arguments may be anybody's words, and asyncio quotes exceptions from the second line on."""
    if _OURS.match(record.name):
        return scrubbed(record.getMessage())
    return scrubbed(str(record.msg).partition("\n")[0])


class JsonLines(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, message, and the facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": _said(record)}
        return json.dumps({**line, **_facts(record)}, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """For people: time (UTC), level, message, facts as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        return scrubbed(f"{at} {record.levelname.lower():7} {record.name}: {_said(record)} {facts}".rstrip())


def set_up(*, json_lines: bool, level: int = logging.INFO) -> None:
    """Replaces the root logger's handlers, and what Python prints of an error that nobody caught. Rotation is systemd's."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if json_lines else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(quiet)
    sys.excepthook = _uncaught
    warnings.showwarning = warned


def warned(  # Python says what it is handed
    message: Warning | str,  # noqa: ARG001
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    """Python would print its text: a library may quote there what a stranger sent."""
    where = f"{'/'.join(filename.split('/')[-2:])}:{lineno}"
    logging.getLogger(__name__).warning("a library warns", extra={"code": category.__name__, "end": where})


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("an error was not caught", exc_info=(kind, error, trace))
