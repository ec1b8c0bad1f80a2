"""What cannot be written so that it reads back as meant: no file is made, and it is said."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.memory_vault import MemoryVault
from tests.support.reader import (
    ALPHA,
    BETA,
    DELTA,
    NOTE,
    NOTE_BETA,
    OWN,
    WEEK,
    change,
    codes,
    cut,
    entry,
    quiet,
    settled,
)
from vault_sync.core.digest import reader as digest_reader
from vault_sync.core.digest.editor import first_loss
from vault_sync.core.digest.styles import lens
from vault_sync.core.model.values import Key
from vault_sync.core.reconcile.drafting import digest_operations, note_operations
from vault_sync.core.text.spans import splice

NEW = "digests/새 주.md"


def noting(commentary: str) -> MemoryVault:
    """A settled vault with a note by hand that names a digest that is not there."""
    vault = settled()
    vault.files["papers/new.md"] = (
        "---\ntitle: New\nauthors:\n  - Ann Park\nurl: https://arxiv.org/abs/2308.00042\n"
        f'digests:\n  - "[[새 주]]"\n---\n\n# [[새 주]]\n\n{commentary}\n'
    )
    return vault


def test_a_new_digest_is_made_from_a_note() -> None:
    vault = noting("할 말입니다.")
    assert not vault.sync().problems
    assert "할 말입니다." in vault.files[NEW]
    quiet(vault)


def test_a_digest_of_nothing_that_can_be_said_is_not_made() -> None:
    vault = noting("#only #tags")
    plan = vault.sync()
    assert NEW not in vault.files
    assert codes(plan) == ["would-not-read-back"]


def test_a_new_digest_that_would_not_read_back_is_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault = noting("할 말입니다.")
    monkeypatch.setattr(digest_operations, "_made", lambda *_: "새 주\n")
    plan = vault.sync()
    assert NEW not in vault.files
    assert [(each.code, each.path, each.line) for each in plan.problems] == [
        ("would-not-read-back", NEW, 1)
    ]


def test_a_rewritten_digest_that_would_not_read_back_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault = settled()
    change(vault, NOTE, "알파 둘째 줄입니다.", "고친 줄.")
    before = vault.files[WEEK]

    def losing(text: str, edits: object) -> str:
        return splice(text, edits).replace("베타 설명입니다.\n", "")  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(digest_operations, "splice", losing)
        plan = vault.sync()
        assert vault.files[WEEK] == before
        assert [(each.code, each.path, each.line) for each in plan.problems] == [
            ("would-not-read-back", WEEK, entry(vault, BETA).line)
        ]
    assert not vault.sync().problems
    assert "고친 줄." in entry(vault, ALPHA).fields.commentary


def test_an_entry_that_nobody_changes_is_not_asked_whether_it_could_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault = settled()
    change(vault, NOTE_BETA, "베타 설명입니다.", "베타를 고쳤습니다.")
    odd = digest_reader.read(vault.files[WEEK]).entries[0].fields

    def strict(fields: object, *rest: object) -> object:
        assert fields != odd
        return first_loss(fields, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(digest_operations, "first_loss", strict)
    assert not vault.sync().problems
    assert "베타를 고쳤습니다." in vault.files[WEEK]


def test_a_note_that_would_not_read_back_is_neither_made_nor_linked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault = settled()
    new = "https://arxiv.org/abs/2308.0004{0}\nNew {0} (Ann Park)\nwords\n"
    vault.files[WEEK] += new.format(2) + new.format(3)
    monkeypatch.setattr(
        note_operations, "reads_back", lambda drafted, _: "New 2" not in drafted.path
    )
    (problem,) = vault.sync().problems
    refused = entry(vault, Key("arxiv:2308.00042"))
    assert (problem.code, problem.path, problem.line) == ("would-not-read-back", WEEK, refused.line)
    assert refused.link is None and "papers/New 2.md" not in vault.files
    assert entry(vault, Key("arxiv:2308.00043")).link and "papers/New 3.md" in vault.files


def test_a_note_that_an_edit_would_make_read_otherwise_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault = settled()
    change(vault, WEEK, "알파 둘째 줄입니다.", "고친 줄.")
    before = dict(vault.files)
    monkeypatch.setattr(note_operations, "reads_back", lambda *_: False)
    (problem,) = vault.sync().problems
    assert (problem.code, problem.path) == ("would-not-read-back", WEEK)
    assert problem.line == entry(vault, ALPHA).line and vault.files == before
    monkeypatch.undo()
    assert not vault.sync().problems and "고친 줄." in vault.files[NOTE]


def test_a_note_that_would_not_read_back_is_told_at_an_entry_that_stands_or_at_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault, other = settled(), settled()
    monkeypatch.setattr(note_operations, "reads_back", lambda *_: False)
    change(vault, NOTE, "digests:\n", 'digests:\n  - "[[2023년 8월 1주차]]"\n')
    change(vault, WEEK, "알파 둘째 줄입니다.", "고친 줄.")
    (problem,) = vault.plan().problems
    assert (problem.path, problem.line) == (WEEK, entry(vault, ALPHA).line)
    other.files[NOTE] += OWN
    cut(other, ALPHA)
    (problem,) = other.plan().problems
    assert (problem.path, problem.line) == (NOTE, None)


def test_a_new_entry_that_would_not_read_back_is_told_at_the_last_one_that_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault = noting("할 말입니다.")
    vault.files["papers/new.md"] = vault.files["papers/new.md"].replace("새 주", "2023년 8월 3주차")
    append = lens.append

    def losing(*given: Any) -> str:
        return append(*given).replace("할 말입니다.", "")

    monkeypatch.setattr(lens, "append", losing)
    (problem,) = vault.plan().problems
    assert (problem.path, problem.line) == (WEEK, entry(vault, DELTA).line)
