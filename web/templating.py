"""Templates: escaped by default, and a forgotten value is an error, not a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import jinja2

from web import diagram
from workflow.states import State

Label = Callable[..., str]
"""A sentence's key and its parameters → plain text in the reader's language."""


def environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def svg(label: Label, counts: Mapping[State, int] | None = None) -> str:
    """The state diagram as a document of its own; with `counts`, each state bears its number and leads to its list."""
    found = environment().get_template("console/diagram.svg").render(t=label, drawing=diagram.draw(), size=diagram, counts=counts)
    return found.strip() + "\n"
