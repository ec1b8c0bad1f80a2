"""`doctor` on a whole vault: what it asks of git and of the file system around it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from tests.support.git_vault import environment
from tests.support.vaults import DIGEST, Vault


def test_a_vault_in_git_is_asked_for_its_hook(built: Vault, tmp_path: Path) -> None:
    assert "nothing to mend" in built.ok("doctor").out
    environ = environment(tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=built.root, env=environ, check=True)
    said = built.ok("doctor").out
    assert "a commit is not checked" in said and "vault-sync git install" in said
    listed = built.root / ".pre-commit-config.yaml"
    listed.write_text("repos:\n  - repo: https://example.org/vault-sync\n")
    assert "nothing to mend" in built.ok("doctor").out
    listed.unlink()
    built.ok("git", "install")
    assert "nothing to mend" in built.ok("doctor").out
    built.ok("git", "uninstall")
    assert "a commit is not checked" in built.ok("doctor").out


def test_it_says_all_that_check_says(built: Vault) -> None:
    note = next(name for name in built.files() if name.startswith("papers/2308"))
    text = built.read(note)
    built.write("papers/zz another.md", text)
    assert "this note too is about" in built.run("doctor").out
    (built.root / "papers" / "zz another.md").unlink()
    built.write(note, text.replace("---\n", '---\na: "[\n', 1))
    ran = built.run("doctor")
    assert ran.code == 1 and "the properties cannot be read" in ran.out
    assert "nothing to mend" not in ran.out
    built.write(note, text)
    built.ok("sync", "--offline")
    built.write(DIGEST, built.read(DIGEST).replace("\n#", "\n#new #", 1))
    ran = built.ok("doctor")
    assert "out of line" in ran.out and "vault-sync sync" in ran.out


def test_what_a_pass_says_too_is_said_once(built: Vault) -> None:
    (built.root / "papers" / "link.md").symlink_to("elsewhere.md")
    (built.root / "papers" / "latin.md").write_bytes(b"---\nurl: x\n---\ncaf\xe9\n")
    problems = built.run("--json", "doctor").json["problems"]
    assert sorted(each["code"] for each in problems) == ["not-utf-8", "symlink"]


def test_a_state_that_no_command_can_open_is_said(built: Vault) -> None:
    (database,) = built.state.glob("*/state.sqlite")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 999")
        connection.commit()
    ran = built.run("doctor")
    assert ran.code == 1 and "newer vault-sync" in ran.out
    for path in database.parent.glob("state.sqlite*"):
        path.unlink()
    database.mkdir()
    ran = built.run("doctor")
    assert ran.code == 1 and "cannot be opened" in ran.out and ran.err == ""


def test_as_json_it_is_one_object(built: Vault) -> None:
    built.write("papers/a (Conflicted copy).md", "x\n")
    problems = built.run("--json", "doctor").json["problems"]
    assert [each["code"] for each in problems] == ["conflict-copy"]


def test_a_vault_of_another_folder_is_a_notice(built: Vault) -> None:
    """A state that is not this folder's counts as none: said, and nothing to mend."""
    copy = built.root.with_name("copy")
    built.root.rename(copy)
    shutil.copytree(copy, built.root)
    ran = built.ok("doctor")
    assert "the state counts as none" in ran.out
