"""Stamps of files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs import reading
from vault_sync.edge.watch.stamps import Stamp, changed_lately, fingerprint, read_stamps, stamp

# The ground


def test_a_look_sees_the_visible_markdown_files(tmp_path: Path) -> None:
    for name in ("a.md", "b/c.md", "b/d.MD", "b/e.txt", ".git/x.md", "b/.x.md", "b/.y/z.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link.md").symlink_to("a.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "b")
    os.mkfifo(tmp_path / "pipe.md")
    assert read_stamps(tmp_path).keys() == {"a.md", "b/c.md", "b/d.MD"}
    assert read_stamps(tmp_path / "nowhere") == {}
    seen = read_stamps(tmp_path)
    assert changed_lately(seen, within=60, wall=time.time() + 100, monotonic=0.0) == {}


@pytest.mark.parametrize(
    ("age", "touched"),
    [(0.0, 500.0), (59.5, 440.5), (60.0, None), (-59.5, 500.0), (-60.0, None), (9e9, None)],
)
def test_what_changed_lately_was_touched_then_and_not_in_the_future(
    age: float, touched: float | None
) -> None:
    stamps = {RelPath("a.md"): Stamp(int((1000.0 - age) * 1e9), 1, 1)}
    found = changed_lately(stamps, within=60.0, wall=1000.0, monotonic=500.0)
    assert found == ({} if touched is None else {"a.md": touched})


def test_a_stamp_is_that_of_the_look_and_only_plain_files_have_one(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("abc")
    (tmp_path / "link.md").symlink_to("a.md")
    assert read_stamps(tmp_path) == {"a.md": stamp(tmp_path, RelPath("a.md"))}
    status = (tmp_path / "a.md").stat()
    assert stamp(tmp_path, RelPath("a.md")) == Stamp(status.st_mtime_ns, 3, status.st_ino)
    for other in ("link.md", "none.md", "."):
        assert stamp(tmp_path, RelPath(other)) is None


def test_a_fingerprint_is_of_plain_files_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"abc")
    (tmp_path / "link.md").symlink_to("a.md")
    os.mkfifo(tmp_path / "pipe.md")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert fingerprint(tmp_path, RelPath("a.md")) == known
    for other in ("link.md", "pipe.md", "none.md", "."):
        assert fingerprint(tmp_path, RelPath(other)) is None


def test_a_fingerprint_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"abc")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("a.md", "none.md", "."):
        fingerprint(tmp_path, RelPath(name))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_is_in_a_cloud_only_is_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_bytes(b"abc")
    monkeypatch.setattr(reading, "is_away", lambda _: True)
    assert fingerprint(tmp_path, RelPath("a.md")) is None
    assert "a.md" in read_stamps(tmp_path)
