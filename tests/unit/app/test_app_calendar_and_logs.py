"""Holidays with a fallback, logs without words."""

from __future__ import annotations

import json
import logging
import sys
from datetime import date

import pytest

from app import logs
from app.calendar import CityCalendar
from app.logs import JsonLines, PlainLines


def test_holidays_and_made_up_days_are_known() -> None:
    calendar = CityCalendar()
    assert not calendar.is_working_day(date(2026, 10, 1))
    assert calendar.is_working_day(date(2026, 10, 10))  # a Saturday worked for the holiday
    assert calendar.fallback_years == ()


def test_an_unknown_year_counts_weekends_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    calendar = CityCalendar()
    assert [calendar.is_working_day(date(2090, 1, day)) for day in (6, 7, 9)] == [True, False, True]
    assert calendar.fallback_years == (2090,)
    assert [record.message.split()[0] for record in caplog.records] == ["C006"]


def test_the_regions_own_days_win() -> None:
    calendar = CityCalendar({"2026-11-23": False, "2026-11-22": True})
    assert not calendar.is_working_day(date(2026, 11, 23))
    assert calendar.is_working_day(date(2026, 11, 22))


@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines()])
def test_neither_words_nor_tokens_reach_the_log(formatter: logging.Formatter) -> None:
    words, token = "my neighbour's secret", "123456789:" + "A" * 35
    try:
        int(words)
    except ValueError:
        trouble = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "call %s", (token,), trouble)
    record.row, record.text = 7, words
    line = formatter.format(record)
    assert words not in line and token not in line
    assert "ValueError" in line and "7" in line


def test_a_json_line_is_json() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "hello", (), None)
    assert json.loads(JsonLines().format(record))["message"] == "hello"


def test_a_librarys_warning_says_nothing_that_it_quotes(caplog: pytest.LogCaptureFixture) -> None:
    """aiohttp warns of a file's name with the name; a stranger wrote it."""
    logs.warned("form-data; filename=张三的身份证", UserWarning, "/lib/aiohttp/multipart.py", 5)
    (record,) = caplog.records
    for formatter in (JsonLines(), PlainLines()):
        line = formatter.format(record)
        assert "张三" not in line and "UserWarning" in line and "aiohttp/multipart.py:5" in line
