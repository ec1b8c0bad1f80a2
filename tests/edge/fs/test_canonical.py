"""One spelling of a folder, whatever it is called."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from vault_sync.core.text.casefold import casefold_nfc
from vault_sync.edge.fs.canonical import canonical, root_id, same_folder


def test_links_are_followed_and_names_stay(tmp_path: Path) -> None:
    vault = tmp_path / "Vault"
    vault.mkdir()
    (tmp_path / "link").symlink_to("Vault")
    assert canonical(vault) == canonical(tmp_path / "link") == tmp_path.resolve() / "Vault"
    assert canonical(tmp_path / "gone/deeper") == tmp_path.resolve() / "gone/deeper"


def test_names_are_spelled_as_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system that folds case and normal form, which is played here."""
    name = unicodedata.normalize("NFD", "Café Notes")
    (tmp_path / name / "In").mkdir(parents=True)
    lookup, statvfs = os.stat, os.statvfs

    def on_disk(path: object) -> str:
        here = Path("/")
        for part in Path(os.fspath(path)).parts[1:]:  # type: ignore[call-overload]
            names = [each.name for each in here.iterdir()] if here.is_dir() else []
            alike = (each for each in names if casefold_nfc(each) == casefold_nfc(part))
            here /= part if part in names else next(alike, part)
        return str(here)

    monkeypatch.setattr(os, "statvfs", lambda path: statvfs(on_disk(path)))
    monkeypatch.setattr(
        Path, "stat", lambda path, **options: lookup(on_disk(path) if path.parts[1:] else path)
    )
    for spelled in ("café notes/in", unicodedata.normalize("NFC", "Café Notes/In")):
        assert canonical(tmp_path / spelled) == tmp_path.resolve() / name / "In"


def test_two_names_that_only_look_alike_are_two(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "Notes").mkdir()
    assert canonical(tmp_path / "Notes") != canonical(tmp_path / "notes")
    assert canonical(tmp_path / "NOTES") == tmp_path.resolve() / "NOTES", "it is not there"
    assert not same_folder(tmp_path / "notes", tmp_path / "Notes")
    assert not same_folder(tmp_path / "notes", tmp_path / "gone")
    assert root_id(tmp_path / "notes") == root_id(tmp_path / "notes")
