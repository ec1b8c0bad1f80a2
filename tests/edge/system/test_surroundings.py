"""The surroundings of a vault are this machine's, unless a test gives others."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from vault_sync.edge.platform import current
from vault_sync.edge.platform.rename import Volume
from vault_sync.edge.system import surroundings
from vault_sync.edge.system.surroundings import Surroundings, disk_line, folds_case


def test_by_default_they_are_this_machine(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff")
    around = Surroundings(state=tmp_path)
    assert around.free(tmp_path) > 0 and around.now > 1.6e9
    assert around.read(tmp_path, "a.md") == b"\xff"
    assert around.volume is None and around.hook is None


SOUND = Volume(exchanges=True, no_replace=True, links=False)


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    mounts = tmp_path / "proc/self/mountinfo"
    mounts.parent.mkdir(parents=True)
    mounts.write_text("1 0 8:1 / / rw - ext4 /dev/a rw\n")
    return Surroundings(
        state=tmp_path, volume=lambda _: SOUND, proc=tmp_path / "proc", platform="linux"
    )


def test_a_local_disk(tmp_path: Path, around: Surroundings) -> None:
    assert disk_line(tmp_path, around) == (
        "disk: ext4, local, case told apart, safe replace by exchange (proved), watch: one a folder"
    )


@pytest.mark.parametrize(
    ("volume", "words"),
    [
        (Volume(False, True, False, pinned=True), "safe replace by a pinned handle (proved)"),
        (Volume(False, True, True), "replace by hard links (proved)"),
        (Volume(True, False, False), "no safe replace (tried): nothing is written"),
    ],
)
def test_the_way_is_the_one_that_was_proved(
    volume: Volume, words: str, tmp_path: Path, around: Surroundings
) -> None:
    assert f", {words}," in disk_line(tmp_path, replace(around, volume=lambda _: volume))


def test_another_system_and_a_network(
    tmp_path: Path, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = replace(around, proc=tmp_path / "none")
    monkeypatch.setattr(current.system, "file_system", lambda _: "NTFS")
    monkeypatch.setattr(current.system, "ONE_WATCH", True)
    line = disk_line(tmp_path, there)
    assert line.startswith("disk: NTFS, local,") and line.endswith("watch: one of the whole vault")
    monkeypatch.setattr(current.system, "remote", lambda _: "a network folder")
    line = disk_line(tmp_path, there)
    assert ", a network folder," in line and "every few seconds" in line
    monkeypatch.setattr(current.system, "file_system", lambda _: None)
    assert "a file system that has no name here" in disk_line(tmp_path, there)


def test_what_was_not_tried_is_not_claimed(tmp_path: Path, around: Surroundings) -> None:
    def fails(_: Path) -> Volume:
        raise PermissionError

    assert disk_line(tmp_path, replace(around, volume=None)) == ""
    assert disk_line(tmp_path, replace(around, volume=fails)) == ""


def test_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "2023").touch()
    assert folds_case(tmp_path) is None, "no letter in any name"
    for name in ("Note.md", "nOTE.MD"):
        (tmp_path / name).touch()
    assert folds_case(tmp_path) is None, "both are there"
    (tmp_path / "note.md").touch()
    assert folds_case(tmp_path) is False
    monkeypatch.setattr(
        surroundings, "same_folder", lambda one, other: os.fspath(one) != os.fspath(other)
    )
    assert folds_case(tmp_path) is True
