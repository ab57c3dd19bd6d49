"""The source tree as the tests of this folder look at it: parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "bot", "web", "storage", "nlp", "texts", "workflow")


@dataclass(frozen=True)
class Module:
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """As people write it: workflow/machine.py."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        return self.name.split("/", maxsplit=1)[0]

    def imports(self) -> Iterator[str]:
        """Dotted names of what is imported, absolute."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """All Python modules below the folders."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(Module(path, text, ast.parse(text)) for path in paths for text in (path.read_text("utf-8"),))


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an expression, "" if it is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else f".{node.attr}"
    return ""
