"""The drawing of the states: nothing missing, nothing hidden behind something else."""

from __future__ import annotations

from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest

from web.diagram import BOX_HEIGHT, BOX_WIDTH, Box, Drawing, draw
from web.templating import svg
from workflow.states import PHASE, TABLE, Phase, Row, State, Trigger

SVG = "{http://www.w3.org/2000/svg}"


def key(name: str, /, **params: object) -> str:
    return " ".join([name, *(str(value) for value in params.values())])


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    return draw()


def test_every_state_stands_once_in_its_phases_column(drawing: Drawing) -> None:
    assert sorted(box.state for box in drawing.boxes) == sorted(State)
    columns = dict(drawing.columns)
    assert list(columns) == list(Phase)
    assert all(box.x == columns[PHASE[box.state]] for box in drawing.boxes)


def test_every_row_of_the_table_has_its_arrow_and_there_is_no_other(drawing: Drawing) -> None:
    drawn = [(arrow.source, arrow.target, trigger) for arrow in drawing.arrows for trigger in arrow.triggers]
    assert sorted(drawn) == sorted((entry.source, entry.target, entry.trigger) for entry in TABLE)


def test_boxes_keep_apart_and_inside(drawing: Drawing) -> None:
    for one, other in combinations(drawing.boxes, 2):
        assert abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT, (one.state, other.state)
    for box in drawing.boxes:
        assert box.x >= 0 and box.x + BOX_WIDTH <= drawing.width
        assert box.y >= 0 and box.y + BOX_HEIGHT <= drawing.height


def _inside(x: float, y: float, box: Box) -> bool:
    return box.x < x < box.x + BOX_WIDTH and box.y < y < box.y + BOX_HEIGHT


def test_no_arrow_runs_behind_a_box(drawing: Drawing) -> None:
    for arrow in drawing.arrows:
        for (x1, y1), (x2, y2) in pairwise(arrow.points):
            for share in range(1, 20):
                # A curve between two points at the height of its ends stays between them; lanes are straight.
                x, y = x1 + (x2 - x1) * share / 20, y1 + (y2 - y1) * share / 20
                assert not [box.state for box in drawing.boxes if _inside(x, y, box)], (arrow.source, arrow.target)


def test_arrows_touch_the_boxes_they_name_and_each_at_its_own_place(drawing: Drawing) -> None:
    boxes = {box.state: box for box in drawing.boxes}
    ends = []
    for arrow in drawing.arrows:
        for state, (x, y) in ((arrow.source, arrow.points[0]), (arrow.target, arrow.points[-1])):
            assert x in {boxes[state].x, boxes[state].x + BOX_WIDTH}
            assert boxes[state].y < y < boxes[state].y + BOX_HEIGHT
            ends.append((x, y))
    assert len(ends) == len(set(ends))


def test_a_move_of_many_states_is_faint_and_others_are_not(drawing: Drawing) -> None:
    faint = {trigger for arrow in drawing.arrows if arrow.common for trigger in arrow.triggers}
    assert faint == {Trigger.WITHDRAW, Trigger.ARCHIVE}


def test_another_table_gives_another_drawing() -> None:
    one = Row(Trigger.ACCEPT, State.REGISTERED, State.CLOSED, frozenset())
    assert [(arrow.source, arrow.target) for arrow in draw([one]).arrows] == [(State.REGISTERED, State.CLOSED)]


def test_the_drawing_alone_has_neither_numbers_nor_links() -> None:
    root = ET.fromstring(svg(key))  # noqa: S314  # our own drawing
    assert {group.get("data-state") for group in root.iter(f"{SVG}g") if group.get("data-state")} == set(State)
    assert list(root.iter(f"{SVG}a")) == []


def test_with_counts_each_state_leads_to_its_list_and_names_are_escaped() -> None:
    def shout(name: str, /, **params: object) -> str:
        return f"<b>{key(name, **params)}"

    root = ET.fromstring(svg(shout, {State.HANDLING: 3}))  # noqa: S314  # our own drawing
    links = {link.get("href"): link for link in root.iter(f"{SVG}a")}
    assert set(links) == {f"/console/tickets?state={state}" for state in State}
    assert [text.text for text in links["/console/tickets?state=HANDLING"].iter(f"{SVG}text")] == ["<b>state.HANDLING", "3"]
    assert [text.text for text in links["/console/tickets?state=CLOSED"].iter(f"{SVG}text")] == ["<b>state.CLOSED", "0"]
