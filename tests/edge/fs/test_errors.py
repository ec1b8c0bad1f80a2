"""Refusals of the operating system in words."""

from __future__ import annotations

import errno
import os

import pytest
from vault_sync.edge.fs.errors import Unsafe, in_words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EACCES, "permission"),
        (errno.ELOOP, "symbolic link"),
        (errno.ENOENT, "next pass"),
        (errno.EBUSY, "another program"),
    ],
)
def test_a_known_refusal_is_said_in_words(code: int, words: str) -> None:
    assert words in in_words(OSError(code, os.strerror(code)))


def test_any_other_is_said_as_the_system_says_it() -> None:
    assert in_words(OSError(errno.EDOM, "x")) == f"the system says: {os.strerror(errno.EDOM)}"
    assert in_words(Unsafe("it has hard links")) == "it has hard links"
    assert in_words(ValueError("no")) == "no"
