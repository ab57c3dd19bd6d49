"""Documents are checked like code."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from app.config import KEYS
from tests.architecture.tree import ROOT

READMES = ("README.md", "README.zh-CN.md")
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
PATHS = re.compile(r"/(?:home|root|Users|tmp)/\w")


def _targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def test_the_example_has_every_setting_and_no_other() -> None:
    example = tomllib.loads((ROOT / "config.example.toml").read_text("utf-8"))
    assert {section: tuple(sorted(keys)) for section, keys in example.items()} == {s: tuple(sorted(keys)) for s, keys in KEYS.items()}


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_real_targets(readme: str) -> None:
    named = set(re.findall(r"^\s*make (?:PYTHON=\S+ )?([a-z-]+)|`make ([a-z-]+)`", (ROOT / readme).read_text("utf-8"), re.MULTILINE))
    commands = {first or second for first, second in named}
    assert {"demo", "test"} <= commands
    assert commands <= _targets()


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_names_real_commands(readme: str) -> None:
    """Each `python -m app …` of the README is a command that the program's own help knows."""
    named = sorted(set(re.findall(r"python -m app ([a-z]+)", (ROOT / readme).read_text("utf-8"))))
    assert "run" in named
    shown = subprocess.run([sys.executable, "-m", "app", "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert [name for name in named if not re.search(rf"\b{name}\b", shown)] == []


def test_the_diagram_is_the_table() -> None:
    """The drawing in docs/states.md, between the fences, is what `python -m app diagram` prints."""
    command = [sys.executable, "-m", "app", "diagram"]
    drawn = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout.decode("utf-8")
    kept = re.search(r"^```mermaid\n(.*?)^```", (ROOT / "docs" / "states.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert kept is not None
    assert kept[1].strip() == drawn.strip()


def test_the_openapi_document_is_current() -> None:
    """docs/openapi.json is what `python -m app openapi` prints."""
    command = [sys.executable, "-m", "app", "openapi"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout.decode("utf-8")
    assert (ROOT / "docs" / "openapi.json").read_text("utf-8") == printed, "make openapi"


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    lost = [f"{page.name}: {link}" for page in pages for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()]
    assert lost == []


def test_documents_name_no_machine_of_ours() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "config.example.toml", ROOT / "Makefile"]
    assert [page.name for page in pages if PATHS.search(page.read_text("utf-8"))] == []


def test_the_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_continuous_integration_calls_the_readme_command() -> None:
    steps = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "make test" in steps
    assert "set -euo pipefail" in steps
    assert "PETITION_REQUIRE_ALL=1" in steps
