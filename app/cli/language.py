"""classify, locate: lines of text in, lines of JSON out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.cli import show
from app.cli.context import OK, Context
from app.learning.versions import Versions
from nlp import Language, as_json, build


async def _language(context: Context) -> Language:
    """With the weights of --weights, or the published ones. Raises LanguageError."""
    region = await context.city()
    named: Path | None = context.args.weights
    with context.busy("reading the city's language"):
        learned = Versions(context.config.language.weights).named(named)
        return build(context.config.region.pack / "language", region, learned)


def _each_line(context: Context, answer: Callable[[str], dict[str, Any]]) -> int:
    """An empty line is a text too: as many lines come out as went in."""
    for line in context.stdin:
        context.stdout.write(json.dumps(answer(line.rstrip("\r\n")), ensure_ascii=False) + "\n")
        context.stdout.flush()
    return OK


async def classify(context: Context) -> int:
    found = await _language(context)
    if context.args.show:
        return show.each_line(context, found.places.locate, found.classifier.understand)
    return _each_line(context, lambda text: as_json.understanding(found.classifier.understand(text)))


async def locate(context: Context) -> int:
    found = await _language(context)
    if context.args.show:
        return show.each_line(context, found.places.locate)
    return _each_line(context, lambda text: as_json.located(found.places.locate(text)))
