"""Reading by way of open folders."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from tests.support.written_world import P, World
from vault_sync.edge.fs.vault_dir import read_text, read_texts

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
    assert read_text(world.vault, P("a.md")) == text


# ---- looking


def test_reading_many_goes_on_after_one_that_cannot_be_read(world: World) -> None:
    world.put("a.md", "a")
    (world.vault / "b.md").symlink_to("a.md")
    found = dict(read_texts(world.vault, [P("b.md"), P("c.md"), P("a.md"), P("../x.md")]))
    assert found[P("a.md")] == "a"
    assert [getattr(found[P(path)], "code", "") for path in ("b.md", "c.md")] == ["unreadable"] * 2
