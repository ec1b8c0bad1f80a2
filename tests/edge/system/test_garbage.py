"""The collector of circles is switched off for a pass, and is afterwards as it was."""

from __future__ import annotations

import gc
import weakref

import pytest
from vault_sync.edge.system.garbage import give_back, uncollected


def fail_in_a_pass() -> None:
    with uncollected():
        assert not gc.isenabled()
        raise ZeroDivisionError


@pytest.mark.parametrize("enabled", [True, False])
def test_a_pass_is_not_collected_and_leaves_the_collector_as_it_was(*, enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(ZeroDivisionError):
            fail_in_a_pass()
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


class Circle:
    def __init__(self) -> None:
        self.itself = self


def test_circles_of_a_pass_are_given_back() -> None:
    with uncollected():
        circle = weakref.ref(Circle())
        assert circle() is not None
    give_back()
    assert circle() is None
