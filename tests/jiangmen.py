"""The shipped region pack and its language, loaded once for all tests that only read them."""

from __future__ import annotations

import functools
from pathlib import Path

import nlp
from app.region_pack import load
from workflow.region import Region

PACK = Path(__file__).parents[1] / "regions" / "jiangmen"


@functools.cache
def region() -> Region:
    return load(PACK)


@functools.cache
def language() -> nlp.Language:
    return nlp.build(PACK / "language", region())
