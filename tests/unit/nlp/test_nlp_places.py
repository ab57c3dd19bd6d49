"""The smallest certain place, a question on a tie, never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import as_json
from tests import jiangmen
from tests.unit.nlp import cities
from workflow.region import Level

pytestmark = pytest.mark.skipif(cities.divisions() is None, reason="the list of divisions is not here")


@pytest.mark.parametrize(
    ("text", "decision", "code"),
    [
        ("蓬江区白沙街道", "town", "440703002"),
        ("台山白沙镇", "town", "440781103"),
        ("長沙街道", "town", "440783002"),
        ("棠下社区垃圾多", "village", "440703101001"),
        ("杜阮龙溪村", "village", "440703103202"),
        ("新会河南社区", "village", "440705001005"),
        ("北街那边", "town", "440703002"),
        ("江海区外海街道", "town", "440704004"),
        ("我系開平人", "county", "440783"),
        ("潮莲街道", "town", "440703005"),
        ("440703002119 这个二维码", "village", "440703002119"),
    ],
)
def test_a_certain_place_is_found(text: str, decision: str, code: str) -> None:
    found = cities.language().places.locate(text)
    assert (found.decision, found.code) == (decision, code)


@pytest.mark.parametrize(("text", "count"), [("白沙", 4), ("龙溪村", 3), ("三江", 2), ("河南社区", 2)])
def test_a_tie_is_asked(text: str, count: int) -> None:
    found = cities.language().places.locate(text)
    assert found.decision == "ask"
    assert found.code == ""
    assert len(found.candidates) == count


@pytest.mark.parametrize(
    "text",
    [
        "发展很快",
        "群众意见大",
        "井根路很烂",
        "江门大道塞车",
        "迎宾大道中",
        "中山路堵车",
        "白沙大道西有坑",
        "白沙公园很吵",
        "",
        "123",
        "平安保险",
    ],
)
def test_a_road_or_an_everyday_word_is_no_place(text: str) -> None:
    assert cities.language().places.locate(text).decision == "none"


def test_an_everyday_name_counts_with_its_suffix_or_inside_a_known_place() -> None:
    places = cities.language().places
    assert places.locate("复兴社区很吵").decision == "village"
    assert places.locate("复兴", inside="440703002").code == "440703002108"


def test_outside_is_said_only_where_nothing_inside_is_named() -> None:
    places = cities.language().places
    assert places.locate("我在中山市小榄镇").outside_name == "中山市"
    assert places.locate("我在佛山上班").decision == "outside"
    assert places.locate("佛山人，住在棠下镇").code == "440703101"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("霞村口那家五金厂晚上噪音很大", "村口那家五金厂"),
        ("杜阮镇井根村口那家五金厂晚上噪音很大", "村口那家五金厂"),
        ("井根村口的垃圾堆没人清", "村口"),
        ("井根村路口红绿灯坏了", "路口"),
    ],
)
def test_a_detail_that_begins_in_the_village_s_name_is_whole(text: str, detail: str) -> None:
    assert jiangmen.language().places.locate(text).detail == detail


def test_the_detail_is_what_was_said_beyond() -> None:
    found = cities.language().places.locate("环市街道白沙大道西12号门口有人摆摊")
    assert found.code == "440703006"
    assert found.detail == "白沙大道西12号门口"


@pytest.mark.parametrize("text", ["我住蓬江上巷村", "杜阮上巷村有人占道"])
def test_a_village_that_begins_like_a_road_is_found_behind_another_place(text: str) -> None:
    assert cities.language().places.locate(text).decision == "village"


def test_near_gives_the_nearest_towns_or_nothing() -> None:
    places = cities.language().places
    assert places.near(22.68, 113.03)[0].code == "440703101"
    assert len(places.near(22.68, 113.03)) == 3
    assert places.near(39.9, 116.4) == ()
    assert places.near(float("nan"), 113.0) == ()


def test_every_village_in_full_is_right_or_asked_with_the_right_one() -> None:
    region, places = cities.jiangmen(), cities.language().places
    right = 0
    villages = [place for place in region.places.values() if place.level is Level.VILLAGE]
    for village in villages:
        name = "".join(place.name for place in region.path(village.code))
        found = places.locate(f"{name}的路灯坏了")
        assert found.code in (village.code, "") or village.code.startswith(found.code), name
        right += found.code == village.code
    assert right / len(villages) > 0.98


def test_a_bare_village_name_is_never_wrong() -> None:
    region, places = cities.jiangmen(), cities.language().places
    for village in (place for place in region.places.values() if place.level is Level.VILLAGE):
        found = places.locate(f"{village.name}的路灯坏了")
        offered = {guess.code for guess in found.candidates}
        assert found.decision in ("ask", "none") or any(village.code.startswith(code) for code in offered), village.name


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120) | st.text(alphabet="白沙村街道路棠下镇新会区台山三江12号口，\u200b😀", max_size=200))
def test_any_text_is_located_without_harm(text: str) -> None:
    found = cities.language().places.locate(text)
    assert len(found.candidates) <= 4
    assert (found.code != "") == (found.decision in ("village", "town", "county"))
    assert all(text[e.start : e.end] == e.text for e in found.evidence)
    assert found.decision in ("village", "town", "county", "ask", "outside", "none")
    assert {"village": 12, "town": 9, "county": 6}.get(found.decision, 0) == len(found.code)
    assert not found.code or [guess.code for guess in found.candidates] == [found.code]
    assert len(found.detail) <= 40


def test_the_json_has_the_names_that_others_rely_on() -> None:
    shown = as_json.located(cities.language().places.locate("龙溪村"))
    assert {"decision", "code", "candidates", "evidence"} <= set(shown)
    assert set(shown["candidates"][0]) == {"code", "name", "path", "score"}
