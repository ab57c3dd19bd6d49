"""The document, made from the ways in that there are: a way without a description is an error, and so is a description without a way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from web.openapi.described import APART, JSON, METRICS, NAMED, PAGE, PLAIN, ROUTES, Described
from web.openapi.schemas import SCHEMAS, Schema
from web.ways import HOOK, WAYS, Need

HOOK_PATH = "/hook/telegram"
"""As in the example; a city's own stands in its configuration."""
_BRINGS: Mapping[Need, Mapping[int, tuple[str, str]]] = {
    Need.NOTHING: {},
    Need.CHAT: {401: (PLAIN, "")},
    Need.CONSOLE: {401: (PAGE, ""), 429: (PAGE, "")},
}
_FORM_OF_CONSOLE = {403: (PAGE, ""), 413: (PAGE, "")}
_SLOW = {408: (PLAIN, "")}
_KEYS: Mapping[Need, list[dict[str, list[str]]]] = {Need.NOTHING: [], Need.CHAT: [{"chat": []}], Need.CONSOLE: [{"session": []}]}
_SCHEMES = {
    "chat": {"type": "http", "scheme": "bearer", "description": "the token of a web chat"},
    "session": {"type": "apiKey", "in": "cookie", "name": "console", "description": "`__Host-console` behind https"},
    "telegram": {"type": "apiKey", "in": "header", "name": "X-Telegram-Bot-Api-Secret-Token"},
}
_PHRASES = {
    200: "Done", 202: "Stored", 206: "A part of it", 302: "Elsewhere", 303: "Onwards", 304: "As you have it", 400: "No sense in it",
    401: "Sign in first", 403: "Not yours", 404: "There is no such thing for you", 408: "Too slow", 412: "Changed meanwhile",
    413: "Too large", 416: "No such part", 429: "Too many", 500: "Not stored: bring it again", 503: "Not now: come again",
}  # fmt: skip
Answers = Mapping[int, tuple[str, str]]


def document() -> dict[str, Any]:
    """Raises LookupError for a way in that nobody described, or for a description of none."""
    if left := set(ROUTES) - set(WAYS):
        raise LookupError(f"described, but no way in: {sorted(left)}")
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), needed in WAYS.items():
        if (method, path) not in ROUTES:
            raise LookupError(f"not described: {method} {path}")
        paths.setdefault(path, {})[method.lower()] = _operation(method, ROUTES[method, path], needed)
    hook = _operation("POST", NAMED[HOOK], Need.NOTHING) | {"security": [{"telegram": []}]}
    paths[HOOK_PATH] = {"post": hook}
    paths[METRICS] = {"get": _operation("GET", APART["GET", METRICS], Need.NOTHING) | {"x-port": "metrics.port"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Petition Supermarket", "version": "0.1.0", "description": _ABOUT},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": SCHEMAS, "securitySchemes": _SCHEMES},
    }


_ABOUT = (
    "Every way in over HTTP. Every answer bears a Content-Security-Policy, nosniff, no-referrer and no-store. HEAD is answered wherever "
    "GET is. A method that is not named is refused with 405, a path that is not named with 404."
)


def printed() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def _operation(method: str, described: Described, needed: Need) -> dict[str, Any]:
    answers = {**_BRINGS[needed], **(_FORM_OF_CONSOLE if needed is Need.CONSOLE and method == "POST" else {})}
    answers |= {**(_SLOW if described.takes else {}), **described.answers}
    found: dict[str, Any] = {"summary": described.summary, "security": _KEYS[needed]}
    if parameters := list(_parameters(described)):
        found["parameters"] = parameters
    if described.takes:
        found["requestBody"] = {"required": described.needs, "content": dict(_bodies(described))}
    found["responses"] = {str(status): _answer(status, *answers[status]) for status in sorted(answers)}
    return found


def _parameters(described: Described) -> Iterator[dict[str, Any]]:
    for name, schema in described.path.items():
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, schema in described.query.items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _bodies(described: Described) -> Iterator[tuple[str, dict[str, Any]]]:
    for media, name in described.takes.items():
        yield media, {"schema": _named(name)}
    if described.parts:
        # As the browser sends it: the update as JSON, and up to ten files.
        files: Schema = {"type": "array", "items": {"type": "string", "contentMediaType": "application/octet-stream"}}
        parts = {"update": _named(described.takes[JSON]), "file": files}
        encoding = {"update": {"contentType": JSON}}
        yield "multipart/form-data", {"schema": {"type": "object", "properties": parts, "required": ["update"]}, "encoding": encoding}


def _answer(status: int, media: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"description": _PHRASES[status]}
    if media:
        found["content"] = {media: {"schema": _named(name)} if name else {}}
    return found


def _named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
