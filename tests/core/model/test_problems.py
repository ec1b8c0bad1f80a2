"""Problems: what they advise can be typed as it stands."""

from __future__ import annotations

import shlex

import pytest
from vault_sync.core.model import problems
from vault_sync.core.model.values import Key, RelPath

# What must.


@pytest.mark.parametrize("path", ["a.md", "What's new.md", "$(x) `y`.md", "3주차 1.md"])
def test_what_is_advised_can_be_typed(path: str) -> None:
    words = shlex.split(problems.resolve_hint(path, "digest")[1:-1])
    assert words == ["vault-sync", "resolve", path, "--take", "digest"]


def test_two_notes_of_a_paper_are_told_alike_in_whatever_order_they_were_found() -> None:
    paths = [RelPath("papers/b.md"), RelPath("papers/a.md")]
    told = problems.two_notes(Key("arxiv:1"), paths)
    assert told == problems.two_notes(Key("arxiv:1"), paths[::-1])
    assert told.path == "papers/a.md" and "'papers/a.md' and 'papers/b.md'" in told.message


def test_what_is_told_of_a_note_is_what_happened_to_it() -> None:
    digest, note = RelPath("digests/w.md"), RelPath("papers/a.md")
    gone, missing = (problems.note_missing(digest, 3, "a", just_now=now) for now in (True, False))
    assert gone.message == "the note 'a' is gone" and gone.level == "problem"
    assert missing.message == "the note 'a' behind this entry's link is missing"
    assert missing.level == "notice"
    named, other = (problems.only_named(Key("arxiv:1"), digest, each) for each in (None, note))
    assert "its note is" not in named.message and "property `url`" in named.hint
    assert other.message.endswith("its note is 'papers/a.md'") and "`url`" not in other.hint


def test_entries_that_do_not_read_are_named_with_the_reason() -> None:
    digest = RelPath("digests/w.md")
    one = problems.entry_unreadable(digest, ["a"], 4, 3, "why")
    assert (one.message, one.line) == ("the entry of 'a' does not read: why", 3)
    assert "resolve digests/w.md --take digest" in one.hint
    several = problems.entry_unreadable(digest, ["a", "b"], 4, 3, "why")
    assert several.message == "2 of 4 entries do not read, first that of 'a': why"
    assert "entry of 'a' and 1 more:" in problems.entry_cut(digest, ["a", "b"], 5, "why").message
    cut = problems.entry_cut(digest, ["a"], 5)
    assert cut.line == 5 and "'a'" in cut.message and cut.hint.startswith("use ###, or put it")
