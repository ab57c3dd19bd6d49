"""Times in SQLite are the text that SQLAlchemy writes, whatever their zone was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from storage.types import UtcDateTime

DIALECT = sqlite.dialect()
OURS = UtcDateTime().dialect_impl(DIALECT)
THEIRS = DateTime().dialect_impl(DIALECT)
ZONES = some.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
TIMES = some.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001  # hypothesis adds the zone


@given(TIMES)
def test_a_time_is_written_as_ever_and_read_as_what_it_was(time: datetime) -> None:
    write, their_write = OURS.bind_processor(DIALECT), THEIRS.bind_processor(DIALECT)
    read = OURS.result_processor(DIALECT, None)
    assert write is not None and their_write is not None and read is not None
    text = write(time)
    assert text == their_write(time.astimezone(UTC))
    found = read(text)
    assert found == time and found is not None and found.tzinfo is UTC
    assert write(None) is None and read(None) is None


def test_a_naive_time_is_refused() -> None:
    write = OURS.bind_processor(DIALECT)
    assert write is not None
    with pytest.raises(ValueError, match="naive"):
        write(datetime(2026, 1, 1))  # noqa: DTZ001
