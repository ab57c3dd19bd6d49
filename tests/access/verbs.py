"""What the chat understands, read out of the code that understands it: commands, and the verbs of buttons."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot import menus
from bot.resident.mydata import COMMANDS
from bot.staff.muting import COMMANDS as MUTING
from tests.architecture.tree import ROOT
from workflow.states import Trigger

_STAFF = "bot/staff/"
_BUTTONS = {
    "s": [f"{_STAFF}{name}.py" for name in ("moving", "topics", "steps", "unmasking", "muting", "result", "lists")],
    "r": ["bot/resident/matters.py"],
    "j": ["bot/resident/joining.py"],
    "i": ["bot/resident/interview.py"],
}
_FUNCTIONS = frozenset({"pressed", "press", "_instead", "_chosen"})
_NAMES = frozenset({"_REASONS", "_VERBS", "STEP"})
_PREFIXES = {"bot/resident/consent.py": "c:", "bot/resident/mydata.py": "p:"}


def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"))


def _functions(path: str, names: frozenset[str]) -> Iterator[ast.AST]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in names:
            yield node


def _strings(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _asked_for(function: ast.AST) -> Iterator[str]:
    """Strings that a `match` or a comparison in a function knows."""
    for node in ast.walk(function):
        if isinstance(node, ast.match_case):
            yield from _strings(node.pattern)
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == "verb":
            for right in node.comparators:
                yield from _strings(right)


def _named(path: str) -> Iterator[str]:
    """Strings of a module's tables of verbs: the keys of a dictionary, the members of a set, a single one."""
    for node in _tree(path).body:
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id in _NAMES for target in node.targets):
            yield from _strings(node.value)


def commands() -> set[str]:
    """With their slash."""
    staff = {f"/{name}" for function in _functions(f"{_STAFF}conversation.py", frozenset({"_command"})) for name in _asked_for(function)}
    resident = {name for function in _functions("bot/resident/conversation.py", frozenset({"_obey"})) for name in _asked_for(function)}
    tables = {f"/{name}" for table in (menus.known(), MUTING) for name in table}
    return staff | {name for name in resident if name.startswith("/")} | tables | set(COMMANDS)


def buttons() -> set[str]:
    """As "s:take": the kind and the verb."""
    found = {f"m:{trigger.value}" for trigger in Trigger} | {"l:", "n:", "w:appeal"}
    for kind, paths in _BUTTONS.items():
        for path in paths:
            verbs = {verb for function in _functions(path, _FUNCTIONS) for verb in _asked_for(function)}
            verbs |= set(_named(path)) if kind == "s" else set()
            found |= {f"{kind}:{verb}" for verb in verbs if verb}
    for path, prefix in _PREFIXES.items():
        known = (verb for function in _functions(path, frozenset({"hear", "_press"})) for verb in _asked_for(function))
        found |= {verb for verb in known if verb.startswith(prefix)}
    return found
