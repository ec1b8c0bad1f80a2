"""What a person was told, and what a decision does to it."""

from __future__ import annotations

import pytest
from tests.support.reader import (
    NEXT,
    NOTE_OMEGA,
    OMEGA,
    OWN,
    change,
    cut,
    forget,
    place,
    quiet,
    said,
    settled,
)

# Where something must.


@pytest.mark.parametrize("missing", [False, True])
def test_the_reader_says_that_the_note_is_meant(missing: bool) -> None:
    vault = settled()
    cut(vault, OMEGA, NEXT)
    if missing:
        del vault.files[NEXT]
    forget(vault)
    vault.sync()
    vault.sync(decisions={place(OMEGA, NEXT, "entry"): "note"})
    assert said(vault, OMEGA, NEXT).commentary == "오메가입니다."
    quiet(vault)


def test_the_reader_says_that_the_entry_is_gone() -> None:
    vault = settled()
    change(vault, NOTE_OMEGA, "오메가입니다.\n", "오메가입니다.\n" + OWN)
    cut(vault, OMEGA, NEXT)
    forget(vault)
    vault.sync()
    vault.sync(decisions={place(OMEGA, NEXT, "entry"): "digest"})
    assert "내 생각." in vault.files[NOTE_OMEGA]
    assert "2023년 8월 4주차" not in vault.files[NOTE_OMEGA]
    quiet(vault)
