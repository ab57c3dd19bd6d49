"""The rules of likeness and of bursts, without a database or a language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.workflow.build import GRID, NOW, REGION, a_ticket
from workflow import alike, bursts
from workflow.alike import Area, Gist, Neighbour, likeness, ranked
from workflow.bursts import Incident, Told
from workflow.followers import may_be_joined
from workflow.model import Procedure
from workflow.region import Bursts, Duplicates
from workflow.states import RESTING, State

SPRING, BROOK, HILL = "990101001001", "990101001002", "990101001"
GIST = Gist("", ((1, 5), (2, 5), (3, 5), (4, 5)))
AREA = Area(("T1", "T2"), SPRING, (HILL,), NOW - timedelta(days=10))


def neighbour(number: int, **change: object) -> Neighbour:
    base = Neighbour(number, f"QC-{number}", "T1", SPRING, State.HANDLING, NOW - timedelta(days=1), own=False, people=1, gist=GIST)
    return replace(base, **change)  # type: ignore[arg-type]  # fields by name


def best(*found: Neighbour, gist: Gist = GIST, shown: int = 3) -> list[int]:
    return [one.ticket_id for one in ranked(found, gist, "T1", SPRING, NOW, AREA, shown)]


def words(*numbers: int) -> Gist:
    return Gist("", tuple((number, 5) for number in numbers))


def test_likeness_is_symmetric_and_bounded() -> None:
    one, other = words(1, 2, 3, 4, 5), words(3, 4, 5, 6)
    assert likeness(one, other) == likeness(other, one)
    assert 0 < likeness(one, other) < 1
    assert likeness(one, one) == pytest.approx(1.0)
    assert likeness(one, words(7, 8)) == likeness(one, Gist()) == 0.0


def test_one_word_in_common_may_be_chance() -> None:
    assert likeness(words(1, 2, 3), words(1, 4, 5)) < likeness(words(1), words(1, 4, 5))


def test_different_spots_of_one_kind_are_different_events() -> None:
    east, west = (replace(GIST, spots=((9, name),)) for name in (1, 2))
    assert likeness(east, west) < alike.OWN
    assert likeness(east, replace(GIST, spots=((9, 1), (9, 2)))) == pytest.approx(1.0)
    assert likeness(east, replace(GIST, spots=((8, 2),))) == pytest.approx(1.0)


def test_the_likeliest_nearest_and_freshest_comes_first() -> None:
    old, far, less = neighbour(1, created_at=NOW - timedelta(days=9)), neighbour(2, place=HILL), neighbour(3, gist=words(1, 2, 3))
    assert best(less, far, old, neighbour(4)) == [4, 2, 1]


def test_what_is_not_like_it_is_not_offered() -> None:
    assert best(neighbour(1, gist=words(1, 8, 9, 10))) == []
    assert best(neighbour(1), gist=Gist()) == []


def test_another_topic_of_the_item_must_be_more_alike() -> None:
    half = words(1, 2, 3, 5, 6, 7, 8, 9, 10, 11)
    assert best(neighbour(1, gist=half)) == [1]
    assert best(neighbour(1, gist=half, topic="T2")) == []


def test_whoever_said_it_before_is_shown_their_own_alone() -> None:
    assert best(neighbour(1), neighbour(2, own=True, gist=words(1, 2, 3, 9, 10)), neighbour(3)) == [2]


def test_days_may_be_given_by_topic_or_item() -> None:
    days = Duplicates(days=14, days_of={"T": 7, "T1": 3})
    assert [days.days_for("T1", "T"), days.days_for("T2", "T"), days.days_for("U1", "U")] == [3, 7, 14]
    assert alike.area(REGION, "T1", SPRING, NOW, ("T2", "gone")) == alike.area(REGION, "T1", SPRING, NOW)
    region = replace(REGION, duplicates=days)
    wanted = alike.area(region, "T1", GRID, NOW)
    assert wanted == Area(("T1", "T2"), SPRING, (HILL,), NOW - timedelta(days=3))


@pytest.mark.parametrize("state", list(State))
def test_only_what_is_open_can_be_joined(state: State) -> None:
    assert may_be_joined(a_ticket(state=state)) is (state not in RESTING)


@pytest.mark.parametrize("procedure", list(Procedure))
def test_only_ordinary_matters_can_be_joined(procedure: Procedure) -> None:
    assert may_be_joined(a_ticket(procedure=procedure)) is (procedure in {Procedure.GRID_EVENT, Procedure.HOTLINE})


def test_a_hazard_whose_reporter_is_gone_can_be_joined_and_who_stays_unseen_can_not() -> None:
    assert may_be_joined(a_ticket(anonymous=True, reporter=None))
    assert not may_be_joined(a_ticket(anonymous=True))
    assert not may_be_joined(a_ticket(understanding={"sensitive": True}))


def told(*contacts: int | None, place: str = SPRING, topic: str = "T1", hours: float = 1) -> list[Told]:
    start = 100 * len(place) + int(hours * 1000)
    return [Told(start + number, topic, place, contact, NOW - timedelta(hours=hours)) for number, contact in enumerate(contacts)]


def test_topics_of_one_item_and_villages_of_one_town_are_one_burst() -> None:
    found = bursts.bursts([*told(1, 2, 3), *told(4, 5, 6, place=BROOK, topic="T2", hours=2)], NOW, REGION)
    assert [(burst.item, burst.place, burst.people, len(burst.tickets)) for burst in found] == [("T", HILL, 6, 6)]


def test_what_is_old_elsewhere_or_without_a_topic_does_not_count() -> None:
    assert bursts.bursts([*told(1, 2, 3, 4, 5), *told(6, hours=7), *told(7, place="990101"), *told(8, topic="")], NOW, REGION) == ()


def test_tickets_whose_reporter_is_gone_may_all_be_of_one_person() -> None:
    assert bursts.people_of(told(1, 1, None, None)) == 2
    assert bursts.people_of([*told(*[None] * 8), *told(*[1] * 8)]) == 2
    assert bursts.people_of(told(1, 2)) == 2
    assert bursts.people_of([]) == 0


def test_a_county_is_raised_only_where_several_towns_tell() -> None:
    region = replace(REGION, bursts=Bursts(people=2, county=2))
    one_town = told(*range(9))
    assert [burst.place for burst in bursts.bursts(one_town, NOW, region)] == [HILL]
    other = replace(REGION.places[HILL], code="990101002", name="Dale")
    region = replace(region, places={**region.places, other.code: other})
    both = [*told(1, 2), *told(3, 4, place="990101002")]
    assert {burst.place for burst in bursts.bursts(both, NOW, region)} == {HILL, "990101002", "990101"}
    one_of_them_alone = [*told(*range(1, 9)), *told(9, place="990101002")]
    assert {burst.place for burst in bursts.bursts(one_of_them_alone, NOW, region)} == {HILL}


def test_an_item_may_have_its_own_number() -> None:
    region = replace(REGION, bursts=Bursts(people_of={"T": 2}))
    assert [burst.people for burst in bursts.bursts(told(1, 2), NOW, region)] == [2]


def test_an_incident_stands_for_a_day_and_counts_from_its_beginning() -> None:
    incident = Incident(1, "T", HILL, NOW - timedelta(hours=20), NOW - timedelta(hours=14), 6, 6)
    assert bursts.stands(incident, NOW)
    assert not bursts.stands(incident, NOW + timedelta(hours=10))
    assert not bursts.stands(None, NOW)
    everybody = [*told(1, 2, 3, 4, 5, 6), *told(7, hours=19), *told(8, hours=21), *told(9, topic="")]
    [burst] = bursts.bursts(everybody, NOW, REGION)
    assert bursts.counted_since(burst, everybody, incident, REGION).people == 7


@pytest.mark.parametrize(("usual", "raised"), [(0, True), (112, True), (113, False)])
def test_the_baseline_is_three_times_the_usual(usual: int, raised: bool) -> None:
    [burst] = bursts.bursts(told(*range(6)), NOW, REGION)
    assert bursts.out_of_the_usual(burst, usual, REGION) is raised
