"""What the log says is fixed in the code: no sentence is put together from what somebody said."""

from __future__ import annotations

import ast

from app.logs import FIELDS
from tests.architecture.tree import ROOMS, modules

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def test_every_line_is_a_fixed_sentence_with_known_fields() -> None:
    found, seen = [], 0
    for module in modules(*ROOMS):
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "_LOG"):
                continue
            seen += 1
            arguments = node.args[1:] if node.func.attr == "log" else node.args
            if not isinstance(arguments[0], ast.Constant) or not _keys(node) <= set(FIELDS):
                found.append(f"{module.name}:{node.lineno}")
    assert found == []
    assert seen > 10


def _keys(call: ast.Call) -> set[object]:
    extra = [keyword.value for keyword in call.keywords if keyword.arg == "extra"]
    return {key.value for given in extra if isinstance(given, ast.Dict) for key in given.keys if isinstance(key, ast.Constant)}
