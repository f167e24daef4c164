"""On how many examples a property is tried: few, and the same ones, in every run.

``--hypothesis-profile=search`` tries ten times as many, and others each time.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings

USUAL, SEARCHED = 60, 600
# How long an example takes is no property: the machine may be busy.  A fixture's transaction is
# shared by the examples of a test; each undoes what it did.
SHARED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


def register() -> None:
    """Make both profiles known and take the one of every day.

    The same code is given the same examples, so that a change is blamed for what it broke alone.
    """
    settings.register_profile("calm", max_examples=USUAL, derandomize=True, **SHARED)
    settings.register_profile("search", max_examples=SEARCHED, **SHARED)
    settings.load_profile("calm")


def examples(n: int, **more: Any) -> settings:
    """So many of a dear property, or the cheap one that deserves more."""
    return settings(max_examples=n * settings().max_examples // USUAL, **more)
