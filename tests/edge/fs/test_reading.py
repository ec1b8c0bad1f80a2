"""One function reads a file: a regular one, of a size that can be borne."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from vault_sync.core.model.values import Problem, RelPath
from vault_sync.edge.fs.reading import MOST, NotAFile, TooLarge, code_of, read_outside
from vault_sync.edge.fs.vault_dir import read_content, read_contents, stream


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{os.open(path.parent, os.O_PATH)}/{path.name}")


def _device(path: Path) -> None:
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))  # /dev/zero, which has no end
    except PermissionError:
        pytest.skip("no devices are made here")


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 100 << 30)


KINDS: list[tuple[Callable[[Path], object], str]] = [
    (os.mkfifo, "not-a-file"),
    (_socket, "not-a-file"),
    (_device, "not-a-file"),
    (Path.mkdir, "not-a-file"),
    (_sparse, "too-large"),
    (lambda path: path.symlink_to("/dev/zero"), "unreadable"),
]


@pytest.mark.parametrize(("make", "code"), KINDS)
def test_what_is_no_file_of_a_bearable_size_is_not_read_and_the_others_are(
    tmp_path: Path, make: Callable[[Path], object], code: str
) -> None:
    make(tmp_path / "a.md")
    (tmp_path / "b.md").write_text("b")
    found = dict(read_contents(tmp_path, [RelPath("a.md"), RelPath("b.md")]))
    problem = found[RelPath("a.md")]
    assert isinstance(problem, Problem) and problem.code == code
    assert found[RelPath("b.md")] == b"b"


def test_a_file_may_have_all_the_bytes_that_are_allowed_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"12345")
    assert read_content(tmp_path, "a.md", 5) == read_outside(tmp_path / "a.md", 5) == b"12345"
    for read in (
        lambda: read_content(tmp_path, "a.md", 4),
        lambda: read_outside(tmp_path / "a.md", 4),
        lambda: stream(tmp_path, tmp_path / "a.md", 4),
        lambda: stream(None, tmp_path / "a.md", 4),
    ):
        with pytest.raises(TooLarge, match="5 bytes, and at most 4"):
            read()


def test_a_file_that_grows_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_bytes(b"1")
    monkeypatch.setattr(os, "pread", lambda _file, count, _at: b"x" * count * 1000)
    with pytest.raises(TooLarge):
        read_content(tmp_path, "a.md", 5_000)


def test_a_stream_is_of_the_vault_or_of_the_reader(tmp_path: Path) -> None:
    """In the vault no link is followed; one of the reader's own, elsewhere, is."""
    vault = tmp_path / "vault"
    vault.mkdir()
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "link").symlink_to("a")
    (vault / "link").symlink_to("../a")
    (vault / "own").write_bytes(b"own")
    for path, text in ((vault / "own", b"own"), (tmp_path / "link", b"a")):
        with stream(vault, path, MOST) as file:
            assert file.read() == text
    with pytest.raises(OSError, match="symbolic"):
        stream(vault, vault / "link", MOST)


def test_a_pipe_of_the_reader_is_no_library_either(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(NotAFile) as caught:
        read_outside(tmp_path / "a", MOST)
    assert code_of(caught.value) == "not-a-file"
