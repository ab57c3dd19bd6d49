"""The crash harness in short: its long form is `python -m benchmarks.crashes`, see docs/performance.md."""

from __future__ import annotations

from pathlib import Path

from benchmarks.crashes.trial import Plan, run


async def test_ten_deaths_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    verdict, figures = await run(Plan(tmp_path, kills=9, seed=7, residents=6, patience=60))
    assert {kind: found for kind, found in verdict.faults.items() if found} == {}
    assert figures["kills"] == 10
    assert verdict.tickets >= 6
    assert sum(figures["weather"].values()) > 0
