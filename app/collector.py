"""Python's garbage collector in a process that serves: what is loaded once is not walked again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 10_000
"""New objects between two looks for rings among them; Python's own 700 come together within a single update."""


@contextmanager
def settled() -> Iterator[None]:
    """To be entered once all is loaded: what is there now stays as long as this lasts, and no collection looks at it. Region, language
    and libraries are some 400,000 objects; to walk them held the loop for a tenth of a second (docs/performance.md)."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
