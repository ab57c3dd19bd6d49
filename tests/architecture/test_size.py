"""Small and named."""

from __future__ import annotations

import ast
import re

from tests.architecture.tree import ROOMS, modules

MAX_MODULE = 300
MAX_FUNCTION = 50
NOT_A_NAME = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def test_modules_fit_a_reader() -> None:
    long = {m.name: len(m.text.splitlines()) for m in modules(*ROOMS) if "migrations" not in m.name}
    assert {name: lines for name, lines in long.items() if lines > MAX_MODULE} == {}


def test_functions_fit_a_screen() -> None:
    long = {
        f"{module.name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in modules(*ROOMS)
        if "migrations" not in module.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION} == {}


def test_modules_say_what_they_are() -> None:
    assert [m.name for m in modules(*ROOMS, "tests") if m.path.stem in NOT_A_NAME] == []
    assert [m.name for m in modules(*ROOMS) if ast.get_docstring(m.tree) is None and "migrations" not in m.name] == []


def test_suppressions_name_their_code_and_reason() -> None:
    bare = re.compile(r"#\s*type:\s*ignore(?!\[[a-z, -]+\])|#\s*noqa(?!: [A-Z]+[0-9]+)")
    found = [
        f"{module.name}:{number}"
        for module in modules(*ROOMS)
        for number, line in enumerate(module.text.splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []
