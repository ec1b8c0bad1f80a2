"""Each finding is planted in a sound vault, where the doctor finds nothing."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from vault_sync.core.model.values import Problem
from vault_sync.edge.platform import current
from vault_sync.edge.platform.rename import Volume
from vault_sync.edge.system import doctor, vault_files
from vault_sync.edge.system.doctor import examine
from vault_sync.edge.system.surroundings import Surroundings

SOUND = Volume(exchanges=True, no_replace=True, links=False)
NOW = 1_700_000_000.0


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    root = tmp_path / "vault"
    for folder in ("papers", "digests", ".obsidian", ".git"):
        (root / folder).mkdir(parents=True)
    (root / "digests" / "2023년 8월 3주차.md").write_text("한글\n", encoding="utf-8")
    (root / "papers" / "230814 OctoPack.md").write_text("x\n")
    (root / "papers" / "BERT 2.md").write_text("a paper of that name\n")
    for path in root.rglob("*.md"):
        os.utime(path, (NOW, NOW))
    return root


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    limits = tmp_path / "proc" / "sys" / "fs" / "inotify"
    limits.mkdir(parents=True)
    (limits / "max_user_watches").write_text("8192\n")
    (limits / "max_user_instances").write_text("128\n")
    (tmp_path / "proc" / "self").mkdir()
    (tmp_path / "proc" / "self" / "mountinfo").write_text("1 0 8:1 / / rw - ext4 /dev/a rw\n")
    (tmp_path / "state").mkdir(mode=0o700)
    return Surroundings(
        state=tmp_path / "state",
        volume=lambda _: SOUND,
        hook=True,
        proc=tmp_path / "proc",
        platform="linux",
        now=NOW,
        free=lambda _: 10**12,
    )


def _closed(root: Path) -> Volume:
    raise PermissionError(root)


def _only(problems: list[Problem], code: str, level: str = "problem") -> Problem:
    (found,) = problems
    assert (found.code, found.level) == (code, level)
    assert found.message
    assert found.hint
    return found


# What must not be found


def test_a_sound_vault(vault: Path, around: Surroundings) -> None:
    assert examine(vault, around) == []


def test_what_it_cannot_ask_it_does_not_claim(vault: Path, around: Surroundings) -> None:
    elsewhere = replace(around, proc=around.proc / "none", volume=None, hook=None)
    assert examine(vault, elsewhere) == []


def test_a_state_that_is_not_made_yet(vault: Path, around: Surroundings) -> None:
    assert examine(vault, replace(around, state=around.state / "a" / "b")) == []


@pytest.mark.parametrize(
    "name",
    [
        ".OBSIDIANTEST",
        ".trash/a (conflicted copy).md",
        ".obsidian/x.sync-conflict-20230801-101010-ABCDEFG.md",
        "papers/Dropbox (Houston et al.).md",
        "papers/GPT (1).md",
        "papers/GPT 4.md",
        "papers/On conflicted copy mechanisms.md",
        "papers/empty.md",
    ],
)
def test_names_that_mean_nothing(vault: Path, around: Surroundings, name: str) -> None:
    (vault / name).parent.mkdir(exist_ok=True)
    (vault / name).write_text("")
    os.utime(vault / name, (NOW, NOW))
    assert examine(vault, around) == []


def test_the_same_name_in_two_folders_is_no_twin(vault: Path, around: Surroundings) -> None:
    (vault / "digests" / "230814 octopack.md").write_text("x")
    os.utime(vault / "digests" / "230814 octopack.md", (NOW, NOW))
    assert examine(vault, around) == []


# What must


def test_no_vault(tmp_path: Path, around: Surroundings) -> None:
    _only(examine(tmp_path / "none", around), "vault-gone")


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("papers/a (Conflicted copy phone 202308011010).md", "Obsidian Sync"),
        ("papers/a (Conflicted copy).md", "Obsidian Sync"),
        ("papers/a.sync-conflict-20230801-101010-ABCDEFG.md", "Syncthing"),
        ("papers/a (kim's conflicted copy 2023-08-01).md", "Dropbox"),
        ("papers/a (conflicted copy 2023-08-01 101010).md", "Nextcloud"),
    ],
)
def test_conflict_copies(vault: Path, around: Surroundings, name: str, who: str) -> None:
    (vault / name).write_text("x")
    os.utime(vault / name, (NOW, NOW))
    found = _only(examine(vault, around), "conflict-copy")
    assert found.path == name
    assert who in found.message


@pytest.mark.parametrize("name", ["230814 OctoPack 2.md", "230814 OctoPack (1).md"])
def test_numbered_copies(vault: Path, around: Surroundings, name: str) -> None:
    (vault / "papers" / name).write_text("x")
    os.utime(vault / "papers" / name, (NOW, NOW))
    assert _only(examine(vault, around), "numbered-copy", "notice").path == f"papers/{name}"


@pytest.mark.parametrize(
    "twin",
    [
        "papers/230814 octopack.md",
        unicodedata.normalize("NFD", "digests/2023년 8월 3주차.md"),
        "Papers",
    ],
)
def test_twins(vault: Path, around: Surroundings, twin: str) -> None:
    if twin.endswith(".md"):
        (vault / twin).write_text("x")
        os.utime(vault / twin, (NOW, NOW))
    else:
        (vault / twin).mkdir()
    found = _only(examine(vault, around), "twins")
    assert twin in {found.path, found.message.split("differs from ")[1].split(" only")[0]}


@pytest.mark.parametrize(
    ("text", "line", "like"),
    [
        ("하나\n".encode() + "둘".encode("cp949"), 2, "not UTF-8; "),
        ("하나 둘\n".encode("cp949"), 1, "looks like EUC-KR"),
        ("words\n".encode("utf-16"), 1, "looks like UTF-16"),
    ],
)
def test_bytes_that_are_not_utf_8(
    text: bytes, line: int, like: str, vault: Path, around: Surroundings
) -> None:
    (vault / "papers" / "old.md").write_bytes(text)
    os.utime(vault / "papers" / "old.md", (NOW, NOW))
    found = _only(examine(vault, around), "not-utf-8")
    assert (found.path, found.line) == ("papers/old.md", line)
    assert like in found.message


def test_a_file_that_cannot_be_read(vault: Path, around: Surroundings) -> None:
    def read(root: Path, path: str) -> bytes:
        if "BERT" in path:
            raise PermissionError(13, "Permission denied")
        return (root / path).read_bytes()

    found = _only(examine(vault, replace(around, read=read)), "unreadable")
    assert found.path == "papers/BERT 2.md"
    assert "Permission denied" in found.message


def test_a_date_in_the_future(vault: Path, around: Surroundings) -> None:
    os.utime(vault / "papers" / "BERT 2.md", (NOW + 30, NOW + 30))
    assert examine(vault, around) == []
    os.utime(vault / "papers" / "BERT 2.md", (NOW + 7200, NOW + 7200))
    assert _only(examine(vault, around), "clock", "notice").path == "papers/BERT 2.md"


def test_links_and_files_that_are_not_here(vault: Path, around: Surroundings) -> None:
    (vault / "vault-sync.toml").unlink(missing_ok=True)
    (vault / "vault-sync.toml").symlink_to("../elsewhere.toml")
    assert not [each for each in examine(vault, around) if each.code == "symlink"]
    (vault / "papers" / "link.md").symlink_to("BERT 2.md")
    assert _only(examine(vault, around), "symlink", "notice").path == "papers/link.md"
    (vault / "papers" / "link.md").unlink()
    (vault / "papers" / ".GPT.md.icloud").write_text("")
    _only(examine(vault, around), "not-downloaded")


def test_names_that_windows_cannot_have(vault: Path, around: Surroundings) -> None:
    (vault / "papers" / "a.").mkdir()
    for name in ("why: a question.md", "a./NUL.md"):
        (vault / "papers" / name).write_text("")
        os.utime(vault / "papers" / name, (NOW, NOW))
    found = _only(examine(vault, around), "names-elsewhere", "notice")
    assert (found.path, "3 such names" in found.message) == ("papers/a.", True)


def test_what_is_in_a_cloud_only_is_not_read(
    vault: Path, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(root: Path, path: str) -> bytes:
        assert not path.endswith("BERT 2.md"), "that would fetch it"
        return (root / path).read_bytes()

    away = (vault / "papers" / "BERT 2.md").stat().st_ino
    monkeypatch.setattr(vault_files, "is_away", lambda status: status.st_ino == away)
    found = _only(examine(vault, replace(around, read=read)), "not-downloaded")
    assert "Keep Downloaded" in found.hint and "Always keep" in found.hint


@pytest.mark.parametrize(
    ("watches", "level"),
    [("7", None), ("6", None), ("5", "notice"), ("3", "notice"), ("2", "problem")],
)
def test_the_watch_limit(
    vault: Path, around: Surroundings, watches: str, level: str | None
) -> None:
    """Three folders: the root, papers, digests; dot folders do not count."""
    (around.proc / "sys" / "fs" / "inotify" / "max_user_watches").write_text(watches)
    found = examine(vault, around)
    if level is None:
        assert found == []
    else:
        assert "sysctl" in _only(found, "watch-limit", level).hint


def test_the_instances_of_this_user(
    vault: Path, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for process, links in (
        ("1", ["anon_inode:inotify", "/dev/null"]),
        ("22", ["anon_inode:inotify"]),
    ):
        folder = around.proc / process / "fd"
        folder.mkdir(parents=True)
        for number, link in enumerate(links):
            (folder / str(number)).symlink_to(link)
    for process in ("3", "33"):
        (around.proc / process).mkdir()  # it ends just now
    limit = around.proc / "sys" / "fs" / "inotify" / "max_user_instances"
    limit.write_text("4")
    assert examine(vault, around) == []
    limit.write_text("3")
    assert "2 of 3" in _only(examine(vault, around), "watch-instances").message
    monkeypatch.setattr(current.files, "user_id", lambda: os.getuid() + 1)
    assert examine(vault, around) == []


def test_ground_where_events_are_not_heard(vault: Path, around: Surroundings) -> None:
    table = around.proc / "self" / "mountinfo"
    table.write_text(f"{table.read_text()}2 1 0:9 / {vault} rw - nfs4 host:/x rw\n")
    assert "NFS" in _only(examine(vault, around), "silent-ground", "notice").message


def _state_in_vault(vault: Path, around: Surroundings) -> Surroundings:
    (vault / ".state").mkdir(mode=0o700)
    return replace(around, state=vault / ".state")


def _state_is_a_file(vault: Path, around: Surroundings) -> Surroundings:
    around.state.rmdir()
    around.state.write_text("")
    return around


def _state_below_a_file(vault: Path, around: Surroundings) -> Surroundings:
    return replace(_state_is_a_file(vault, around), state=around.state / "below")


def _state_open(vault: Path, around: Surroundings) -> Surroundings:
    around.state.chmod(0o755)
    return around


def _state_remote(vault: Path, around: Surroundings) -> Surroundings:
    table = around.proc / "self" / "mountinfo"
    table.write_text(f"{table.read_text()}2 1 0:9 / {around.state} rw - cifs host:/x rw\n")
    return around


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (_state_in_vault, "state-in-vault"),
        (_state_is_a_file, "state-closed"),
        (_state_below_a_file, "state-closed"),
        (_state_open, "state-open"),
        (_state_remote, "state-remote"),
    ],
)
def test_the_state(
    vault: Path,
    around: Surroundings,
    plant: Callable[[Path, Surroundings], Surroundings],
    code: str,
) -> None:
    _only(examine(vault, plant(vault, around)), code)


def test_a_state_that_is_a_program_or_a_closed_folder_cannot_be_written(
    vault: Path, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.access
    monkeypatch.setattr(
        os,
        "access",
        lambda path, mode, **_options: path != around.state and real(path, mode, **_options),
    )
    _only(examine(vault, around), "state-closed")
    monkeypatch.undo()
    around.state.rmdir()
    around.state.write_text("")
    around.state.chmod(0o700)
    _only(examine(vault, around), "state-closed")


@pytest.mark.parametrize("bit", [os.W_OK, os.X_OK])
@pytest.mark.parametrize("what", ["state", "vault"])
def test_a_folder_must_be_written_and_entered(
    vault: Path, around: Surroundings, monkeypatch: pytest.MonkeyPatch, what: str, bit: int
) -> None:
    closed = around.state if what == "state" else vault
    monkeypatch.setattr(os, "access", lambda path, how, **_options: path != closed or not how & bit)
    _only(examine(vault, around), f"{what}-closed")


def test_a_vault_that_cannot_be_written(
    vault: Path, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode, **_options: path != vault and real(path, mode, **_options)
    )
    _only(examine(vault, around), "vault-closed")


def test_the_disk_and_the_repository(vault: Path, around: Surroundings) -> None:
    full = _only(examine(vault, replace(around, free=lambda _: 99_999_999)), "disk-full")
    assert full.message == "only 99 MB are free"
    assert examine(vault, replace(around, free=lambda _: 100_000_000)) == []
    _only(examine(vault, replace(around, hook=False)), "no-hook", "notice")
    by_links = Volume(exchanges=False, no_replace=False, links=True)
    _only(examine(vault, replace(around, volume=lambda _: by_links)), "no-exchange", "notice")
    unsafe = Volume(exchanges=False, no_replace=True, links=False)
    _only(examine(vault, replace(around, volume=lambda _: unsafe)), "no-safe-replace")


def test_on_this_machine_it_comes_to_an_end(vault: Path, tmp_path: Path) -> None:
    """With nothing given but the state: whatever it finds here says what to do."""
    assert all(found.hint for found in examine(vault, Surroundings(tmp_path / "state")))


def test_syncthing_carries_our_folder(vault: Path, around: Surroundings) -> None:
    (vault / ".stfolder").mkdir()
    (vault / ".stignore").write_text("*.pdf\n// .vault-sync\n")
    problem = _only(examine(vault, around), "own-folder-travels", "notice")
    assert ".stignore" in problem.hint
    (vault / ".stignore").write_text("*.pdf\n(?d).vault-sync\n")
    assert examine(vault, around) == []


def test_a_closed_own_folder_is_named(vault: Path, around: Surroundings) -> None:
    problem = _only(examine(vault, replace(around, volume=_closed)), "vault-closed")
    assert ".vault-sync in the vault" in problem.message


def test_what_cannot_be_written_is_said(
    vault: Path, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (vault / "papers/230814 OctoPack.md").chmod(0o444)
    problem = _only(examine(vault, around), "read-only", "notice")
    assert "a file is read-only (1 such" in problem.message
    (vault / "papers/230814 OctoPack.md").chmod(0o644)
    may = os.access
    closed = vault / "papers"
    monkeypatch.setattr(
        os,
        "access",
        lambda path, *how, **at: path != closed.name and may(path, *how, **at),
    )
    problem = _only(examine(vault, around), "read-only", "notice")
    assert (problem.path, "a folder cannot be written" in problem.message) == ("papers", True)


def test_a_disk_that_is_mounted_in_the_vault_is_tried_too(
    vault: Path, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each disk once: `papers` and a folder in it are of one."""
    (vault / "papers/2023").mkdir()
    tried = []

    def prove(root: Path) -> Volume:
        tried.append(root)
        return SOUND if root == vault else Volume(True, False, False)

    there = replace(around, volume=prove)
    assert examine(vault, there) == []
    monkeypatch.setattr(doctor, "_device", lambda folder: "papers" in folder.parts)
    problem = _only(examine(vault, there), "no-safe-replace")
    assert problem.path == "papers"
    assert tried[1:] == [vault, vault / "papers"]
