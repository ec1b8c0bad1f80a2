"""A person names a digest and says which side is right: what that does, and first what not."""

from __future__ import annotations

import re

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    BETA,
    NEXT,
    NOTE,
    NOTE_BETA,
    NOTE_DELTA,
    NOTE_GAMMA,
    NOTE_OMEGA,
    OMEGA,
    WEEK,
    change,
    codes,
    cut,
    noted,
    open_fields,
    quiet,
    said,
    section,
    settled,
)
from vault_sync.core.model.values import Decision, RelPath
from vault_sync.core.reconcile.pairing.decisions import apply_decisions, decide

LAST = "https://arxiv.org/abs/2308.00004"


def cut_at(vault: MemoryVault, mark: str) -> None:
    """The end of the week is gone, from `mark` on."""
    text = vault.files[WEEK]
    vault.files[WEEK] = text[: text.index(mark)]


def short() -> MemoryVault:
    """A vault whose week has lost its last entry, as if it had been cut short."""
    vault = settled()
    cut_at(vault, LAST)
    assert codes(vault.sync()) == ["last-entry-gone"]
    return vault


# What must not happen.


def test_the_notes_side_of_a_digest_cut_short_removes_nothing() -> None:
    vault = short()
    before = dict(vault.files)
    assert codes(vault.take(WEEK, "note")) == ["last-entry-gone"]
    assert vault.files == before


def test_a_belief_in_one_digest_is_none_in_another() -> None:
    vault = short()
    before = dict(vault.files)
    assert codes(vault.take(NEXT, "digest")) == ["last-entry-gone"]
    assert vault.files == before


def test_many_removals_of_a_digest_that_is_there_are_asked_about_all_the_same() -> None:
    vault = settled()
    cut_at(vault, "https://arxiv.org/abs/2308.00002")
    before = dict(vault.files)
    plan = vault.take(WEEK, "digest")
    assert codes(plan) == ["many-removals"]
    assert vault.files == before
    # and the answer to that is heard, though the file has not changed since
    number = re.findall(r"--allow-removals (\w+)", plan.problems[0].hint)[0]
    assert codes(vault.sync()) == ["many-removals"]
    vault.sync(allowed=number)
    assert not {NOTE_BETA, NOTE_GAMMA, NOTE_DELTA} & vault.files.keys()
    assert not quiet(vault).problems


@pytest.mark.parametrize("damage", ["", "2023\0", "\n\n"])
def test_no_side_of_a_damaged_digest_is_taken(damage: str) -> None:
    vault = settled()
    vault.files[WEEK] = damage
    before = dict(vault.files)
    vault.take(WEEK, "digest")
    assert vault.files == before


def test_a_digest_that_is_gone_takes_nothing_of_the_readers_along() -> None:
    vault = settled()
    del vault.files[WEEK]
    vault.files[NOTE] += "\n## My notes\n\n내 생각.\n"
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타를 고쳤다.")
    vault.take(WEEK, "digest")
    assert "내 생각." in vault.files[NOTE] and "3주차" not in vault.files[NOTE]
    # An edit beats a removal: its entry is put back, and the digest with it.
    assert "베타를 고쳤다." in vault.files[WEEK] and vault.files[WEEK].count("https://") == 1
    assert not {NOTE_GAMMA, NOTE_DELTA} & vault.files.keys()
    assert NOTE_OMEGA in vault.files
    vault.sync()
    assert not quiet(vault).problems


# What must.


def test_an_end_that_was_removed_is_removed() -> None:
    vault = short()
    assert not vault.take(WEEK, "digest").problems
    assert NOTE_DELTA not in vault.files and f".trash/{NOTE_DELTA[7:]}" in vault.files
    assert not quiet(vault).problems


def test_an_end_that_was_edited_is_an_edit() -> None:
    vault = settled()
    cut_at(vault, "델타.")
    assert codes(vault.sync()) == ["cut-short"]
    assert not vault.take(WEEK, "digest").problems
    assert section(vault, NOTE_DELTA).commentary == ""
    assert not quiet(vault).problems


def test_a_digest_that_is_gone_for_good_takes_its_entries_along() -> None:
    vault = settled()
    del vault.files[WEEK]
    assert set(codes(vault.sync())) == {"digest-missing"}
    assert not vault.take(WEEK, "digest").problems
    assert [path for path in vault.files if not path.startswith(".trash/")] == [NEXT, NOTE_OMEGA]
    vault.sync()
    assert not quiet(vault).problems


