"""The log of passes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.passes import a_pass
from tests.support.written_world import P, World
from vault_sync.core.model.plan import Write
from vault_sync.edge.platform import current
from vault_sync.edge.state import pass_log
from vault_sync.edge.state.pass_log import (
    all_saved,
    file_of,
    is_saved,
    name_of,
    note_lost_entries,
    save,
    save_text,
    take,
)
from vault_sync.edge.state.pass_log import records as log


def test_the_log_says_when_what_and_why(world: World) -> None:
    a_pass(world)
    world.put("x.md", "theirs")
    world.apply(Write(P("x.md"), "other", "new", "edited"))
    second, first = log(world.state())
    assert [change.kind for change in first.changes] == [
        *("create", "write", "write", "rename", "trash"),
    ]
    assert [change.to for change in first.changes] == [None, None, None, "n/c.md", ".trash/d.md"]
    assert "edited meanwhile" in str(second.changes[0].undone)
    assert log(world.state(), 1) == [second]


TEXTS = [f"text {number}".encode() for number in range(12)]


@pytest.mark.parametrize("count", [1, 12])
def test_what_is_saved_is_taken_and_for_its_owner_alone(tmp_path: Path, count: int) -> None:
    folder = tmp_path / "saved"
    names = save(folder, TEXTS[:count], count)
    assert [take(folder, name) for name in names] == TEXTS[:count]
    assert {file_of(folder, name).stat().st_mode & 0o777 for name in names} == {0o600}
    assert save(folder, TEXTS[:count], count) == names, "saved again it is the same"


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("count", [1, 12])
def test_what_is_saved_is_on_the_disk_with_each_new_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, whole: bool
) -> None:
    """Many at once by one call for all of the disk, where the system has that."""
    folder = tmp_path / "saved"
    synced: list[Path] = []
    monkeypatch.setattr(pass_log, "sync_path", synced.append)
    monkeypatch.setattr(
        pass_log, "sync_file", lambda file: synced.append(Path(f"/proc/self/fd/{file}").readlink())
    )

    def sync_everything(at: int) -> bool:
        if whole:
            synced.extend([*folder.rglob("*"), folder, tmp_path])
        return whole

    monkeypatch.setattr(pass_log, "sync_everything", sync_everything)
    save(folder, TEXTS[:count], count)
    made = {tmp_path, folder, *folder.rglob("*")}
    assert set(synced) == made
    assert whole or len(synced) == len(made), "each once"
    synced.clear()
    save(folder, TEXTS[:1], 1)
    file = file_of(folder, name_of(TEXTS[0]))
    assert {file, file.parent} <= set(synced)


@pytest.mark.parametrize("torn", [b"", b"tex", b"text 0 and more"])
def test_a_torn_text_is_not_taken_and_is_written_anew(tmp_path: Path, torn: bytes) -> None:
    folder = tmp_path / "saved"
    (name,) = save(folder, TEXTS[:1], 1)
    file_of(folder, name).write_bytes(torn)
    assert take(folder, name) is None
    save(folder, TEXTS[:1], 1)
    assert take(folder, name) == TEXTS[0]


def test_a_text_that_does_not_read_back_is_not_taken_for_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current.files, "write_at", lambda _file, rest, _at: len(rest))
    with pytest.raises(OSError, match="does not read back"):
        save(tmp_path / "saved", TEXTS[:1], 1)


def test_a_short_write_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_at = current.files.write_at
    monkeypatch.setattr(
        current.files, "write_at", lambda file, rest, at: write_at(file, rest[:3], at)
    )
    (name,) = save(tmp_path / "saved", TEXTS[:1], 1)
    assert take(tmp_path / "saved", name) == TEXTS[0]


def test_a_text_is_saved_once_and_an_empty_one_is_none(world: World) -> None:
    state = world.state()
    with state.lock(0):
        save_text(state, b"", P("a.md"), None, "displaced")
        assert not all_saved(state) and not state.saved.exists()
        for path in ("a.md", "b.md"):
            save_text(state, b"x", P(path), None, "displaced")
    assert [(row.path, row.why) for row in all_saved(state)] == [("a.md", "displaced")]
    assert is_saved(state, name_of(b"x")) and not is_saved(state, name_of(b"y"))


def test_a_pass_that_takes_no_entry_out_remembers_nothing_of_that(world: World) -> None:
    note_lost_entries(world.state(), [])  # without the lock, which a writer must have
    assert list(world.folder.iterdir()) == [world.vault]


def test_nothing_to_save_makes_nothing(tmp_path: Path) -> None:
    assert save(tmp_path / "saved", [], 0) == []
    assert list(tmp_path.iterdir()) == []
    assert take(tmp_path / "saved", name_of(b"x")) is None
