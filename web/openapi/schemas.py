"""The shapes of bodies and of parameters, as JSON Schema."""

from __future__ import annotations

from typing import Any

from web.update import MAX_BUTTON, MAX_TEXT

Schema = dict[str, Any]


def words(pattern: str = "", longest: int | None = None) -> Schema:
    found: Schema = {"type": "string"}
    if pattern:
        found["pattern"] = f"^{pattern}$"
    if longest is not None:
        found["maxLength"] = longest
    return found


def each(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def thing(needed: dict[str, Schema], *, more: dict[str, Schema] | None = None, closed: bool = True) -> Schema:
    """An object: what must be there, and what may be."""
    found: Schema = {"type": "object", "properties": {**needed, **(more or {})}, "required": sorted(needed)}
    return found | ({"additionalProperties": False} if closed else {})


TRUTH: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHA = words("[0-9a-f]{64}")
FORM_TOKEN = words("[0-9a-f]{64}")
_DEGREES: Schema = {"type": "number", "minimum": -90, "maximum": 90}
_AROUND: Schema = {"type": "number", "minimum": -180, "maximum": 180}
_SAID: dict[str, Schema] = {
    "text": words(longest=MAX_TEXT),
    "button": words(longest=MAX_BUTTON),
    "message_id": words("[A-Za-z0-9_-]{0,64}"),
    "reply_to": words("[A-Za-z0-9_-]{0,64}"),
    "language": words(),
    "location": thing({"lat": _DEGREES, "lon": _AROUND}),
}
_FILE = thing({"sha256": SHA, "kind": words(), "mime": words(), "size": COUNT, "name": words()}, closed=False)
_BUTTON = thing({"label": words(), "data": words()}, closed=False)
SCHEMAS: dict[str, Schema] = {
    "Status": thing({"status": {"const": "ok"}}),
    "Readiness": thing({"status": {"enum": ["ready", "not ready"]}, "reasons": each(words())}),
    "Session": thing({"token": words("[A-Za-z0-9_-]{1,100}")}),
    "First": thing({}, more={"text": words(longest=MAX_TEXT)}, closed=False),
    "Update": thing({"id": words("[A-Za-z0-9-]{8,64}")}, more=_SAID, closed=False),
    "Stored": thing({"stored": {"const": True}}),
    "News": each(
        thing({"seq": COUNT, "id": words()}, closed=False, more={
            "html": words(), "buttons": each(each(_BUTTON)), "files": each(_FILE), "at": words(), "edited": TRUTH, "toast": words(),
        })
    ),
    "SignIn": thing({"code": words("[A-Za-z0-9_-]{22,64}")}, closed=False),
    "Press": thing({"token": FORM_TOKEN}, closed=False),
    "Reason": thing({"token": FORM_TOKEN, "reason": words()}, closed=False),
    "Trial": thing({"token": FORM_TOKEN, "text": words()}, closed=False),
    "Role": thing({"role": {"enum": ["admin", "supervisor"]}}, closed=False),
    "Demo": thing({"panes": each(thing({"title": words(), "token": words()})), "complaint": words()}),
    "States": each(thing({"state": words(), "name": words(), "phase": words(), "count": COUNT})),
    "TelegramUpdate": thing({"update_id": {"type": "integer"}}, closed=False),
}  # fmt: skip
