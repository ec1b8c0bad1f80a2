"""The daemon's sign of life."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from vault_sync.core.model.values import Problem
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state import heartbeat

# Its sign of life, and its place


def test_a_sign_outlives_its_daemon_and_its_process_id_does_not_count(tmp_path: Path) -> None:
    sign = heartbeat.Heartbeat(
        os.getpid(), 1.0, time.time(), "watching", 2.0, "nothing", {"a.md": 3.0}
    )
    heartbeat.write(tmp_path, sign)
    read = heartbeat.read(tmp_path)
    assert read is not None and not read.alive, "that process lives, but it is no daemon"
    assert read.lines() == [f"daemon     not running (process {os.getpid()} is gone)"]
    wrong = Problem("a.toml", "configuration", "is wrong", "mend it")
    heartbeat.write(tmp_path, replace(sign, problems=(wrong,)))
    with heartbeat.only_one(tmp_path):
        read = heartbeat.read(tmp_path)
        assert read is not None and read.alive and "watching" in read.lines()[0]
        assert [line.strip() for line in read.lines()[-2:]] == ["a.toml: is wrong", "mend it"]
        with pytest.raises(Busy, match=f"process {os.getpid()} "), heartbeat.only_one(tmp_path):
            pass
    heartbeat.forget(tmp_path)
    assert heartbeat.read(tmp_path) is None


def test_whoever_gives_a_sign_is_alive() -> None:
    assert heartbeat.Heartbeat(7, 1.0, time.time()).lines() == ["daemon     process 7, starting"]


@pytest.mark.parametrize("text", ["", "[]", '{"pid": 7}', '{"of a newer one": 1}', "{"])
def test_a_sign_of_another_version_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / heartbeat.FILE).write_text(text)
    assert heartbeat.read(tmp_path) is None


def test_the_files_that_wait_are_shown_by_name_and_a_silent_daemon_is_told(tmp_path: Path) -> None:
    waiting = dict.fromkeys(("b.md", "a.md", "c.md"), 3.0)
    sign = heartbeat.Heartbeat(os.getpid(), 1.0, time.time(), "watching", None, "", waiting)
    heartbeat.write(tmp_path, sign)
    with heartbeat.only_one(tmp_path):
        read = heartbeat.read(tmp_path)
        assert read is not None
        first, *lines = read.lines()
        assert first.endswith(", watching")
        assert [line.split(" types in ")[1][:4] for line in lines] == ["a.md", "b.md", "c.md"]
        late = replace(read, beat=read.beat - heartbeat.STALE - 1).lines()
        assert late == [f"{first} (silent for minutes: restart it)", *lines]
        assert replace(read, last_pass=0.0).lines()[1].endswith(": nothing to do")


def test_no_daemon_ran_where_a_file_stands_for_the_folder_of_states(tmp_path: Path) -> None:
    (tmp_path / "states").write_text("a file")
    assert heartbeat.read(tmp_path / "states" / "vault") is None
