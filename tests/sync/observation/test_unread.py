"""Files of the base that may not be read: they are there all the same."""

from __future__ import annotations

import pytest
from vault_sync.core.model.base import Base
from vault_sync.core.model.plan import BaseKey
from vault_sync.core.model.values import Key, Problem, RelPath, Rules
from vault_sync.sync.observation.observation import observe_texts

NOTE = RelPath("papers/2023/T.md")
BASE = Base({BaseKey(Key("k"), "", "note"): NOTE}, exists=True)


@pytest.mark.parametrize(
    ("path", "there"), [(NOTE, True), ("papers", True), ("papers/2023", True), ("pap", False)]
)
def test_what_lies_in_a_folder_that_may_not_be_listed_is_not_gone(path: str, there: bool) -> None:
    code = "unreadable" if path == NOTE else "unlisted"
    seen = observe_texts({}, Rules(), BASE, (Problem(path, code, "no"),))
    assert (NOTE in seen.snapshot.locked, seen.snapshot.names.taken(NOTE)) == (there, there)
