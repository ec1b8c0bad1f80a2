"""An editor saves as fast as it can while the same file is rewritten by us: no save is lost.

A save counts as lost when the editor finds a text in its place that does not hold it, and it is not
among the saved texts either.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.folders import ROOT
from tests.support.saving import STYLES
from tests.support.written_world import NOON, P, World
from vault_sync.core.model.plan import Plan, Write
from vault_sync.edge.fs.vault_dir import read_text
from vault_sync.edge.platform import linux
from vault_sync.edge.platform.rename import prove
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def storm(world: World, style: str, saves: int) -> tuple[int, int, list[str]]:
    """How often we wrote, how often an edit was put back, and what was lost."""
    world.put("a.md", "tok-begin-")
    written = put_back = 0
    state = world.state()
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.support.faults.editor",
            world.vault / "a.md",
            style,
            str(saves),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as editor:
        while editor.poll() is None:
            try:
                text = read_text(world.vault, P("a.md"))
            except FileNotFoundError:
                continue
            with state.lock(5):
                recover(world.vault, state)
                plan = Plan((Write(P("a.md"), text, f"{text}.", "storm"),))
                outcome = apply(world.vault, state, plan, cause="storm", started=NOON)
            written += len(outcome.done)
            put_back += len(outcome.undone)
        assert editor.stdout is not None
        missed = editor.stdout.read().split()
    assert editor.returncode == 0
    with state.lock(5):
        recover(world.vault, state, time.time() + 61)
    assert list((world.vault / ".vault-sync" / "tmp").iterdir()) == []
    kept = "".join(world.saved()) + read_text(world.vault, P("a.md"))
    lost = [word for word in (*missed, f"tok-{saves - 1}-") if word not in kept]
    return written, put_back, lost


@pytest.mark.parametrize("style", STYLES)
def test_no_save_is_lost(world: World, style: str) -> None:
    written, _, lost = storm(world, style, 300)
    assert lost == []
    assert written


@pytest.mark.sweep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("style", STYLES)
def test_no_save_of_thousands_is_lost(world: World, style: str) -> None:
    written, put_back, lost = storm(world, style, 50_000)
    print(f"{style}: 50000 saves, {written} writes, {put_back} edits put back, {len(lost)} lost")
    assert lost == []
    assert put_back


@pytest.mark.parametrize("style", ["in place"])
def test_by_hard_links_no_save_in_place_is_lost(
    world: World, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "_kernel_rename", lambda: None)
    folder = os.open(world.vault, os.O_RDONLY)
    assert not prove(folder).exchanges
    os.close(folder)
    assert storm(world, style, 300)[2] == []
