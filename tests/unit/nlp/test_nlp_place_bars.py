"""The bars of the benchmark, on every ninth village: the whole of it is `python -m benchmarks.places`."""

from __future__ import annotations

import pytest

from benchmarks.places import measured
from tests.unit.nlp import cities


@pytest.mark.skipif(cities.divisions() is None, reason="the list of divisions is not here")
def test_places_are_found_asked_about_and_never_guessed() -> None:
    found = measured(cities.jiangmen(), cities.language().places, seed=11, each=1, every=9)
    assert found["unambiguous"]["right"] >= 0.98, found["bad"]
    assert found["unambiguous"]["wrong"] <= 0.001, found["bad"]
    assert found["ambiguous"]["wrong"] == 0, found["bad"]
