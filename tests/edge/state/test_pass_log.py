"""The log of passes."""

from __future__ import annotations

from tests.support.passes import a_pass
from tests.support.written_world import P, World
from vault_sync.core.model.plan import Write
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
