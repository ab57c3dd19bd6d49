"""What an import of grids would do: the answer of the dry run, and what `--apply` carries out. Writes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.importer import GridImport, GridRow, compared, read_grids
from app.region_pack import with_grids
from storage.imports import Affected
from workflow.region import Level, Place, Region

SHOWN = 20
"""Numbers or codes named in a sentence; the JSON names all."""


@dataclass(frozen=True, slots=True)
class GridPlan:
    """`before`, `after`: the imported grids now and then, () = the pack's own. `kinds`: grids by kind in the full new set."""

    file: str
    file_hash: str
    before: tuple[Place, ...]
    after: tuple[Place, ...]
    change: GridImport
    kinds: Mapping[str, int]
    synthetic: int

    @property
    def nothing_to_do(self) -> bool:
        return self.before == self.after

    @property
    def counts(self) -> dict[str, int]:
        change = self.change
        found = {"grids": len(change.rows), "synthetic": self.synthetic}
        return found | {"added": len(change.added), "removed": len(change.removed), "changed": len(change.changed)}


def from_file(path: Path, pack: Region, stored: Sequence[Place]) -> GridPlan:
    """Raises ImportFaults with every fault of the file."""
    change = read_grids(path, _now(pack, stored))
    return _plan(path.name, file_hash(path), stored, change.places, change)


def to_pack(pack: Region, stored: Sequence[Place]) -> GridPlan:
    """Back to the grids of the region pack."""
    own = (place for place in pack.places.values() if place.level is Level.GRID)
    change = compared((GridRow(place.code, place.name, place.kind, place.synthetic) for place in own), _now(pack, stored))
    return _plan("", "", stored, (), change)


def file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _now(pack: Region, stored: Sequence[Place]) -> Region:
    """Not checked as a start is: an import is the way out of stored grids that fit the pack no more."""
    return with_grids(pack, stored) if stored else pack


def _plan(file: str, digest: str, stored: Sequence[Place], after: tuple[Place, ...], change: GridImport) -> GridPlan:
    kinds = dict(sorted(Counter(row.kind for row in change.rows).items()))
    return GridPlan(file, digest, tuple(stored), after, change, kinds, sum(row.synthetic for row in change.rows))


def as_json(plan: GridPlan, affected: Affected, *, applied: bool) -> dict[str, Any]:
    return {
        "kind": "grids", "file": plan.file, "sha256": plan.file_hash, "applied": applied, "faults": [],
        "grids": len(plan.change.rows), "synthetic": plan.synthetic, "kinds": dict(plan.kinds), "added": list(plan.change.added),
        "removed": list(plan.change.removed), "changed": list(plan.change.changed), "nothing_to_do": plan.nothing_to_do,
        "open_tickets": [{"grid": grid, "number": number} for grid, number in affected.tickets],
        "posts": [{"grid": grid, "role": role} for grid, role in affected.posts],
    }  # fmt: skip


def as_lines(plan: GridPlan, affected: Affected) -> Iterator[str]:
    kinds = ", ".join(f"{count} {kind}" for kind, count in plan.kinds.items())
    yield f"{plan.file or 'the region pack'}: {len(plan.change.rows)} grids ({kinds}), {plan.synthetic} of them synthetic"
    for word, codes in (("added", plan.change.added), ("removed", plan.change.removed), ("changed", plan.change.changed)):
        yield f"{word}: {_some(codes)}"
    if affected.tickets:
        grids = len({grid for grid, _ in affected.tickets})
        yield f"open tickets in {grids} grids that go: {_some([number for _, number in affected.tickets])}"
    if affected.posts:
        bound = Counter(affected.posts)
        yield f"posts in grids that go: {_some([f'{grid} {role} ×{count}' for (grid, role), count in sorted(bound.items())])}"


def _some(names: Sequence[str]) -> str:
    """How many, and at most twenty of them."""
    more = ", …" if len(names) > SHOWN else ""
    return f"{len(names)}" + (f" ({', '.join(names[:SHOWN])}{more})" if names else "")
