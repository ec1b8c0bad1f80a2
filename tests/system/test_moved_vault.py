"""One vault has one memory and one lock, however it is spelled, and keeps them when it moves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support import fake_windows
from tests.support.vaults import Vault, rebuilt
from vault_sync.cli.main import run
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state.store import open_state

WEEK, NOTE = "digests/w.md", "papers/T.md"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    digest = "w\nhttps://arxiv.org/abs/2308.00001\nT: A (Ann Park)\nfirst line\n#t\n"
    return rebuilt(tmp_path, {WEEK: digest})


def at(vault: Vault, root: Path) -> Vault:
    return Vault(root, vault.state)


def flows(vault: Vault) -> None:
    """An edit of one side goes to the other: the base is there."""
    vault.edit(WEEK, "first line", "first line, edited")
    vault.ok("sync")
    assert "edited" in vault.read(NOTE)
    vault.ok("check")


def states(vault: Vault) -> list[str]:
    return [path.parent.name for path in vault.state.glob("*/state.sqlite")]


def test_a_renamed_vault_keeps_its_memory(vault: Vault) -> None:
    before = states(vault)
    vault.root.rename(vault.root.with_name("other"))
    moved = at(vault, vault.root.with_name("other"))
    moved.ok("check")
    assert "rebuild" in moved.ok("log").out
    assert states(vault) == before, "who only reads moves nothing"
    moved.edit(NOTE, "first line", "first line, twice")
    ran = moved.ok("sync")
    assert f"was at {vault.root} before; its memory is taken over" in ran.err
    assert "twice" in moved.read(WEEK)
    assert len(states(vault)) == 1 and states(vault) != before
    assert "memory" not in moved.ok("sync").err, "said once"
    moved.ok("undo")
    assert "twice" not in moved.read(WEEK)


def test_moved_back_and_forth(vault: Vault) -> None:
    other = vault.root.parent / "deep/er"
    other.parent.mkdir()
    vault.root.rename(other)
    flows(at(vault, other))
    other.rename(vault.root)
    vault.edit(NOTE, "first line, edited", "first line, edited again")
    vault.ok("sync")
    assert "edited again" in vault.read(WEEK)
    assert len(states(vault)) == 1


def test_a_copied_vault_has_a_memory_of_its_own(vault: Vault) -> None:
    other = vault.root.with_name("copy")
    shutil.copytree(vault.root, other)
    copy = at(vault, other)
    assert "nothing was written yet" in copy.ok("log").out
    copy.ok("sync")
    assert len(states(vault)) == 2
    flows(vault)
    assert "edited" not in copy.read(NOTE)


def test_a_copy_whose_original_is_gone_has_none(vault: Vault) -> None:
    other = vault.root.with_name("copy")
    shutil.copytree(vault.root, other)
    shutil.rmtree(vault.root)
    assert "nothing was written yet" in at(vault, other).ok("log").out


def restored(vault: Vault) -> None:
    """The vault is at its path again, in another folder, as from a backup."""
    other = vault.root.with_name("backup")
    shutil.copytree(vault.root, other)
    vault.root.rename(vault.root.with_name("away"))
    shutil.copytree(other, vault.root)


def test_a_restored_vault_keeps_its_values_and_removes_nothing_until_all_is_here(
    vault: Vault,
) -> None:
    more = "https://arxiv.org/abs/2308.0000{0}\n{1}: B (Bo Lee)\nwords\n#t\n"
    whole = vault.read(WEEK) + "".join(more.format(n, name) for n, name in enumerate("UVW", 2))
    vault.write(WEEK, whole)
    vault.ok("sync")
    linked = vault.read(WEEK)
    restored(vault)
    cut = linked[: (at := linked.index("https://arxiv.org/abs/2308.00002"))]
    vault.write(WEEK, cut + linked[linked.index("https://arxiv.org/abs/2308.00003", at) :])
    vault.edit(WEEK, "first line", "first line, edited")
    assert vault.run("check").code == 1
    assert len(states(vault)) == 1, "who only reads writes nothing"
    ran = vault.run("sync")
    assert "nothing that is missing counts as removed until all is here" in ran.err
    assert "edited" in vault.read(NOTE), "the base is there"
    assert (vault.root / "papers/U.md").is_file()
    assert "joining" in vault.ok("status").out
    assert "rebuild" in vault.ok("log").out
    vault.run("sync")
    assert "is another folder" not in vault.run("sync").err, "said once"


def test_a_restored_vault_with_the_id_of_another_has_no_memory(vault: Vault) -> None:
    vault.write(".vault-sync/id", "another\n")
    restored(vault)
    assert "nothing was written yet" in vault.ok("log").out


def test_two_vaults_that_swap_their_paths_take_nothing_from_each_other(
    vault: Vault, tmp_path: Path
) -> None:
    other = at(vault, tmp_path / "other")
    other.write("vault-sync.toml", "[arxiv]\nenabled = false\n")
    other.write(WEEK, vault.read(WEEK).replace("first line", "its own line"))
    other.ok("rebuild")
    vault.edit(WEEK, "first line", "first line, edited")  # not synced yet
    vault.root.rename(tmp_path / "between")
    other.root.rename(vault.root)
    (tmp_path / "between").rename(other.root)
    before = [each.files() for each in (vault, other)]
    for each in (vault, other):
        each.run("sync")
    assert vault.files() == before[0], "in line, and nothing of the other"
    assert "first line, edited" in other.read(WEEK)
    assert "first line\n" in other.read(NOTE), "never agreed on: a person decides"
    assert other.run("check").code == 1


def test_a_folder_without_the_id_is_another_vault(vault: Vault) -> None:
    other = vault.root.with_name("other")
    vault.root.rename(other)
    shutil.rmtree(other / ".vault-sync")
    assert "nothing was written yet" in at(vault, other).ok("log").out


def test_an_id_that_was_taken_out_comes_back(vault: Vault) -> None:
    id_ = vault.read(".vault-sync/id")
    shutil.rmtree(vault.root / ".vault-sync")
    flows(vault)
    assert vault.read(".vault-sync/id") == id_


def test_a_link_leads_to_one_memory(vault: Vault) -> None:
    link = vault.root.with_name("link")
    link.symlink_to(vault.root)
    flows(at(vault, link))
    assert len(states(vault)) == 1


def test_a_mount_leads_to_one_memory_and_one_lock(vault: Vault) -> None:
    other = vault.root.with_name("mounted")
    other.mkdir()
    mounted = subprocess.run(
        ["mount", "--bind", vault.root, other], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        flows(at(vault, other))
        with open_state(other, {"VAULT_SYNC_STATE_DIR": str(vault.state)}) as state:
            vault.edit(NOTE, "edited", "edited, twice")
            vault.ok("sync")
            with state.lock(0):  # as a daemon does in its next pass
                assert state.has_base and "memory" not in vault.ok("check").err
        assert len(states(vault)) == 1
        locked_in_both(vault.root, other)
    finally:
        subprocess.run(["umount", other], check=True)
    vault.ok("check")
    flows(vault)
    assert len(states(vault)) == 1


def locked_in_both(one: Path, other: Path) -> None:
    """Two environments have two states; the vault has one lock."""
    first = open_state(one, {"VAULT_SYNC_STATE_DIR": str(one.parent / "a")})
    second = open_state(other, {"VAULT_SYNC_STATE_DIR": str(one.parent / "b")})
    with first.lock(0), pytest.raises(Busy), second.lock(0):
        pass
    with second.lock(0):
        pass


def test_the_vault_is_locked_and_not_only_a_state_of_it(vault: Vault) -> None:
    link = vault.root.with_name("link")
    link.symlink_to(vault.root)
    locked_in_both(vault.root, link)


def test_a_vault_that_is_gone_locks_nothing(vault: Vault) -> None:
    state = open_state(vault.root, vault.env)
    shutil.rmtree(vault.root)
    with state.lock(0):
        pass


def test_where_an_open_file_keeps_its_folder_the_memory_stays_and_is_found(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where the lock is a file in it."""
    fake_windows.install(monkeypatch.setattr)
    shutil.rmtree(vault.state)  # written by this system, which counts disks otherwise
    (vault.root / NOTE).unlink()
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(vault.state))
    assert run(["--vault", str(vault.root), "rebuild"]) == 0
    before, rename = states(vault), Path.rename

    def refuse(path: Path, to: Path) -> Path:
        if path.parent == vault.state:
            raise PermissionError
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", refuse)
    moved = at(vault, rename(vault.root, vault.root.with_name("other")))
    for number in ("one", "two"):
        moved.edit(NOTE, "first line", f"first line {number}")
        assert run(["--vault", str(moved.root), "sync"]) == 0
        assert f"first line {number}" in moved.read(WEEK)
    assert states(vault) == before
    assert run(["--vault", str(moved.root), "undo"]) == 0
    assert "first line one" in moved.read(WEEK)
