"""The hook's file and the block in `.gitattributes`: put in and taken out without a trace."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from vault_sync.edge.git import hook

LINE = ("/opt/python3", "-I", "-P", "-m", "vault_sync")
THEIRS = "#!/bin/sh\necho theirs\n"


@pytest.mark.parametrize("theirs", [None, THEIRS])
def test_installed_and_taken_out_all_is_as_before(tmp_path: Path, theirs: str | None) -> None:
    file = tmp_path / "pre-commit"
    if theirs is not None:
        file.write_text(theirs)
    hook.install(tmp_path, LINE)
    assert hook.installed(tmp_path) and os.access(file, os.X_OK)
    once = file.read_text()
    assert "there already" in hook.install(tmp_path, LINE)[0]
    assert file.read_text() == once
    hook.uninstall(tmp_path)
    assert not hook.installed(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ([] if theirs is None else ["pre-commit"])
    assert theirs is None or file.read_text() == theirs


def test_everybody_who_may_commit_may_run_it(tmp_path: Path) -> None:
    """A file made under any umask; what else its mode said stays."""
    for mode in (0o600, 0o644):
        file = tmp_path / "pre-commit"
        file.write_text(f"{hook._MARK}\nof an earlier release\n")
        file.chmod(mode)
        assert hook.install(tmp_path, LINE) == [f"{file}: the hook"]
        assert file.stat().st_mode & 0o777 == mode | 0o111
        assert "of an earlier release" not in file.read_text()
        assert not (tmp_path / hook.SET_ASIDE).exists(), "it was ours"


def test_what_was_done_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "hooks"
    file, aside = folder / "pre-commit", folder / hook.SET_ASIDE
    assert hook.uninstall(folder) == []
    assert hook.install(folder, LINE) == [f"{file}: the hook"]
    assert hook.uninstall(folder) == [f"{file}: taken out"]
    file.write_text(THEIRS)
    assert hook.install(folder, LINE) == [
        f"{aside}: the hook that was there; ours calls it first",
        f"{file}: the hook",
    ]
    assert hook.uninstall(folder) == [f"{file}: the hook that was there before"]


def test_two_hooks_of_others_are_never_overwritten(tmp_path: Path) -> None:
    for name in ("pre-commit", hook.SET_ASIDE):
        (tmp_path / name).write_text(THEIRS)
    with pytest.raises(hook.HookError, match="by hand"):
        hook.install(tmp_path, LINE)
    assert "left as it is" in hook.uninstall(tmp_path)[0]
    assert (tmp_path / "pre-commit").read_text() == THEIRS


@pytest.mark.parametrize("before", [b"", b"*.md text\n", b"*.md text", b"\xff\r\n", b"\n"])
def test_a_block_is_added_once_and_taken_out_without_a_trace(before: bytes) -> None:
    after = hook.with_block(before, ["*.md merge=vault-sync"])
    assert after is not None
    assert b"\n*.md merge=vault-sync\n" in after
    assert hook.with_block(after, ["*.md merge=vault-sync"]) is None
    assert hook.without_block(after) == before


@pytest.mark.parametrize("text", [b"", b"a\n", b"# vault-sync: end\n# vault-sync: begin\n"])
def test_without_a_whole_block_a_file_is_left_as_it_is(text: bytes) -> None:
    assert hook.without_block(text) is None


def test_what_was_added_below_the_block_stays() -> None:
    assert hook.without_block((hook.with_block(b"a", ["b"]) or b"") + b"c\n") == b"a\nc\n"
