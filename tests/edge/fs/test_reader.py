"""Reading many files."""

from __future__ import annotations

from tests.support.written_world import P, World
from vault_sync.edge.fs.reader import read_all

# ---- looking


def test_reading_many_goes_on_after_one_that_cannot_be_read(world: World) -> None:
    world.put("a.md", "a")
    (world.vault / "b.md").symlink_to("a.md")
    found = dict(read_all(world.vault, [P("b.md"), P("c.md"), P("a.md"), P("../x.md")]))
    assert found[P("a.md")] == "a"
    assert [getattr(found[P(path)], "code", "") for path in ("b.md", "c.md")] == ["unreadable"] * 2
