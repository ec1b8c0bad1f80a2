"""When a vault is at rest, so that there is nothing to read and nothing to plan."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support import scope_world
from tests.support.folders import ROOT
from tests.support.vaults import Vault, rebuilt
from vault_sync.core.model.values import Facts, Key
from vault_sync.edge.config import load
from vault_sync.edge.state.store import open_state
from vault_sync.sync import facts
from vault_sync.sync.incremental import index, unchanged
from vault_sync.sync.request import PassRequest

LATE = "somebody saved this during an exchange"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    digest = "w\nhttps://blog.example/x1\nT: A (Ann Park)\none\n#t\n"
    vault = rebuilt(tmp_path, {"digests/w.md": digest})
    # Long ago: what was written just now is read once more.
    for path in vault.root.rglob("*.md"):
        os.utime(path, (1_600_000_000.5, 1_600_000_000.5))
    vault.ok("sync")
    shutil.rmtree(vault.root / ".vault-sync/tmp", ignore_errors=True)
    return vault


def at_rest(vault: Vault) -> bool:
    state = open_state(vault.root, vault.env)
    return unchanged.look(load(vault.root), state, PassRequest()).plan is not None


def settle(vault: Vault) -> None:
    """Passes until the index believes all stats: the change time cannot be set back."""
    end = time.monotonic() + 30
    while not at_rest(vault) and time.monotonic() < end:
        vault.ok("sync")
        shutil.rmtree(vault.root / ".vault-sync/tmp", ignore_errors=True)
    assert at_rest(vault)


def test_at_rest_without_a_folder_for_temporary_files(vault: Vault) -> None:
    settle(vault)
    assert not (vault.root / ".vault-sync/tmp").exists()


def test_not_at_rest_while_a_displaced_text_is_to_be_looked_at(vault: Vault) -> None:
    settle(vault)
    before = {path: path.read_bytes() for path in vault.root.rglob("*.md")}
    vault.write(".vault-sync/tmp/bba73ba98b19-0", LATE)
    os.utime(vault.root / ".vault-sync/tmp/bba73ba98b19-0", (1_600_000_000, 1_600_000_000))
    assert not at_rest(vault)
    vault.ok("sync")
    assert any(path.read_text() == LATE for path in vault.state.glob("*/saved/*/*"))
    assert {path: path.read_bytes() for path in vault.root.rglob("*.md")} == before


def rest(vault: scope_world.Vault, request: PassRequest = PassRequest()) -> unchanged.Rest:  # noqa: B008 - a frozen value
    for displaced in (vault.root / ".vault-sync/tmp").iterdir():
        displaced.unlink()
    return unchanged.look(vault.config, vault.state, request)


def test_a_plan_of_rest_is_the_last_one_with_what_the_walk_met() -> None:
    with scope_world.settled() as vault:
        found = rest(vault)
        assert found.plan is not None and found.walk is not None
        assert (found.plan.digests, found.plan.entries, found.plan.notes) == (2, 6, 5)
        (vault.root / "folder.md").symlink_to("nowhere")
        found = rest(vault)
        assert found.plan is not None and found.walk is not None
        assert found.plan.problems == found.walk.found.problems != ()


def test_no_plan_of_rest_for_an_unusual_pass_and_no_walk_either() -> None:
    with scope_world.settled() as vault:
        assert rest(vault, PassRequest(redo=True)) == (None, None)
        vault.put(".vault-sync/tmp/x-0", "displaced")
        assert unchanged.look(vault.config, vault.state, PassRequest()) == (None, None)


@pytest.mark.parametrize("what", ["edit", "no index", "name in capitals", "wanted", "facts"])
def test_a_walk_that_finds_no_rest_is_handed_on(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with scope_world.settled() as vault:
        if what in {"wanted", "facts"}:
            known = {} if what == "wanted" else {Key("arxiv:2308.00077"): Facts()}
            monkeypatch.setattr(vault, "facts", lambda _: known)
            scope_world.add(vault, "2308.00077", "Awaited")
            vault.settle()
        if what == "facts":
            assert rest(vault).plan is not None
            facts.facts_cache(vault.state).write_bytes(b"more is known")
        if what == "edit":
            vault.put("mine.md", "mine")
        if what == "no index":
            index.forget(index.path_of(vault.state))
        if what == "name in capitals":
            vault.put("mine.MD", "mine")
            vault.settle()
        found = rest(vault)
        assert found.plan is None and found.walk is not None
        assert (found.walk.stats is None) is (what == "no index")
        assert found.walk.found.files


IMPORTED = """
import atexit, gc, sys
from vault_sync.__main__ import main

runs = []
gc.callbacks.append(lambda phase, _about: runs.append(phase))
atexit.register(lambda: print(len(runs), *sys.modules, file=open(sys.argv[0], "w")))
sys.argv = [sys.argv[1], *sys.argv[2:]]
main()
"""


def imported(vault: Vault, *arguments: str) -> set[str]:
    """Return all modules that a call imports, as a process of its own."""
    found = vault.state.parent / "imported"
    command = [sys.executable, "-c", IMPORTED, str(found), "--vault", str(vault.root), *arguments]
    subprocess.run(command, cwd=ROOT, env=vault.env, check=True, capture_output=True)
    collections, *modules = found.read_text().split()
    assert collections == "0", "the collector runs, while nothing of it is thrown away"
    return set(modules)


NEVER = {"requests", "urllib3", "xml.etree.ElementTree", "ruamel", "subprocess", "email"}
SELDOM = {
    *("core.digest.styles.markdown.page", "core.digest.styles.styled_editor"),
    *("core.merge.file_copies", "core.merge.three_way", "core.report.marked_text"),
    *("core.citation.reference", "core.naming.week_learning", "sync.undoing", "edge.write.undo"),
}
"""Rooms that a plain edit does not enter, by the module through which each is entered."""


def test_a_pass_imports_little_that_it_does_not_need(vault: Vault) -> None:
    """Imports are half of its time: more modules only with a reason, fewer whenever it can be."""
    settle(vault)
    at_rest = imported(vault, "sync", "--offline")
    assert not at_rest & {
        *NEVER,
        "vault_sync.cli.tool.verbs",
        "traceback",
        "yaml",
        "frontmatter",
        "secrets",
        "vault_sync.sync.engine",
    }
    vault.write("digests/w.md", vault.read("digests/w.md").replace("\none", "\none more"))
    edit = imported(vault, "sync", "--offline")
    assert "one more" in vault.read("papers/T.md")
    assert not edit & {*NEVER, *(f"vault_sync.{module}" for module in SELDOM)}
    start = imported(vault, "--version")
    for modules, most in ((start, 16), (at_rest, 67), (edit, 175)):
        assert len([module for module in modules if module.startswith("vault_sync")]) <= most
