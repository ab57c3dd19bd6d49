"""Which of several places a text is about; what only looks like one; other spellings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import as_json
from tests.unit.nlp import cities
from workflow.understanding import Located

WORDS = (
    *[
        "不是",
        "在",
        "从",
        "到",
        "白沙",
        "白沙街道",
        "台山",
        "龙溪村",
        "杜阮镇",
        "复兴",
        "中心",
        "五邑大学",
        "广州",
        "江门",
        "小学",
        "路",
        "村",
        "，",
        "的",
        "上班",
        "12号",
        "😀",
        "鎮",
    ],
    " ",
    "\n",
)
pytestmark = pytest.mark.skipif(cities.divisions() is None, reason="the list of divisions is not here")


def located(text: str, inside: str = "") -> Located:
    return cities.language().places.locate(text, inside)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("不是白沙街道，是白沙镇", "440781103"),
        ("唔系白沙街道，系白沙镇", "440781103"),
        ("是白沙镇，不是白沙街道", "440781103"),
        ("龙溪村，不是杜阮镇的龙溪村，也不是环市街道的龙溪社区", "440784104210"),
        ("不在井根村，在龙榜村", "440703103210"),
        ("是不是白沙街道管", "440703002"),
        ("在北街，不是堤东", "440703002"),
        ("我住在会城街道，杜阮镇井根村的垃圾没人清", "440703103205"),
        ("我是开平人，在棠下镇被拖欠工资", "440703101"),
        ("我是河南人，住在棠下镇", "440703101"),
        ("户籍在台山市，位于棠下镇的工厂欠薪", "440703101"),
        ("向江海区住建局投诉过，杜阮镇井根村的工地还在吵", "440703103205"),
        ("我是井根村村民，反映龙榜村猪场臭味", "440703103210"),
        ("家在新会区，会城街道灵镇村有煤气味", "440705001"),
    ],
)
def test_the_words_around_say_which_place_is_meant(text: str, code: str) -> None:
    found = located(text)
    assert found.code.startswith(code), found


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("从棠下镇到杜阮镇的公交太少", {"440703101", "440703103"}),
        ("杜阮镇井根村和龙榜村交界的垃圾", {"440703103205", "440703103210"}),
        ("江海区和新会区交界的路", {"440704", "440705"}),
        ("新会区棠下镇", {"440705", "440703101"}),
    ],
)
def test_places_that_are_all_named_are_asked_about_as_such(text: str, codes: set[str]) -> None:
    found = located(text)
    assert (found.decision, found.several) == ("ask", True)
    assert {guess.code for guess in found.candidates} == codes


def test_places_of_one_name_are_no_different_places() -> None:
    assert not located("龙溪村").several


def test_a_village_that_may_have_become_a_community_is_asked_about() -> None:
    """One says 村, the other 社区, and people say either."""
    assert {guess.code[:9] for guess in located("西园社区").candidates} == {"440703002", "440785105"}
    assert {guess.code for guess in located("松塱村").candidates} == {"440781102220", "440783110224"}  # 松朗 and 松蓢


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("棠下镇棠下的路灯坏了", "440703101001"),
        ("汶村镇汶村停水", "440781112203"),
        ("荷塘镇荷塘中学", "440703102"),
        ("古井镇古井塌了", "440705107"),
    ],
)
def test_a_town_and_its_name_once_more(text: str, code: str) -> None:
    """The village of that name; but a school's name or an everyday word says no more than the town."""
    assert located(text).code == code


@pytest.mark.parametrize(
    ("text", "code"), [("荷塘路灯坏了三天", "440703102"), ("井根路灯不亮", "440703103205"), ("北街路燈壞咗", "440703002")]
)
def test_a_street_lamp_begins_no_name_of_a_road(text: str, code: str) -> None:
    assert located(text).code == code


@pytest.mark.parametrize(
    "text", ["中山路灯坏了", "北京路灯坏了", "建设路灯坏了", "胜利路灯不亮", "东风路灯坏了", "港口路灯坏了", "杜阮北路灯坏了"]
)
def test_the_lamps_of_a_road_that_is_called_after_something_else_are_nowhere(text: str) -> None:
    found = located(text)
    assert (found.decision, found.outside_name) in {("none", ""), ("ask", "")}


def test_of_two_in_one_town_the_one_that_was_said() -> None:
    assert located("双水镇双水村").code == "440705104201"
    assert located("双水镇双水社区").code == "440705104004"


@pytest.mark.parametrize(
    "text",
    [
        "江海路",
        "江海二路积水",
        "建设路",
        "建设三路",
        "白沙大道西",
        "迎宾大道",
        "迎宾大道中",
        "棠下大道",
        "新会大道堵车",
        "会城大桥",
        "荷塘公园",
        "井根小学",
        "龙榜市场",
        "群众意见大",
        "发展很快",
        "中心位置",
        "平安保险",
        "建设工程",
        "路边有个大沙堆挡路",
        "排水口堵了",
        "出水口很臭",
        "碧桂园物业不作为",
        "温泉酒店",
        "工业园区噪音",
        "大江村",
        "联合国",
        "人民医院",
        "幸福生活",
        "前进一步",
        "良东一社区",
    ],
)
def test_what_is_called_after_a_place_or_is_a_word_is_no_place(text: str) -> None:
    assert located(text).decision == "none", located(text)


