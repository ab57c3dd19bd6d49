"""simulation.toml of a region pack: how a city's day goes. What is missing, unknown or of another kind is named, all at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from app.region_pack.faults import PackError

FILE = "simulation.toml"
_HOURS = 24
Pair = tuple[float, float]
"""The least and the most."""
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrivals:
    hours: tuple[float, ...]  # weights of the hours 0–23
    free_days: float  # of a working day's messages


@dataclass(frozen=True, slots=True)
class Shares:
    questions: float
    thanks: float
    two_matters: float
    danger: float
    repeats: float
    anonymous: float
    place: Mapping[str, float]  # path, town, village, none


@dataclass(frozen=True, slots=True)
class Texts:
    about: Lines
    with_place: Lines
    without_place: Lines
    joined: str
    thanks: Lines
    danger: Lines


@dataclass(frozen=True, slots=True)
class Habits:
    """Of residents. `reads` in seconds, `judges_after` in hours."""

    reads: Pair
    joins: float
    apart: float
    helped: float
    adds: float
    judges: float
    judges_after: Pair
    solved: float
    partly: float
    rates: float
    objects: float
    additions: Lines
    unsolved: Lines
    objections: Lines


@dataclass(frozen=True, slots=True)
class Officers:
    """Times in minutes, `follows_up` in working days."""

    minutes: Pair
    looks_after: Pair
    pages_after: Pair
    second_choice: float
    declines: float
    sends_back: float
    follows_up: int
    reasons: Lines
    routes: Lines
    send_backs: Lines
    answers: Lines
    closings: Lines
    assignments: Lines


@dataclass(frozen=True, slots=True)
class Workers:
    """`signs_after` in minutes, `works` in hours."""

    signs_after: Pair
    works: Pair
    late: float
    late_times: float
    disputes: float
    extends: float
    disputes_with: Lines
    extends_with: Lines
    extension: int
    results: Lines


@dataclass(frozen=True, slots=True)
class Burst:
    """`begins`: the hour of the day. `danger`: share of those whose life is at risk."""

    begins: float
    hours: float
    people: int
    danger: float
    texts: Lines
    dangers: Lines


@dataclass(frozen=True, slots=True)
class Settings:
    arrivals: Arrivals
    shares: Shares
    topics: Mapping[str, float]  # code → weight; "others" for each that is not named
    texts: Texts
    residents: Habits
    officers: Officers
    workers: Workers
    bursts: Mapping[str, Burst]


def load(pack: Path) -> Settings:
    """Raises PackError with all faults."""
    file = pack / FILE
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError([f"{FILE}: can't be read: {type(error).__name__}"]) from None
    faults: list[str] = []

    def part(name: str, made: Callable[..., Any]) -> Any:
        return _part(found.get(name), name, made, faults)

    bursts = {name: _part(one, f"burst.{name}", Burst, faults) for name, one in found.get("burst", {}).items()}
    settings = (
        part("arrivals", Arrivals), part("shares", Shares), found.get("topics", {}), part("texts", Texts), part("residents", Habits),
        part("officers", Officers), part("workers", Workers), bursts,
    )  # fmt: skip
    known = {"arrivals", "shares", "topics", "texts", "residents", "officers", "workers", "burst"}
    faults += [f"{FILE}: unknown: {name}" for name in sorted(found.keys() - known)]
    if not faults and len(settings[0].hours) != _HOURS:
        faults.append(f"{FILE}: arrivals.hours needs {_HOURS} numbers")
    if faults:
        raise PackError(faults)
    return Settings(*settings)


def _part(given: Any, name: str, made: Callable[..., Any], faults: list[str]) -> Any:
    if not isinstance(given, dict):
        faults.append(f"{FILE}: [{name}] is missing")
        return None
    wanted = {one.name: str(one.type) for one in fields(made)}  # type: ignore[arg-type]
    faults += [f"{FILE}: {name}.{key} is unknown" for key in sorted(given.keys() - wanted.keys())]
    faults += [f"{FILE}: {name}.{key} is missing" for key in sorted(wanted.keys() - given.keys())]
    both = sorted(wanted.keys() & given.keys())
    faults += [f"{FILE}: {name}.{key} is no {wanted[key]}" for key in both if not _fits(given[key], wanted[key])]
    if given.keys() != wanted.keys():
        return None
    return made(**{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()})


def _fits(value: Any, kind: str) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "Lines":
            return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)
        case "Pair":
            return isinstance(value, list) and len(value) == 2 and _fits(value, "tuple[float, ...]") and value[0] <= value[1]
        case "str":
            return isinstance(value, str)
        case "int":
            return isinstance(value, int) and number
        case "float":
            return number and value >= 0
        case "tuple[float, ...]":
            return isinstance(value, list) and all(isinstance(one, int | float) and one >= 0 for one in value)
        case _:
            return isinstance(value, dict)
