"""A value of a plan that is not in memory is put as any other."""

from __future__ import annotations

import pytest
from vault_sync.core.model.plan import BaseKey, StoredValue, Trash, to_trash, value_words
from vault_sync.core.model.values import Key, RelPath


class Words:
    """A text that stands somewhere else."""

    def __str__(self) -> str:
        return "words"

    def __bytes__(self) -> bytes:
        return b"words"


def test_a_text_that_is_not_in_memory_is_put_under_its_own_name_alone() -> None:
    base_key = BaseKey(Key("arxiv:1"), "digests/w.md", "commentary")
    put = StoredValue(base_key, Words())
    assert dict(put) == {base_key: "words"} and len(put) == 1
    assert base_key._replace(field="title") not in put
    with pytest.raises(KeyError):
        put[base_key._replace(digest="")]


def test_what_goes_to_the_trash_keeps_its_name() -> None:
    for path, to in (("a/b.md", ".trash/b.md"), ("b.md", ".trash/b.md")):
        assert to_trash(RelPath(path), "words", "why") == Trash(
            RelPath(path), RelPath(to), "words", "why"
        )


def test_a_value_is_shown_as_a_person_reads_it() -> None:
    assert value_words("a, b") == value_words(("a", "b")) == "a, b" and value_words(()) == ""
