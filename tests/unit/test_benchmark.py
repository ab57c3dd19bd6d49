"""The benchmark still runs: two complaints, one round, no figures judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import region_pack
from app.config import find_pack
from benchmarks import intake, lists
from benchmarks.many_tickets import a_city


def test_the_intake_benchmark_measures_them_all(tmp_path: Path) -> None:
    found = intake.measure(tmp_path, complaints=2, rounds=1)
    assert {"jieba", "unread", "registry", "floor"} <= set(found["per_second"]) and min(found["per_second"].values()) > 0
    assert found["rows_per_intake"]["tickets"] == 1
    assert region_pack.load(find_pack(intake.PACK)).demo_complaint


async def test_the_benchmark_of_lists_measures_every_filter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city = a_city()
    async with lists.opened(f"sqlite+aiosqlite:///{tmp_path / 'lists.db'}") as database:
        await lists.report(database, city, 300, 1)
    told = capsys.readouterr().out
    assert all(f"| {name} |" in told for name, *_ in city.cases()) and "kept counts" in told
