"""Who may know whom, and what only one place may do. import-linter keeps the arrows; here is the rest."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Container, Iterator
from typing import Any

from tests.architecture.tree import ROOMS, ROOT, Module, dotted, modules

DOMAIN_MAY_IMPORT = sys.stdlib_module_names | {"transitions", "workflow"}
DOMAIN_MAY_NOT = {"logging", "os", "pathlib", "sqlite3", "socket", "asyncio", "random", "time", "urllib", "subprocess", "threading"}
READS_THE_CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "datetime.datetime.utcnow",
    "datetime.date.today", "time.time", "time.localtime", "time.gmtime", "time.time_ns",
}  # fmt: skip


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _calls(module: Module) -> list[tuple[str, int]]:
    return [(dotted(node.func), node.lineno) for node in ast.walk(module.tree) if isinstance(node, ast.Call)]


def test_the_domain_imports_nothing_foreign() -> None:
    foreign = [
        f"{module.name}: {name}"
        for module in modules("workflow")
        for name in module.imports()
        if name.partition(".")[0] not in DOMAIN_MAY_IMPORT or name.partition(".")[0] in DOMAIN_MAY_NOT
    ]
    assert foreign == []


def test_the_sentences_import_nothing_of_ours() -> None:
    ours = {*ROOMS} - {"texts"}
    assert [f"{m.name}: {name}" for m in modules("texts") for name in m.imports() if name.partition(".")[0] in ours] == []


def test_every_room_stands_in_the_import_contract() -> None:
    """A new room that import-linter does not know would be free to import anything."""
    linter = _project()["tool"]["importlinter"]
    layered = {room.strip() for layer in linter["contracts"][0]["layers"] for room in layer.split("|")}
    built = {room for room in ROOMS if (ROOT / room / "__init__.py").exists()}
    assert built <= set(linter["root_packages"])
    assert built <= layered


def test_no_module_stands_outside_a_room() -> None:
    """Python lives in the rooms, the tests, the benchmarks and the region packs' own tools."""
    known = {*ROOMS, "tests", "benchmarks", "regions", "docs", ".venv", "build", "var"}
    strays = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/**/*.py") if path.relative_to(ROOT).parts[0] not in known]
    assert [stray for stray in strays if not stray.startswith(".")] == []
    assert [path.name for path in ROOT.glob("*.py")] == []


def test_only_the_clock_reads_the_clock() -> None:
    readers = [
        f"{module.name}:{line}: {name}"
        for module in modules(*ROOMS)
        if module.name != "app/clock.py"
        for name, line in _calls(module)
        if name in READS_THE_CLOCK
    ]
    assert readers == []


def test_a_state_is_changed_in_one_place() -> None:
    """`moves.apply` writes what the machine answered. Making a ticket (registration) and reading one (storage) are no moves."""
    makes_tickets = {"workflow/registration.py", "storage/rows.py", "storage/cases.py"}
    found = [
        module.name
        for module in modules(*ROOMS)
        if module.name not in makes_tickets
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Call) and dotted(node.func) in {"replace", "dataclasses.replace", "Ticket"} and _names_state(node))
        or (isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and _sets_state(node) and module.name != "workflow/machine.py")
    ]
    assert found == ["workflow/moves.py"]


def _names_state(call: ast.Call) -> bool:
    return any(keyword.arg == "state" for keyword in call.keywords)


def _sets_state(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets)


def test_one_commit_outside_storage() -> None:
    rooms = [room for room in ROOMS if room != "storage"]
    found = [module.name for module in modules(*rooms) for name, _ in _calls(module) if name.endswith(".commit")]
    assert found == ["workflow/desk.py"]


def test_no_sql_outside_storage() -> None:
    """`app/` may read a database's address and name its failures, to explain them; nothing more."""
    foreign = {"sqlalchemy", "sqlite3", "alembic", "aiosqlite", "asyncpg"}
    found = [
        f"{module.name}: {name}"
        for module in modules(*(room for room in ROOMS if room != "storage"))
        for name in module.imports()
        if name.partition(".")[0] in foreign and not (module.room == "app" and name in {"sqlalchemy.exc", "sqlalchemy.engine"})
    ]
    assert found == []


def test_no_code_knows_the_city() -> None:
    """The default pack's folder is a setting, written in app/ only."""
    city = "jiangmen"
    found = [module.name for module in modules(*ROOMS) if "江门" in module.text or (city in module.text.lower() and module.room != "app")]
    assert found == []


def test_no_mocks() -> None:
    """Fakes, not mocks."""
    found = [m.name for m in modules(*ROOMS, "tests") for name in m.imports() if name.startswith(("unittest", "mock", "pytest_mock"))]
    assert found == []


def test_nobody_sleeps() -> None:
    """Tests wait for events, never for time; `asyncio.sleep(0)` only lets others run. Rooms never block."""
    found = [f"{m.name}:{line}" for m in modules(*ROOMS) for name, line in _calls(m) if name == "time.sleep"]
    found += [
        f"{m.name}:{node.lineno}"
        for m in modules("tests")
        for node in ast.walk(m.tree)
        if isinstance(node, ast.Call) and dotted(node.func) in {"time.sleep", "asyncio.sleep", "sleep"} and not _is_zero(node)
    ]
    assert found == []


def _is_zero(call: ast.Call) -> bool:
    return len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Also not for types only: what knows each other can only be understood together."""
    names = {module.name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): module for module in modules(*ROOMS)}
    known = {name: {found for found in _imported(module, names) if found != name} for name, module in names.items()}
    while free := {name for name, needed in known.items() if not needed & known.keys()}:
        known = {name: needed for name, needed in known.items() if name not in free}
    assert sorted(known) == []


def _imported(module: Module, names: Container[str]) -> Iterator[str]:
    """Our modules that a module takes something from: `from a import b` takes from a.b where that is a module, else from a."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from (name if name in names else node.module for name in found)
