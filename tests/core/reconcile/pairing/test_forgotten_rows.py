"""What the base forgets."""

from __future__ import annotations

from tests.support.reader import ALPHA, NOTE, cut, knows, nothing_happens, quiet, settled

# Where nothing may happen.


def test_both_are_gone_and_forgotten() -> None:
    vault = settled()
    cut(vault, ALPHA)
    del vault.files[NOTE]
    assert not nothing_happens(vault).problems
    assert not knows(vault, ALPHA)
    quiet(vault)
