"""procedures.toml → clock profiles. Every procedure of the domain needs one; a pack may have profiles of its own besides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.region_pack.faults import Faults, line_of, toml
from workflow.model import Procedure
from workflow.region import ClockProfile, ClockRule

_UNITS_OF_TIME = ("hours", "working_days", "calendar_days")
_STARTS = ("registered", "accepted", "dispatched", "replied", "review_requested")
_NAMES = ("accept", "dispatch", "sign", "dispute", "reply", "evaluate", "opinion")
_FIELDS = frozenset({"name", "amount", "unit", "starts", "basis"})


def load_clocks(file: Path, faults: Faults) -> dict[str, ClockProfile]:
    found: dict[str, ClockProfile] = {}
    for code, profile in toml(file, faults).items():
        reasons = list(_wrong(profile))
        for reason in reasons:
            faults.add(file, line_of(file, f"[{code}]"), f"{code}{reason}")
        # A faulty profile is kept by name only, so that it isn't reported missing as well.
        rules = () if reasons else tuple(ClockRule(**rule) for rule in profile["rules"])
        extension = {} if reasons else {key: profile[key] for key in ("extension_max", "extension_unit") if key in profile}
        found[code] = ClockProfile(code, rules, **extension)
    for procedure in Procedure:
        if procedure.value not in found:
            faults.add(file, 0, f"the procedure {procedure.value} has no clocks")
    return found


def _wrong(profile: Any) -> Iterator[str]:
    if not isinstance(profile, dict) or not isinstance(profile.get("rules"), list):
        yield ": a table with a list of rules is needed"
        return
    names: list[object] = []
    for rule in profile["rules"]:
        if not isinstance(rule, dict) or rule.keys() != _FIELDS:
            yield f": a rule has {', '.join(sorted(_FIELDS))}, nothing else"
            continue
        names.append(rule["name"])
        yield from (f".{rule['name']}: {reason}" for reason in _wrong_rule(rule))
    yield from (f".{name} stands twice" for name in _NAMES if names.count(name) > 1)
    yield from _wrong_extension(profile)


def _wrong_rule(rule: dict[str, Any]) -> Iterator[str]:
    if rule["name"] not in _NAMES:
        yield f"a clock is one of {', '.join(_NAMES)}"
    if type(rule["amount"]) is not int or rule["amount"] <= 0:
        yield "amount above 0, a whole number"
    if rule["unit"] not in _UNITS_OF_TIME:
        yield f"unit is one of {', '.join(_UNITS_OF_TIME)}"
    if rule["starts"] not in _STARTS:
        yield f"starts is one of {', '.join(_STARTS)}"
    if not isinstance(rule["basis"], str) or not rule["basis"]:
        yield "basis names the law, or is ours"


def _wrong_extension(profile: dict[str, Any]) -> Iterator[str]:
    amount = profile.get("extension_max", 0)
    if type(amount) is not int or amount < 0:
        yield ": extension_max is a whole number, 0 for none"
    if profile.get("extension_unit", "working_days") not in _UNITS_OF_TIME:
        yield f": extension_unit is one of {', '.join(_UNITS_OF_TIME)}"
    if unknown := profile.keys() - {"rules", "extension_max", "extension_unit"}:
        yield f": unknown: {', '.join(sorted(unknown))}"
