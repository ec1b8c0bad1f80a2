"""Digests that a note names."""

from __future__ import annotations

from tests.support.reader import (
    ALPHA,
    NEXT,
    codes,
    cut,
    forget,
    nothing_happens,
    settled,
)

# Where nothing may happen.


def test_note_names_a_digest_without_entry_on_the_first_pass() -> None:
    vault = settled()
    cut(vault, ALPHA)
    forget(vault)
    assert codes(nothing_happens(vault)) == ["entry-missing"]
    # and from then on, for it has never been agreed on
    assert vault.known


def test_note_names_a_digest_that_is_not_there_on_the_first_pass() -> None:
    vault = settled()
    del vault.files[NEXT]
    forget(vault)
    assert codes(nothing_happens(vault)) == ["entry-missing"]
