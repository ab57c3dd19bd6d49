from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.markup import MAX_TEXT, blank, length, split
from tests.botapi.markup import parse_html, units

PIECE = st.one_of(
    st.text(alphabet="路灯坏了 \n。，a<>&\"'😀", max_size=12).map(html.escape),
    st.text(alphabet="路灯 。😀&", min_size=1, max_size=12).map(lambda text: f"<b>{html.escape(text)}</b>"),
    st.text(alphabet="ab \n<", min_size=1, max_size=12).map(lambda text: f"<i>一<b>{html.escape(text)}</b>。</i>"),
)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(st.lists(PIECE, max_size=12).map("".join), st.integers(2, 40))
def test_parts_fit_parse_and_lose_nothing(source: str, limit: int) -> None:
    parts = split(source, limit)
    parsed = [parse_html(part) for part in parts]  # raises for broken tags
    assert all(0 < units(plain) <= limit and plain.strip() for plain, _ in parsed)
    assert squeezed("".join(plain for plain, _ in parsed)) == squeezed(parse_html(source)[0])


@given(st.lists(PIECE, max_size=12).map("".join), st.integers(2, 40))
def test_bold_stays_bold(source: str, limit: int) -> None:
    def bold(texts: list[str]) -> str:
        found = ""
        for text in texts:
            plain, entities = parse_html(text)
            raw = plain.encode("utf-16-le")
            for entity in entities:
                if entity["type"] == "bold":
                    found += raw[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        return squeezed(found)

    assert bold(split(source, limit)) == bold([source])


def test_a_short_text_stays_one() -> None:
    assert split("<b>好</b> &lt;3") == ["<b>好</b> &lt;3"]


def test_cuts_at_the_paragraph_then_line_then_sentence() -> None:
    assert split("一二三四五六。七八九", 8) == ["一二三四五六。", "七八九"]
    assert split("一二三四五\n六。七八九", 8) == ["一二三四五", "六。七八九"]


def test_never_inside_an_entity_or_an_emoji() -> None:
    assert split("&amp;" * 5, 2) == ["&amp;&amp;", "&amp;&amp;", "&amp;"]
    assert split("😀😀", 3) == ["😀", "😀"]


def test_the_whole_limit_is_used() -> None:
    assert split("字" * MAX_TEXT) == ["字" * MAX_TEXT]
    assert [length(part) for part in split("字" * (MAX_TEXT + 1))] == [MAX_TEXT, 1]


@pytest.mark.parametrize("source", ["", " \n", "<b> </b>", "&#32;"])
def test_blank(source: str) -> None:
    assert blank(source)
    assert split(source) == []
