"""Fear before a word says that nothing has happened yet; fear after it does not."""

from __future__ import annotations

import pytest

from tests.unit.nlp import cities


@pytest.mark.parametrize(
    "text", ["楼上着火了，会不会烧到我家", "家里着火我好怕", "着火了，担心老人", "电梯困人了我很害怕", "煤气漏了怕爆炸"]
)
def test_fear_after_the_danger_takes_nothing_back(text: str) -> None:
    assert cities.language().classifier.understand(text).danger


@pytest.mark.parametrize("text", ["怕着火", "电动车会不会着火", "担心有人溺水", "容易触电", "一旦发生爆炸谁负责"])
def test_fear_before_it_says_that_nothing_has_happened(text: str) -> None:
    assert not cities.language().classifier.understand(text).danger
