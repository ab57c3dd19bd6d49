"""Where the states and their arrows lie: computed from the table and the five phases, so that it can't be out of date.

Phases are columns, left to right. Arrows that skip a column run through a gap between its boxes, never behind one.
All lengths in the drawing's own units; y grows downwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflow.states import PHASE, TABLE, Phase, Row, State, Trigger

BOX_WIDTH, BOX_HEIGHT = 184.0, 56.0
COLUMN_GAP, ROW_GAP = 100.0, 40.0
HEAD, SIDE = 44.0, 64.0
_COMMON = 3
"""A move that so many states share is drawn faintly: it is no path of its own."""
_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Box:
    state: State
    x: float
    y: float

    @property
    def middle(self) -> float:
        return self.y + BOX_HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """All moves from one state to another. `points`: where the arrow leaves, the ends of its lanes, where it arrives."""

    source: State
    target: State
    triggers: tuple[Trigger, ...]
    points: tuple[tuple[float, float], ...]
    common: bool

    @property
    def path(self) -> str:
        """SVG path data."""
        (x, y), *_ = self.points
        found = [f"M{x:.1f} {y:.1f}"]
        for (x1, y1), (x2, y2) in pairwise(self.points):
            half = (x2 - x1) / 2
            # Within a column: down on the right of the boxes, up on the left.
            out, back = (half, -half) if half else (_bulge(y1, y2), _bulge(y1, y2))
            found.append(f"C{x1 + out:.1f} {y1:.1f} {x2 + back:.1f} {y2:.1f} {x2:.1f} {y2:.1f}")
        return "".join(found)


@dataclass(frozen=True, slots=True)
class Drawing:
    """`columns`: each phase with the x of its boxes."""

    width: float
    height: float
    columns: tuple[tuple[Phase, float], ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


Pair = tuple[State, State]
Points = tuple[tuple[float, float], ...]


def draw(table: Iterable[Row] = TABLE, phases: Mapping[State, Phase] = PHASE) -> Drawing:
    moves: dict[Pair, list[Trigger]] = {}
    for entry in table:
        moves.setdefault((entry.source, entry.target), []).append(entry.trigger)
    sources = Counter(trigger for triggers in moves.values() for trigger in triggers)
    common = {pair for pair, triggers in moves.items() if all(sources[trigger] >= _COMMON for trigger in triggers)}
    columns = _ordered([[state for state in State if phases[state] is phase] for phase in Phase], set(moves) - common)
    boxes = _placed(columns)
    points = _routed(columns, boxes, list(moves))
    arrows = tuple(Arrow(*pair, tuple(triggers), points[pair], pair in common) for pair, triggers in moves.items())
    xs = tuple((phase, _x(column)) for column, phase in enumerate(Phase))
    return Drawing(_x(len(columns)) - COLUMN_GAP + SIDE, _height(columns) + HEAD, xs, tuple(boxes.values()), arrows)


def _x(column: int) -> float:
    return SIDE + column * (BOX_WIDTH + COLUMN_GAP)


def _height(columns: Sequence[Sequence[State]]) -> float:
    return max(len(column) for column in columns) * (BOX_HEIGHT + ROW_GAP)


def _placed(columns: Sequence[Sequence[State]]) -> dict[State, Box]:
    """Every column is spread over the whole height."""
    found: dict[State, Box] = {}
    for number, column in enumerate(columns):
        share = _height(columns) / max(1, len(column))
        for place, state in enumerate(column):
            found[state] = Box(state, _x(number), HEAD + (place + 0.5) * share - BOX_HEIGHT / 2)
    return found


def _ordered(columns: list[list[State]], pairs: set[Pair]) -> list[list[State]]:
    """Each state near the middle of its neighbours in other columns (barycentres, a few sweeps): fewer arrows cross."""
    home = {state: number for number, column in enumerate(columns) for state in column}
    for _ in range(_SWEEPS):
        for number, column in enumerate(columns):
            at = {state: box.middle for state, box in _placed(columns).items()}

            def pull(state: State, at: Mapping[State, float] = at, number: int = number) -> float:
                ends = [pair for pair in pairs if state in pair]
                near = [at[other] for pair in ends for other in pair if home[other] != number]
                return sum(near) / len(near) if near else at[state]

            columns[number] = sorted(column, key=lambda state: (pull(state), home[state], state))
    return columns


def _routed(columns: Sequence[Sequence[State]], boxes: Mapping[State, Box], pairs: list[Pair]) -> dict[Pair, Points]:
    home = {state: number for number, column in enumerate(columns) for state in column}
    lanes = _lanes(columns, boxes, home, pairs)
    ports = _ports(boxes, home, pairs, lanes)
    found: dict[Pair, Points] = {}
    for pair in pairs:
        start, end = ports[pair]
        step = 1 if home[pair[1]] > home[pair[0]] else -1
        between: list[tuple[float, float]] = []
        for column in range(home[pair[0]] + step, home[pair[1]], step) if home[pair[0]] != home[pair[1]] else ():
            sides = (_x(column), _x(column) + BOX_WIDTH)
            between += [(side, lanes[pair, column]) for side in sides[::step]]
        found[pair] = (start, *between, end)
    return found


def _lanes(
    columns: Sequence[Sequence[State]], boxes: Mapping[State, Box], home: Mapping[State, int], pairs: list[Pair]
) -> dict[tuple[Pair, int], float]:
    """The y at which an arrow passes a column that it skips: in the gap nearest to its straight line, all of a gap side by side."""
    wanted: dict[tuple[int, int], list[tuple[float, Pair]]] = {}
    gaps = [_gaps([boxes[state] for state in column], _height(columns) + HEAD) for column in columns]
    for source, target in pairs:
        first, last = home[source], home[target]
        for column in range(min(first, last) + 1, max(first, last)):
            share = (column - first) / (last - first)
            y = boxes[source].middle + share * (boxes[target].middle - boxes[source].middle)
            nearest = min(range(len(gaps[column])), key=lambda gap, y=y, column=column: _distance(y, gaps[column][gap]))  # type: ignore[misc]
            wanted.setdefault((column, nearest), []).append((y, (source, target)))
    found: dict[tuple[Pair, int], float] = {}
    for (column, gap), passing in wanted.items():
        top, bottom = gaps[column][gap]
        for place, (_, pair) in enumerate(sorted(passing), 1):
            found[pair, column] = top + place * (bottom - top) / (len(passing) + 1)
    return found


def _gaps(column: Sequence[Box], height: float) -> list[tuple[float, float]]:
    edges = [HEAD - ROW_GAP / 2, *(edge for box in column for edge in (box.y, box.y + BOX_HEIGHT)), height]
    return [(top, bottom) for top, bottom in zip(edges[::2], edges[1::2], strict=True) if bottom > top]


def _distance(y: float, gap: tuple[float, float]) -> float:
    return max(gap[0] - y, y - gap[1], 0.0)


def _ports(
    boxes: Mapping[State, Box], home: Mapping[State, int], pairs: list[Pair], lanes: Mapping[tuple[Pair, int], float]
) -> dict[Pair, tuple[tuple[float, float], tuple[float, float]]]:
    """Where each arrow leaves and arrives: spread over the side of a box by where the other end lies."""
    sides: dict[tuple[State, bool], list[tuple[float, int, Pair]]] = {}
    for pair in pairs:
        for end, state in enumerate(pair):
            other = pair[1 - end]
            step = (home[other] > home[state]) - (home[other] < home[state])
            rightwards = step > 0 or (step == 0 and boxes[pair[0]].y <= boxes[pair[1]].y)
            toward = lanes.get((pair, home[state] + step), boxes[other].middle)
            sides.setdefault((state, rightwards), []).append((toward, end, pair))
    found: dict[Pair, dict[int, tuple[float, float]]] = {pair: {} for pair in pairs}
    for (state, rightwards), ends in sides.items():
        box = boxes[state]
        for place, (_, end, pair) in enumerate(sorted(ends), 1):
            y = box.y + place * BOX_HEIGHT / (len(ends) + 1)
            found[pair][end] = (box.x + BOX_WIDTH if rightwards else box.x, y)
    return {pair: (ends[0], ends[1]) for pair, ends in found.items()}


def _bulge(y1: float, y2: float) -> float:
    """How far a curve within a column swings out: to the right downwards, to the left upwards."""
    size = min(SIDE - 8, 24 + abs(y2 - y1) / 8)
    return size if y1 <= y2 else -size
