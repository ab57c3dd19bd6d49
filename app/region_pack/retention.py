"""[retention] of region.toml: how long words and reporters of tickets at rest are kept, by procedure, and what is on hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.region_pack.faults import Faults, line_of
from workflow.guards import REVIEW_DAYS
from workflow.model import Procedure
from workflow.region import Retention

_LEAST = {Procedure.PETITION_CLAIM.value: 3 * REVIEW_DAYS}
"""Days: nobody's words may go while they can still ask for 复查 and 复核."""
_KNOWN = {procedure.value for procedure in Procedure}


def load_retention(head: Mapping[str, Any], file: Path, faults: Faults) -> Retention:
    given = head.get("retention", {})
    reasons = list(_wrong(given))
    for reason in reasons:
        faults.add(file, line_of(file, "[retention]"), f"retention: {reason}")
    return Retention() if reasons or not given else Retention(given.get("days_of", {}), frozenset(given.get("held", ())))


def _wrong(given: Any) -> Iterator[str]:
    if not isinstance(given, dict) or set(given) - {"days_of", "held"}:
        yield "a table with days_of and held, and nothing else"
        return
    held, days = given.get("held", []), given.get("days_of", {})
    if not isinstance(held, list) or not isinstance(days, dict):
        yield "held is a list, days_of a table"
        return
    yield from (f"{name}: no procedure" for name in (*held, *days) if not isinstance(name, str) or name not in _KNOWN)
    for name, number in days.items():
        least = _LEAST.get(name, 1)
        if type(number) is not int or number < least:
            yield f"{name}: a whole number of days, at least {least}"
