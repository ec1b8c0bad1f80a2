"""Reading by way of open folders."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from tests.support.written_world import P, World
from vault_sync.edge.fs.reader import read

# ---- looking


@pytest.mark.parametrize("text", ["", "a", "0123456789"])
@pytest.mark.parametrize(("said", "most"), [(0, 0), (0, 3), (-4, 0), (4, 0), (4, 3)])
def test_a_file_is_read_to_its_end_whatever_its_size_was_said_to_be(
    world: World, monkeypatch: pytest.MonkeyPatch, text: str, said: int, most: int
) -> None:
    """It grows or shrinks meanwhile (`said` is how wrong its size is); a read may come short."""
    world.put("a.md", text)
    pread, size = os.pread, max(len(text) + said, 0)
    monkeypatch.setattr(
        "vault_sync.edge.fs.vault_dir.os.fstat", lambda _: SimpleNamespace(st_size=size)
    )
    monkeypatch.setattr(
        "vault_sync.edge.fs.vault_dir.os.pread",
        lambda file, count, at: pread(file, min(count, most or count), at),
    )
    assert read(world.vault, P("a.md")) == text
