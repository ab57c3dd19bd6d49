"""Checks calls against the machine-readable Bot API, where it is present."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_PLAIN = frozenset({"text", "caption", "url", "secret_token", "callback_query_id", "parse_mode", "file_id", "language_code", "username"})


def reference() -> Path | None:
    """The Bot API as JSON, None where the reference data is absent (see tests/conftest.py)."""
    shared = Path(__file__).resolve().parents[3] / "shared" / "data"
    found = Path(os.environ.get("PETITION_REFERENCE_DATA") or shared) / "bot_api_10_1_spec.json"
    return found if found.is_file() else None


class Mistyped(Exception):
    """Which parameter, and what it should be."""


class Spec:
    """Without a file every method and parameter is taken, loosely typed."""

    def __init__(self, path: Path | None) -> None:
        found = json.loads(path.read_text("utf-8")) if path is not None else {"methods": {}, "types": {}}
        self._methods: dict[str, Any] = {name.casefold(): method for name, method in found["methods"].items()}
        self._types: dict[str, Any] = found["types"]
        self.present = path is not None

    def read(self, method: str, raw: Mapping[str, str], files: frozenset[str]) -> dict[str, Any]:
        """Typed parameters. Raises Mistyped: unknown method or parameter, missing or mistyped."""
        if not self.present:
            return {name: _loose(name, value) for name, value in raw.items()}
        known = self._methods.get(method.casefold())
        if known is None:
            raise Mistyped(f"{method}: no such method")
        fields = {field["name"]: field for field in known["fields"]}
        attached = frozenset(name for name in files if name not in fields)
        for name in raw:
            if name not in fields:
                raise Mistyped(f"{method}.{name}: no such parameter")
        typed = {name: self._typed(f"{method}.{name}", fields[name]["types"], value, attached) for name, value in raw.items()}
        for name, field in fields.items():
            if field.get("required") and name not in raw and name not in files:
                raise Mistyped(f"{method}.{name}: missing")
            if name in files and "InputFile" not in field["types"]:
                raise Mistyped(f"{method}.{name}: not a file")
        return typed

    def _typed(self, where: str, types: list[str], value: str, attached: frozenset[str]) -> Any:
        """A value of a form; numbers before strings, for `chat_id` may be both."""
        if types == ["String"]:
            return value
        with suppress(ValueError):
            found = json.loads(value)
            if any(self._fits(where, wanted, found, attached) for wanted in types):
                return found
        if {"String", "InputFile"} & set(types):
            return value
        raise Mistyped(f"{where}: should be {' or '.join(types)}")

    def _fits(self, where: str, wanted: str, value: Any, attached: frozenset[str]) -> bool:
        if wanted.startswith("Array of "):
            return self._array(where, wanted, value, attached)
        match wanted:
            case "Integer":
                return type(value) is int
            case "Float":
                return type(value) in {int, float}
            case "Boolean":
                return type(value) is bool
            case "String":
                return type(value) is str and not self._unattached(value, attached)
            case "InputFile":
                return False
            case _:
                return isinstance(value, dict) and self._object(where, wanted, value, attached)

    def _array(self, where: str, wanted: str, value: Any, attached: frozenset[str]) -> bool:
        inner = wanted.removeprefix("Array of ")
        choices = [inner]
        if inner.startswith("InputMedia"):
            choices = self._types["InputMedia"]["subtypes"]  # an album may mix what its array types list one by one
        return isinstance(value, list) and all(any(self._fits(where, kind, one, attached) for kind in choices) for one in value)

    def _object(self, where: str, wanted: str, value: dict[str, Any], attached: frozenset[str]) -> bool:
        known = self._types[wanted]
        if "subtypes" in known:
            return any(self._object(where, subtype, value, attached) for subtype in known["subtypes"])
        fields = {field["name"]: field for field in known.get("fields", [])}
        return all(
            name in fields and any(self._fits(where, kind, inner, attached) for kind in fields[name]["types"])
            for name, inner in value.items()
        ) and all(name in value for name, field in fields.items() if field.get("required"))

    @staticmethod
    def _unattached(value: str, attached: frozenset[str]) -> bool:
        return value.startswith("attach://") and value.removeprefix("attach://") not in attached


def _loose(name: str, value: str) -> Any:
    if name in _PLAIN:
        return value
    with suppress(ValueError):
        return json.loads(value)
    return value
