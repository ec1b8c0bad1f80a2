"""A regular expression that is compiled when it is first used."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from vault_sync import core
from vault_sync.core.text.regex import regex


def test_it_is_as_the_compiled_one() -> None:
    found = regex("(a+)b", re.IGNORECASE)
    for _ in range(2):
        match = found.fullmatch("AAb")
        assert match is not None and match[1] == "AA"
    assert found.sub("x", "ab ab") == "x x" and found.pattern == "(a+)b"


def test_nothing_is_compiled_before_it_is_used() -> None:
    wrong = regex("(")
    with pytest.raises(re.error):
        wrong.search("")


def test_every_one_of_the_package_can_be_compiled() -> None:
    found = 0
    for module in pkgutil.walk_packages(core.__path__, "vault_sync.core."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type(regex(""))):
                re.compile(value.pattern, value.flags & ~re.UNICODE)
                found += 1
    assert found > 100