@pytest.mark.parametrize(("text", "town"), [("荷塘中学旁边", "440703102"), ("礼乐市场", "440704005"), ("杜阮镇井根小学门口", "440703103")])
def test_a_school_or_a_market_says_the_town_and_never_the_village(text: str, town: str) -> None:
    assert located(text).code == town


def test_a_school_whose_name_two_towns_share_is_asked_about() -> None:
    assert located("白沙小学").decision == "ask"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("马岗镇", "440783107"),
        ("潮莲街道", "440703005"),
        ("滘北街道", "440704001"),
        ("小冈镇", "440705104"),
        ("崖南镇", "440705105"),
        ("上川岛", "440781115"),
        ("公益镇", "440781100"),
        ("洪滘镇", "440785100"),
        ("附城镇", "440781001"),
        ("仓后街道", "440703002"),
        ("堤东", "440703002"),
        ("台山縣白沙鎮", "440781103"),
        ("杜 阮 镇 井 根 村", "440703103205"),
        ("杜阮镇·井根村", "440703103205"),
        ("杜阮镇/井根村/", "440703103205"),
        ("岐联村", "440785100201"),
        ("歧联村", "440785100201"),
        ("长沙东兴社区", "440783002003"),
        ("广海城北村", "440781110201"),
        ("喺外海东南村有人烧嘢", "440704004206"),
        ("礼乐镇龙村", "440704005224"),
        ("荷塘鎮南村", "440703102213"),
        ("蓬江区棠下鎮棠下居委会", "440703101001"),
        ("古井社区垃圾", "440705107001"),
        ("外海街道东南村１２号", "440704004206"),
    ],
)
def test_other_spellings_and_old_names_are_known(text: str, code: str) -> None:
    assert located(text).code == code, located(text)


@pytest.mark.parametrize("text", ["复兴的路灯坏了", "沙堆的路灯坏了", "在彩虹那边有人烧垃圾"])
def test_an_everyday_word_in_a_places_stead_is_asked_about(text: str) -> None:
    found = located(text)
    assert (found.decision, len(found.candidates)) == ("ask", 1)


@pytest.mark.parametrize("text", ["白沙街道幸福的路灯坏了", "白沙街道复兴有人乱倒垃圾"])
def test_right_behind_its_town_an_everyday_word_is_the_village(text: str) -> None:
    assert located(text).decision == "village"


@pytest.mark.parametrize("text", ["棠下镇发展很快", "白沙街道花园很漂亮", "棠下镇中心的路灯坏了"])
def test_behind_a_town_a_plain_word_is_a_word(text: str) -> None:
    assert located(text).decision == "town"


def test_too_many_of_one_name_are_asked_for_by_steps() -> None:
    counties = located("中心社区")
    assert counties.decision == "ask"
    assert {len(guess.code) for guess in counties.candidates} == {6}
    inside = located("中心社区", inside="440703").candidates
    assert {guess.code for guess in inside} == {"440703103001", "440703101207"}
    assert located("圩镇社区").code == "440785", "all of them lie in one county"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我在广州上班，这里的路灯坏了", "广州"),
        ("佛山三江", "佛山"),
        ("湖南长沙", "湖南"),
        ("长沙市岳麓区", "长沙市岳麓区"),
        ("长沙市", "长沙市"),
        ("深圳市南山区", "深圳市"),
        ("广州天河", "广州"),
        ("中山市小榄镇", "中山市"),
        ("北京朝阳", "北京"),
    ],
)
def test_outside_is_said_with_its_name(text: str, name: str) -> None:
    found = located(text)
    assert (found.decision, found.outside_name, found.code) == ("outside", name, "")


@pytest.mark.parametrize(
    "text", ["我在广州上班，江门家里停水", "广州牌照的车占道", "中山路堵车", "北京路积水", "广州话节目", "从佛山回到江门市，路灯坏了"]
)
def test_a_name_from_outside_that_is_not_where_it_is(text: str) -> None:
    assert located(text).decision == "none"


def test_an_address_inside_counts_whatever_is_outside() -> None:
    assert located("我在广州上班，杜阮镇井根村家里停水").code == "440703103205"
    assert located("我在深圳，老家台山白沙镇的路坏了").code == "440781103"


def test_a_grid_is_told_beside_its_village() -> None:
    region = cities.jiangmen()
    assert located("羊桥社区垃圾没人清").grid == ""
    shown = as_json.located(located("440703002101"))
    assert (shown["decision"], shown["code"], shown["grid"]) == ("village", "440703002101", "")
    assert region.places["440703002101"].name == "羊桥社区居委会"


def test_a_long_list_of_places_is_read_to_an_end() -> None:
    assert located("棠下镇井根村新会区台山白沙" * 300).decision == "ask"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_any_order_of_words_is_answered_soundly(words: list[str]) -> None:
    text = "".join(words)
    found = located(text)
    assert len(found.candidates) <= 4
    assert {"village": 12, "town": 9, "county": 6}.get(found.decision, 0) == len(found.code)
    assert all(text[e.start : e.end] == e.text for e in found.evidence)
    assert (found.decision == "outside") == bool(found.outside_name)
    assert (found.decision == "ask") == (bool(found.candidates) and not found.code)
