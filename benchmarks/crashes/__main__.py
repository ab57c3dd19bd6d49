"""python -m benchmarks.crashes: see the package. Ends with 1 if anything was lost, doubled, stuck, unheard or out of order."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.crashes.trial import Plan, run
from benchmarks.crashes.verdict import Verdict


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1, help="of people, weather and plans to kill")
    parser.add_argument("--residents", type=int, default=24, help="who file complaints, one after the other")
    parser.add_argument("--database", default="sqlite", metavar="sqlite|URL", help="an empty database, as SQLAlchemy writes it")
    parser.add_argument("--cold", action="store_true", help="each life loads everything itself: `python -m app run`, some seconds each")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    url = "" if args.database == "sqlite" else args.database
    with tempfile.TemporaryDirectory(prefix="crashes-") as folder:
        verdict, figures = asyncio.run(run(Plan(Path(folder), args.kills, args.seed, args.residents, url, args.cold)))
    if args.json:
        print(json.dumps(_as_json(verdict, figures), ensure_ascii=False))
    else:
        _tell(verdict, figures)
    return 0 if verdict.good else 1


def _as_json(verdict: Verdict, figures: dict[str, Any]) -> dict[str, Any]:
    found = {"good": verdict.good, "tickets": verdict.tickets, "copies": verdict.copies, "copies_by_cut": verdict.copies_by_cut}
    return found | {"faults": verdict.faults} | figures


def _tell(verdict: Verdict, figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        print(f"{name:10} {value}")
    print(f"{'tickets':10} {verdict.tickets}")
    killed = verdict.copies - verdict.copies_by_cut
    print(f"{'copies':10} {verdict.copies}: {verdict.copies_by_cut} answers cut, {killed} killed before the answer was noted")
    for kind, found in verdict.faults.items():
        print(f"{kind:10} {len(found)}")
        for one in found[:10]:
            print(f"           {one}")


if __name__ == "__main__":
    sys.exit(main())
