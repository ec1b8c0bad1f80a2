"""How hypothesis runs the laws: without a clock, so that a busy machine fails none."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LENGTH = int(os.environ.get("VAULT_SYNC_LAWS", "1"))
"""How many times as many examples as usual: 10 in `make sweep`."""


def examples(few: int) -> int:
    """Return how many examples a law is tried with, where `few` are usual."""
    return few * LENGTH


def without_a_clock() -> None:
    """Make settings without deadline and without the check for slow data those of all laws.

    Both measure time. A first call that imports ruamel.yaml beside eight busy processes took longer
    than a deadline, was quick when hypothesis tried it again, and so failed as flaky.
    """
    settings.register_profile(
        "without a clock", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("without a clock")
