"""The surroundings of a vault are this machine's, unless a test gives others."""

from __future__ import annotations

from pathlib import Path

from vault_sync.edge.system.surroundings import Surroundings


def test_by_default_they_are_this_machine(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff")
    around = Surroundings(state=tmp_path)
    assert around.free(tmp_path) > 0 and around.now > 1.6e9
    assert around.read(tmp_path / "a.md") == b"\xff"
    assert around.volume is None and around.hook is None
