"""The files that a pass saw, by paper."""

from __future__ import annotations

from tests.support.state_rows import keep, say
from tests.support.written_world import World
from vault_sync.core.model.base import FileMark
from vault_sync.core.model.values import Key, RelPath
from vault_sync.edge.state.file_marks import change_files, read_files

# An inode may be any 64 bits; a time may lie before 1970.
MARK = FileMark(2**64 - 1, 12, -(10**18), "ab")
A, B = RelPath("papers/a.md"), RelPath("papers/\udcc7.md")


def test_what_was_put_is_read_by_paper_and_forgotten(world: World) -> None:
    keep(world, say('"one"'))
    state = world.state()
    other = MARK._replace(hash="cd")
    with state.lock(0):
        with state.writing() as connection:
            change_files(connection, {A: (Key("k"), MARK), B: (Key(""), other)}, [])
        assert read_files(state.select) == {Key("k"): {A: MARK}, Key(""): {B: other}}
        assert read_files(state.select, [Key("k"), Key("none")]) == {Key("k"): {A: MARK}}
        with state.writing() as connection:
            change_files(connection, {A: (Key("j"), other)}, [B])
        assert read_files(state.select) == {Key("j"): {A: other}}
