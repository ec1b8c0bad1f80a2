"""The walk over a vault: what it sees, and what it names without following."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import FrameType

import pytest
from tests.support.written_world import P, World
from vault_sync.core.model.values import RelPath
from vault_sync.edge.fs.scan import ClosedFolder, FolderEntry, Scan, Stat, scan, walk
from vault_sync.edge.platform import current

# ---- looking


@pytest.mark.parametrize(
    ("code", "told"), [(errno.ENOENT, []), (errno.EIO, [("a.md", "unreadable")])]
)
def test_a_note_that_cannot_be_looked_at_is_told_and_one_that_went_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch, code: int, told: list[tuple[str, str]]
) -> None:
    class Entry:
        """An entry whose status cannot be had."""

        name = "a.md"

        def is_file(self, *, follow_symlinks: bool = True) -> bool:
            return not follow_symlinks

        def is_dir(self, *, follow_symlinks: bool = True) -> bool:
            return False

        def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(current.files, "entries", lambda _: iter([Entry()]))
    found = scan(world.vault)
    assert not found.files
    assert [(each.path, each.code) for each in found.problems] == told


def test_scan_sees_visible_notes_and_names_what_it_does_not_follow(world: World) -> None:
    world.put("a.md", "a")
    world.put("b/c/d.md", "d")
    for hidden in (".obsidian/x.md", ".hidden.md", "b/.trash/x.md", "note.txt", "note.MD"):
        world.put(hidden, "x")
    outside = world.folder / "outside"
    outside.mkdir()
    (world.vault / "folder").symlink_to(outside)
    (world.vault / "file.md").symlink_to(world.vault / "a.md")
    (world.vault / "picture.png").symlink_to("/nowhere")
    os.mkfifo(world.vault / "pipe.md")
    found = scan(world.vault)
    assert sorted(found.files) == ["a.md", "b/c/d.md"]
    assert found.files[P("a.md")].size == 1
    assert sorted((one.path, one.code) for one in found.problems) == [
        ("file.md", "symlink"),
        ("folder", "symlink"),
        ("pipe.md", "not-a-file"),
    ]


@pytest.mark.parametrize("mode", [0o000, 0o333, 0o400, 0o040, 0o004])
def test_a_note_that_nobody_may_read_is_told_and_counts(world: World, mode: int) -> None:
    world.put("a.md", "a").chmod(mode)
    found = scan(world.vault)
    assert list(found.files) == ["a.md"]
    told = [(each.path, each.code, each.level, each.hint) for each in found.problems]
    closed = ("a.md", "unreadable", "problem", "change its permissions")
    assert told == ([closed] if mode in {0o000, 0o333} else [])


def test_a_folder_that_is_called_like_a_note_is_a_folder(world: World) -> None:
    world.put("a.md/b.md", "b")
    (world.vault / ".c.md").symlink_to("a.md")
    found = scan(world.vault)
    assert list(found.files) == ["a.md/b.md"]
    assert not found.problems


def test_what_is_no_note_is_named_by_nobody(world: World) -> None:
    """A pipe and a link to nothing, which no note's name has."""
    os.mkfifo(world.vault / "pipe")
    (world.vault / "nothing").symlink_to("/nowhere")
    (world.vault / "circle").symlink_to("circle")
    (world.vault / "folder.MD").mkdir()
    assert scan(world.vault) == Scan({}, ())


def test_a_walk_yields_what_each_folder_holds_and_what_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("a.md", "b/c.txt", "shut/d.md", ".hidden/e.md"):
        world.put(path, "x")
    (world.vault / "link").symlink_to("b")
    os.mkfifo(world.vault / "pipe")
    open_folder = current.files.open_folder

    def deny(name: str, above: int) -> int:
        if name == "shut":
            raise PermissionError(errno.EACCES, "planted")
        return open_folder(name, above)

    monkeypatch.setattr(current.files, "open_folder", deny)
    found = list(walk(world.vault))
    assert {each.path: each.kind for each in found if isinstance(each, FolderEntry)} == {
        "a.md": "file",
        "b": "folder",
        "b/c.txt": "file",
        "shut": "folder",
        ".hidden": "hidden",
        "link": "link",
        "pipe": "other",
    }
    assert [each.path for each in found if isinstance(each, ClosedFolder)] == ["shut"]
    opened = [each for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    assert not any(str(world.vault) in os.path.realpath(each) for each in opened)


def test_a_folder_that_cannot_be_listed_is_a_problem(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("a.md", "a")
    world.put("shut/b.md", "b")
    real = os.open

    def deny(path: str, *rest: int, **names: int) -> int:
        if path == "shut":
            raise PermissionError(13, "planted")
        return real(path, *rest, **names)

    monkeypatch.setattr(os, "open", deny)
    found = scan(world.vault)
    assert list(found.files) == ["a.md"]
    assert [(one.path, one.code, one.level) for one in found.problems] == [
        ("shut", "unlisted", "problem")
    ]


def test_a_stat_is_that_of_the_walk(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("a")
    seen = os.stat(file)  # noqa: PTH116 - the walk does not go by paths either
    assert scan(tmp_path).files == {
        RelPath("a.md"): Stat(seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
    }


def test_scan_names_what_a_sync_service_has_not_finished(world: World) -> None:
    marks = (".syncthing.a.md.tmp", "b/~syncthing~a.md.tmp", "b/.a.md.icloud")
    for path in (*marks, "b/syncthing.a.md", ".obsidian/.syncthing.x.md.tmp"):
        world.put(path, "x")
    assert set(scan(world.vault).marks) == set(marks)


def test_an_ending_in_capitals_takes_a_name(tmp_path: Path) -> None:
    for name in ("a.md", "b.MD", "c.Md", "d.txt"):
        (tmp_path / name).write_text("x")
    found = scan(tmp_path)
    assert set(found.files) == {"a.md"} and set(found.otherwise) == {"b.MD", "c.Md"}


def test_a_scan_asks_little_of_a_note(tmp_path: Path) -> None:
    """A pass at rest is a scan and little else, so what is asked of each note is counted."""
    for number in range(50):
        (tmp_path / f"{number}.md").write_text("x", "utf-8")
    calls = 0

    def count(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        found = scan(tmp_path)
    finally:
        sys.setprofile(None)
    assert len(found.files) == 50
    assert calls <= 50 + 20
