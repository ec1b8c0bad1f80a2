"""`views --again`: the first name that is free."""

from __future__ import annotations

from pathlib import Path

from vault_sync.cli.capture import views
from vault_sync.edge.config import Config


def test_names_are_counted_from_two(tmp_path: Path) -> None:
    for name in ("Papers.base", "Papers 2.base", "Papers 3.base"):
        assert views._free(Config(tmp_path)) == name
        (tmp_path / name).touch()
    (tmp_path / "Papers 2.base").unlink()
    assert views._free(Config(tmp_path)) == "Papers 2.base"