def test_a_digest_that_is_gone_is_made_again_from_its_notes() -> None:
    vault = settled()
    was = vault.files.pop(WEEK)
    assert not vault.take(WEEK, "note").problems
    assert sorted(vault.files[WEEK].split("\n")) == sorted(was.split("\n"))
    quiet(vault)


@pytest.mark.parametrize("side", ["digest", "note"])
def test_all_conflicts_of_a_digest_take_one_side(side: str) -> None:
    vault = settled()
    for path, words in ((NOTE_BETA, "베타 설명입니다."), (NOTE_GAMMA, "감마 이야기입니다.")):
        change(vault, path, words, "노트의 말.")
        change(vault, WEEK, words, "다이제스트의 말.")
    assert len(open_fields(vault.sync())) == 2
    plan = vault.take(WEEK, "digest" if side == "digest" else "note")
    assert not plan.conflicts
    wanted = "다이제스트의 말." if side == "digest" else "노트의 말."
    assert vault.files[WEEK].count(wanted) == 2
    for path in (NOTE_BETA, NOTE_GAMMA):
        assert section(vault, path).commentary == wanted
    quiet(vault)


SHARED = {"url", "title", "authors"}


@pytest.mark.parametrize(
    ("path", "side", "fields", "whole"),
    [
        (NEXT, "digest", {*SHARED, "commentary", "tags"}, True),
        (NEXT, "note", {*SHARED, "commentary", "tags", "entry"}, False),
        (NEXT, "both", {"commentary"}, False),
        (NOTE_OMEGA, "digest", {*SHARED, "commentary", "tags", "entry"}, False),
        (NOTE_OMEGA, "note", {*SHARED, "commentary", "tags", "entry"}, False),
        (NOTE_OMEGA, "both", {"commentary"}, False),
    ],
)
@pytest.mark.parametrize("is_entry_there", [True, False])
def test_a_decision_is_about_the_papers_of_that_file_and_no_other(
    path: str, side: Decision, fields: set[str], whole: bool, is_entry_there: bool
) -> None:
    vault = settled()
    if not is_entry_there:  # and the note does not name it: the base knows where it was
        cut(vault, OMEGA, NEXT)
        change(vault, NOTE_OMEGA, 'digests:\n  - "[[2023년 8월 4주차]]"', "digests: []")
        change(vault, NOTE_OMEGA, "## [[2023년 8월 4주차]]", "## 글")
    found = decide(RelPath(path), side, *vault.look())
    meant = {(OMEGA, NEXT, name) for name in fields} | ({("", NEXT, "text")} if whole else set())
    assert found == dict.fromkeys(meant, side)


@pytest.mark.parametrize("side", ["digest", "note"])
def test_a_conflict_about_a_title_is_decided_with_its_file(side: Decision) -> None:
    for path in (NOTE_BETA, WEEK):
        vault = settled()
        change(vault, WEEK, "|Beta Nets]]", "|Beta: Mine]]")
        change(vault, NOTE_BETA, "title: Beta Nets", "title: Beta Yours")
        assert not vault.take(path, side).conflicts
        meant = "Beta: Mine" if side == "digest" else "Beta Yours"
        assert said(vault, BETA).title == noted(vault, NOTE_BETA).title == meant


def test_only_the_digest_that_was_accepted_is_no_longer_locked() -> None:
    vault = settled()
    cut_at(vault, "델타.")
    vault.files[NEXT] = vault.files[NEXT].partition("오메가입니다.")[0]
    found, base = vault.look()
    assert found.locked == {WEEK: "cut-short", NEXT: "cut-short"}
    after = apply_decisions(found, decide(RelPath(WEEK), "digest", found, base))
    assert after.locked == {NEXT: "cut-short"}
    assert [each.path for each in found.problems] == [WEEK, NEXT]
    assert [each.path for each in after.problems] == [NEXT]
    assert apply_decisions(found, decide(RelPath(NOTE), "digest", found, base)) == found
    assert ALPHA in {entry.key for entry in after.digests[RelPath(WEEK)].entries}


def test_a_digest_that_is_accepted_stays_locked_for_any_other_reason() -> None:
    vault = settled()
    found, base = vault.look()
    locked = found._replace(locked={RelPath(WEEK): "conflict-markers"})
    assert apply_decisions(locked, decide(RelPath(WEEK), "digest", found, base)) is locked
