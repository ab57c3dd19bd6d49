"""How long the tests of this folder look for trouble: `PETITION_FUZZ=100` tries a hundred times as many examples, and others each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

TIMES = int(os.environ.get("PETITION_FUZZ") or "1")


def effort(examples: int) -> settings:
    """The short form is the same every time: a build must not be red by chance."""
    return settings(
        max_examples=examples * TIMES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=TIMES == 1, database=None,
        print_blob=True, phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if TIMES > 1 else [])],
    )  # fmt: skip
