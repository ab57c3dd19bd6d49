"""JSON in the database is read as the standard library would, whoever wrote it, and the other way round."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage import json_text
from tests.keys import a_vault

TEXTS = some.text(some.characters(exclude_categories=[]))  # half surrogate pairs, too
NUMBERS = some.integers() | some.floats(allow_nan=False, allow_infinity=False)
VALUES = some.recursive(
    some.none() | some.booleans() | NUMBERS | TEXTS, lambda inner: some.lists(inner) | some.tuples(inner) | some.dictionaries(TEXTS, inner)
)


def shape(value: Any) -> str:
    """Tells 1 from 1.0 and from True, 0.0 from -0.0."""
    return repr(value)


@given(VALUES)
def test_what_is_written_is_read_as_the_standard_library_would(value: Any) -> None:
    meant = shape(json.loads(json.dumps(value)))
    texts = (json_text.written(value), json_text.packed(value), json.dumps(value), json.dumps(value, ensure_ascii=False))
    for text in texts:
        assert shape(json_text.read(text)) == meant
        assert shape(json.loads(text)) == meant


@given(VALUES)
def test_a_column_takes_whatever_is_written(value: Any) -> None:
    json_text.written(value).encode()


@given(some.text())
def test_what_is_no_json_is_refused_by_both(text: str) -> None:
    try:
        meant = json.loads(text)
    except ValueError:
        with pytest.raises(json.JSONDecodeError):
            json_text.read(text)
    else:
        assert shape(json_text.read(text)) == shape(meant)


@pytest.mark.parametrize("value", [{1: 2}, {None: [True]}, {"n": 2**70, "m": -(2**63) - 1}, {"torn": "\ud800"}])
def test_what_the_quick_way_refuses_goes_the_slow_one(value: Any) -> None:
    assert json_text.read(json_text.written(value)) == json.loads(json.dumps(value)) == json_text.read(json_text.packed(value))


def test_what_an_older_version_wrote_is_read() -> None:
    assert math.isnan(json_text.read("NaN"))
    vault = a_vault()
    words = '{"text":"\ud800\\u5f20\u4e09","n":1}'
    assert vault.open_json({"sealed": vault.seal(words, "a")}, "a") == {"text": "\ud800\u5f20\u4e09", "n": 1}
    with pytest.raises(json.JSONDecodeError):
        json_text.read("{")
