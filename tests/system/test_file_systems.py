"""Real file systems that lack something, over loop devices: what each is believed to do is tried.

Needs the superuser, losetup, and the drivers and formatters of exFAT and NTFS; skipped without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import fake_windows
from tests.support.vaults import DIGEST, Vault
from vault_sync.cli.main import run
from vault_sync.edge.fs import reading
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.platform.rename import Expected, Volume, prove
from vault_sync.edge.state.store import open_state

BTRFS = ("mkfs.btrfs", "mount -t btrfs", ("-q",))
EXFAT = ("mkfs.exfat", "mount.exfat-fuse", ())
NTFS = ("mkntfs", "ntfs-3g", ("-F", "-Q"))
FOLDING = ("mkntfs", "lowntfs-3g -o ignore_case", ("-F", "-Q"))


def call(*arguments: object) -> str:
    done = subprocess.run(
        [str(each) for each in arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"{arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


@pytest.fixture
def mounted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    make, driver, options = request.param
    for tool in (make, driver.split()[0], "losetup", "umount"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not here")
    if os.geteuid() or not Path("/dev/fuse").exists():
        pytest.skip("nothing can be mounted here")
    image, place = tmp_path / "image", tmp_path / "disk"
    with image.open("wb") as file:
        file.truncate(128 << 20)  # the least that btrfs takes, and hardly a block of it is written
    place.mkdir()
    device = call("losetup", "--find", "--show", image)
    try:
        call(make, *options, device)
        call(*driver.split(), device, place)
        try:
            yield place
        finally:
            subprocess.run(["umount", place], check=True)
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def proved(place: Path) -> Volume:
    folder = os.open(place, os.O_RDONLY)
    try:
        return prove(folder)
    finally:
        os.close(folder)


def demo(place: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(state))
    assert run(["init", "--demo", str(place / "vault")]) == 0
    return place / "vault"


@pytest.mark.parametrize("mounted", [BTRFS], indirect=True, ids=["btrfs"])
def test_an_exchange_is_found_where_a_folder_lists_what_it_had_when_it_was_opened(
    mounted: Path,
) -> None:
    assert proved(mounted) == Volume(exchanges=True, no_replace=True, links=False)


@pytest.mark.parametrize("mounted", [EXFAT], indirect=True, ids=["exfat"])
def test_nothing_is_written_where_an_exchange_only_replaces(
    mounted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """exfat-fuse answers 0 to the exchange and keeps one of the two files."""
    assert not proved(mounted).safe
    vault = demo(mounted, tmp_path / "state", monkeypatch)
    before = {path: path.is_dir() or path.read_bytes() for path in vault.rglob("*")}
    capsys.readouterr()
    assert run(["--vault", str(vault), "rebuild", "--offline"]) == 1
    words = capsys.readouterr().err
    assert "cannot replace a file" in words and "move the vault to" in words
    assert "look at the owner" not in words
    assert {path: path.is_dir() or path.read_bytes() for path in vault.rglob("*")} == before
    assert run(["--vault", str(vault), "check"]) == 1
    assert run(["--vault", str(vault), "sync", "--offline", "--dry-run"]) == 0
    digest = next((vault / "digests").glob("*.md"))
    assert run(["--vault", str(vault), "export", str(digest)]) == 0
    capsys.readouterr()
    assert run(["--vault", str(vault), "doctor"]) == 1
    assert "nothing is written here" in capsys.readouterr().out


@pytest.mark.parametrize("mounted", [NTFS], indirect=True, ids=["ntfs"])
def test_where_there_are_only_links_all_is_done_by_them(
    mounted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert proved(mounted) == Volume(
        exchanges=False, no_replace=proved(mounted).no_replace, links=True
    )
    vault = demo(mounted, tmp_path / "state", monkeypatch)
    assert run(["--vault", str(vault), "rebuild", "--offline"]) == 0
    assert run(["--vault", str(vault), "check"]) == 0
    digest = next((vault / "digests").glob("*.md"))
    real = Volume.exchange

    def edited_first(volume: Volume, *names: int | str, expected: Expected) -> str:
        """Save as an editor that writes in place does, in the instant before the exchange."""
        monkeypatch.setattr(Volume, "exchange", real)
        with digest.open("a", encoding="utf-8") as file:
            file.write("typed in that instant\n")
        return real(volume, *names, expected)  # type: ignore[arg-type, call-arg]

    digest.write_text(digest.read_text("utf-8").replace("\n#", "\n#new #", 1), "utf-8")
    note = next((vault / "papers").glob("*.md"))
    note.write_text(f"{note.read_text('utf-8')}", "utf-8")
    monkeypatch.setattr(Volume, "exchange", edited_first)
    run(["--vault", str(vault), "sync", "--offline"])
    assert "typed in that instant" in digest.read_text("utf-8")


@pytest.mark.parametrize("path", [DIGEST, "papers/230814 OctoPack.md"])
def test_what_is_in_a_cloud_only_is_neither_read_nor_gone(
    vault: Vault, path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.ok("rebuild")
    monkeypatch.setenv("VAULT_SYNC_STATE_DIR", str(vault.state))
    before, away = vault.files(), (vault.root / path).stat().st_ino
    monkeypatch.setattr(reading, "is_away", lambda status: status.st_ino == away)
    note = vault.root / "papers/230814 Platypus.md"
    note.write_text(note.read_text("utf-8").replace("#llm", "#llm #new"), "utf-8")
    assert run(["--vault", str(vault.root), "sync"]) == 1
    said = "".join(capsys.readouterr())
    assert "Keep Downloaded" in said and path in said
    monkeypatch.undo()
    assert vault.read(path).encode() == before[path]
    assert vault.files().keys() - {"Sync conflicts.md"} == before.keys()
    assert "nothing to do" in vault.ok("sync").out


def test_on_the_stand_in_for_windows_all_is_as_here(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Vault(tmp_path / "there", tmp_path / "state there")
    shutil.copytree(vault.root, there.root)
    vault.ok("rebuild")
    with monkeypatch.context() as patch:
        fake_windows.install(patch.setattr)
        patch.setenv("VAULT_SYNC_STATE_DIR", str(there.state))
        assert run(["--vault", str(there.root), "rebuild"]) == 0
        assert there.files() == vault.files()
        for each in (vault, there):
            each.edit(DIGEST, "#ddpm", "#ddpm #edited")
        vault.ok("sync")
        assert run(["--vault", str(there.root), "sync"]) == 0
        assert there.files() == vault.files()
        assert run(["--vault", str(there.root), "undo"]) == 0
    assert "edited" not in there.read("papers/230814 Bayesian Flow Networks.md")


@pytest.mark.parametrize("mounted", [FOLDING], indirect=True, ids=["ntfs that folds case"])
def test_where_case_is_not_told_apart_a_vault_has_one_memory_and_one_lock(
    mounted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = demo(mounted, tmp_path / "state", monkeypatch)
    assert run(["--vault", str(vault), "rebuild", "--offline"]) == 0
    other = vault.with_name("VAULT")
    assert run(["--vault", str(other), "check"]) == 0
    digest = next((other / "DIGESTS").glob("*.md"))
    digest.write_text(digest.read_text("utf-8").replace("\n#", "\n#new #", 1), "utf-8")
    assert run(["--vault", str(other), "sync", "--offline"]) == 0
    assert any("  - new\n" in path.read_text("utf-8") for path in (vault / "papers").iterdir())
    assert len(list((tmp_path / "state").glob("*/state.sqlite"))) == 1
    first, second = (
        open_state(root, {"VAULT_SYNC_STATE_DIR": str(tmp_path / name)})
        for root, name in ((vault, "a"), (other, "b"))
    )
    with first.lock(0), pytest.raises(Busy), second.lock(0):
        pass
