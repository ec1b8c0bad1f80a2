"""A vault, or its configuration, that belongs to another user is refused until it is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from vault_sync.edge import trust
from vault_sync.edge.config import FILE, ConfigError, find_root
from vault_sync.edge.platform import current

ANOTHER = 54321
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.delenv("SUDO_UID", raising=False)
    return folder


def vault(folder: Path, owner: str) -> Path:
    """Make a vault; `owner` says what of it is another's."""
    root = folder / "above"
    (root / "papers").mkdir(parents=True)
    (root / FILE).write_text("")
    if owner in {"root", "both"}:
        os.chown(root, ANOTHER, ANOTHER)
    if owner in {"file", "both"}:
        os.chown(root / FILE, ANOTHER, ANOTHER)
    return root


@needs_root
@pytest.mark.parametrize("owner", ["root", "file", "both"])
def test_what_is_anothers_is_refused_unless_it_is_named_or_trusted(
    tmp_path: Path, owner: str
) -> None:
    root = vault(tmp_path, owner)
    for start, named in ((root, False), (root / "papers", False), (root / "papers", True)):
        with pytest.raises(ConfigError, match=r"dubious ownership.*54321.*--vault.*--trust"):
            find_root(start, named=named)
    assert find_root(root, named=True) == root
    trust.trust(root)
    assert find_root(root / "papers") == root
    assert trust.trusted() == {root}


@needs_root
def test_ones_own_and_roots_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_root(vault(tmp_path, "none")).name == "above"
    os.chown(tmp_path / "above", ANOTHER, ANOTHER)
    monkeypatch.setenv("SUDO_UID", str(ANOTHER))
    assert current.files.foreign_owner(tmp_path / "above") is None
    monkeypatch.setenv("SUDO_UID", "1")
    assert current.files.foreign_owner(tmp_path / "above") == f"user {ANOTHER}"


@needs_root
def test_a_configuration_above_does_not_win_over_the_vault_here(tmp_path: Path) -> None:
    """As in a shared temporary folder, where it had private notes written for all to read."""
    (tmp_path / "mine" / ".obsidian").mkdir(parents=True)
    (tmp_path / FILE).write_text("[notes]\nfolder = 'public'\n")
    os.chown(tmp_path / FILE, ANOTHER, ANOTHER)
    assert find_root(tmp_path / "mine") == tmp_path / "mine"


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", "[" * 5_000, '["/a"'])
def test_a_list_that_is_damaged_trusts_nothing(home: Path, text: str) -> None:
    assert trust.trusted() == frozenset()
    (home / "vault-sync").mkdir()
    (home / "vault-sync" / "trusted.json").write_text(text)
    assert trust.trusted() == frozenset()


def test_a_name_of_any_bytes_is_remembered(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"\xff\n")
    trust.trust(odd)
    trust.trust(tmp_path)
    assert trust.trusted() == {odd, tmp_path}
