"""What an operator may meet has its paragraph; what deploy/ names exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.metrics import Metrics
from app.readiness import AWAY, STOPPING
from storage import away
from storage.away import REASONS
from tests.architecture.tree import ROOT, modules

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
UNIT = (ROOT / "deploy" / "petition.service").read_text("utf-8")
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
ALERTS = (ROOT / "deploy" / "alerts.yml").read_text("utf-8")


def test_every_code_of_check_has_its_paragraph() -> None:
    codes = {code for module in modules("app") for code in re.findall(r'Finding\(\s*"(C\d{3})"', module.text)}
    assert len(codes) >= 13
    assert sorted(code for code in codes if f"- **{code}** " not in PAGE) == []


def test_every_reason_has_its_paragraph() -> None:
    section = PAGE[PAGE.index("## Not ready") : PAGE.index("## Alarms")]
    stores = [AWAY + reason for reason in REASONS]
    assert [reason for reason in ("database", *stores, "reader", "relay", "watch", STOPPING) if f"`{reason}`" not in section] == []


def test_the_predicate_gives_no_other_reason() -> None:
    given = {reason for table in (away._SQLITE, away._STATES, away._CLASSES, away._ON_DISK) for reason in table.values()}
    assert given | {"removed", "replaced"} == set(REASONS)


def test_every_alarm_has_its_paragraph_and_no_other_has() -> None:
    alarms = set(re.findall(r"alert: (\w+)", ALERTS))
    assert len(alarms) > 10
    assert set(re.findall(r"\*\*(Petition\w+)\*\*", PAGE)) == alarms


def test_alarms_ask_for_what_is_told() -> None:
    told = {sample.name for family in Metrics().registry.collect() for sample in family.samples}
    told |= {family.name + end for family in Metrics().registry.collect() for end in ("", "_total", "_bucket")}
    asked = set(re.findall(r"petition_\w+", ALERTS))
    assert asked and sorted(asked - told) == []


def test_the_page_names_settings_that_exist() -> None:
    example = tomllib.loads((ROOT / "config.example.toml").read_text("utf-8"))
    assert [name for name in re.findall(r"`\[(\w+)\] \w+`", PAGE) if name not in {*example, "understanding", "duplicates"}] == []


@pytest.mark.parametrize("command", re.findall(r"-m app (\w+ .*)--config", UNIT))
def test_the_unit_calls_commands_that_exist(command: str) -> None:
    argv = [sys.executable, "-m", "app", *command.split(), "--help"]
    assert subprocess.run(argv, cwd=ROOT, capture_output=True, check=False, timeout=60).returncode == 0


def test_systemd_finds_no_fault_but_that_it_is_not_installed_here(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        assert "Type=notify" in UNIT and "WatchdogSec=" in UNIT
        return
    here = tmp_path / "petition.service"
    here.write_text(UNIT.replace("/opt/petition/.venv/bin/python", sys.executable).replace("/opt/petition", str(ROOT)), "utf-8")
    ended = subprocess.run([systemd, "verify", "--man=no", str(here)], capture_output=True, text=True, check=False, timeout=60)
    assert [line for line in ended.stderr.splitlines() if "petition.service" in line] == []


def test_the_container_copies_what_is_there_and_every_room() -> None:
    copied = {name for line in re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINER, re.MULTILINE) for name in line.split()}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"app", "bot", "nlp", "storage", "texts", "web", "workflow", "regions"} <= copied
    assert "USER petition" in CONTAINER and "--require-hashes" in CONTAINER and "/readyz" in CONTAINER


def test_all_pins_have_hashes_and_all_that_is_needed_is_pinned() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name, wanted in (("requirements.lock", needed["dependencies"]), ("requirements-dev.lock", needed["optional-dependencies"]["dev"])):
        lock = (ROOT / name).read_text("utf-8")
        pins = re.findall(r"^([\w.-]+)==\S+(.*?)(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
        assert all("--hash=sha256:" in rest for _, rest in pins), name
        names = {re.sub(r"[-_.]+", "-", pin).lower() for pin, _ in pins}
        assert {re.sub(r"[-_.]+", "-", re.split(r"[\[=<>]", one)[0]).lower() for one in wanted} <= names, name
