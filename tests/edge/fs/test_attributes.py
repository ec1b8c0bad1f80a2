"""Mode and attributes of files that are replaced or made."""

from __future__ import annotations

import os
import stat

import pytest
from tests.support.written_world import P, World
from vault_sync.core.model.plan import Create, Write

# ---- what is done


def test_mode_and_attributes_stay(world: World) -> None:
    file = world.put("a.md", "old")
    file.chmod(0o640)
    try:
        os.setxattr(file, "user.colour", b"red")
    except OSError:
        pytest.skip("no extended attributes here")
    world.apply(Write(P("a.md"), "old", "new", ""))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.getxattr(file, "user.colour") == b"red"


def test_a_new_note_gets_the_mode_that_the_user_gives_to_new_files(world: World) -> None:
    umask = os.umask(0o027)
    try:
        world.apply(Create(P("a.md"), "new", ""))
    finally:
        os.umask(umask)
    assert stat.S_IMODE((world.vault / "a.md").stat().st_mode) == 0o640
