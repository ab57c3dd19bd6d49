"""A changed copy is what `dataclasses.replace` makes, and refuses what that refuses."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from tests.workflow.build import a_ticket
from workflow.copies import amended
from workflow.intake import Draft
from workflow.model import Ticket

WIDE = [Draft("d1", "water", said=(("m1", "water"),), ties=("a", "b")), a_ticket()]


@pytest.mark.parametrize("thing", WIDE, ids=lambda thing: type(thing).__name__)
def test_a_changed_copy_is_what_replace_makes(thing: Draft | Ticket) -> None:
    before = replace(thing)
    copy = amended(thing, text="no water", place="", place_detail="gate")
    assert copy == replace(thing, text="no water", place="", place_detail="gate")
    assert type(copy) is type(thing) and repr(copy) == repr(replace(copy))
    assert thing == before and copy != thing
    assert [getattr(copy, field.name) for field in fields(copy)] == [copy.__dict__[field.name] for field in fields(copy)]


@pytest.mark.parametrize("thing", WIDE, ids=lambda thing: type(thing).__name__)
def test_what_is_no_field_is_refused(thing: Draft | Ticket) -> None:
    with pytest.raises(TypeError, match="colour"):
        amended(thing, colour="red")  # type: ignore[call-arg]


def test_a_changed_copy_can_not_be_changed_in_place() -> None:
    copy = amended(Draft("d1", "water"), text="no water")
    with pytest.raises(FrozenInstanceError):
        copy.text = "water"  # type: ignore[misc]
    assert copy.text == "no water"
