"""Passes: one with every kind of operation in it, and one in which nothing can be done."""

from __future__ import annotations

from tests.support.written_world import P, World, agree
from vault_sync.core.model.plan import Create, Outcome, Rename, Trash, Write


def refused(world: World) -> Outcome:
    """A pass in which nothing can be done: its note is there, and the digest's link waits."""
    world.put("note.md", "somebody's")
    world.put("week.md", "entry")
    return world.apply(
        Create(P("note.md"), "new", ""),
        Write(P("week.md"), "entry", "[[note]]", ""),
        base_updates=(agree("note.md", "week.md"),),
    )


def a_pass(world: World) -> dict[str, str]:
    """A pass of every kind; the texts before it."""
    for name in "bcde":
        world.put(f"{name}.md", f"old {name}")
    before = world.texts()
    outcome = world.apply(
        Create(P("n/a.md"), "new a", "new entry"),
        Write(P("b.md"), "old b", "new b", "edited"),
        Write(P("c.md"), "old c", "new c", "edited"),
        Rename(P("c.md"), P("n/c.md"), "new c", "date known"),
        Trash(P("d.md"), P(".trash/d.md"), "old d", "removed"),
        base_updates=(
            agree("b.md", key="b"),
            agree("b.md", "c.md", key="bc"),
            agree("n/a.md", key="a"),
            agree(key="nothing written"),
        ),
    )
    assert len(outcome.done) == 5
    return before
