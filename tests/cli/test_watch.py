"""`watch`: how it ends, and where its log is."""

from __future__ import annotations

import gc
import json
import logging
import signal
from pathlib import Path

import pytest
from tests.support.vaults import Vault
from vault_sync.cli import watch
from vault_sync.cli.console import Console
from vault_sync.core.model.values import RelPath
from vault_sync.daemon import loop
from vault_sync.daemon.values import DaemonTasks
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.store import open_state
from vault_sync.edge.watch.batches import ChangeBatch

LOG = logging.getLogger("vault_sync")


@pytest.fixture(autouse=True)
def _log_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the daemon is at its end then; this one is not."""
    monkeypatch.setattr(LOG, "propagate", LOG.propagate)
    monkeypatch.setattr(LOG, "level", LOG.level)


@pytest.fixture
def root(empty_vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in empty_vault.env.items():
        monkeypatch.setenv(name, value)
    return empty_vault.root


@pytest.mark.parametrize(
    ("number", "name", "code"),
    [(0, "", 0), (signal.SIGTERM, "SIGTERM", 0), (signal.SIGINT, "SIGINT", 130)],
)
def test_how_it_ended(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    name: str,
    code: int,
) -> None:
    monkeypatch.setattr(loop, "run", lambda *_, **__: int(number))
    assert watch.watch(Console(root, json=True), offline=True) == code
    assert json.loads(capsys.readouterr().out)["ended"] == name
    assert watch.watch(Console(root), offline=True) == code
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("silent", "polling"), [(None, False), ("a network folder (NFS)", True)])
def test_where_no_events_are_heard_it_looks_at_the_files(
    root: Path, monkeypatch: pytest.MonkeyPatch, silent: str | None, polling: bool
) -> None:
    given: list[bool] = []

    def run(*_: object, polling: bool, mailbox: object) -> int:
        given.append(polling)
        return 0

    monkeypatch.setattr(watch, "silent_ground", lambda _: silent)
    monkeypatch.setattr(loop, "run", run)
    watch.watch(Console(root), offline=True)
    assert given == [polling]


@pytest.mark.parametrize(("verbose", "level"), [(True, logging.DEBUG), (False, logging.INFO)])
def test_its_log_is_a_file_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verbose: bool, level: int
) -> None:
    before = list(LOG.handlers)
    with watch._logging(Console(Path(), verbose=verbose), tmp_path / "logs"):
        assert LOG.level == level and not LOG.propagate
        LOG.info("it went well")
    (file,) = (path for path in (tmp_path / "logs").rglob("*") if path.is_file())
    assert "it went well" in file.read_text()
    assert capsys.readouterr().err == f"watching; the log is {file}\n"
    assert LOG.handlers == before


def test_the_collector_is_at_work_beside_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: list[bool] = []

    def run(*_: object, **__: object) -> int:
        at_work.append(gc.isenabled())
        return 0

    monkeypatch.setattr(loop, "run", run)
    gc.disable()
    try:
        watch.watch(Console(root), offline=True)
    finally:
        gc.enable()
    assert at_work == [True]


def test_one_that_ended_has_no_heartbeat(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = open_state(root)

    def run(*_: object, **__: object) -> int:
        heartbeat.write(state.directory, heartbeat.Heartbeat(7, 1.0, 2.0))
        assert heartbeat.read(state.directory) is not None
        return 0

    monkeypatch.setattr(loop, "run", run)
    watch.watch(Console(root), offline=True)
    assert heartbeat.read(state.directory) is None


def test_the_loop_makes_passes_over_this_vault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "digests").mkdir()
    (root / "digests/w.md").write_text("https://arxiv.org/abs/2308.07124\nOctoPack (A B)\n#x\n")

    waiting: list[frozenset[RelPath]] = []

    def run(_: Path, tasks: DaemonTasks, *__: object, **___: object) -> int:
        waiting.append(tasks.run_pass(ChangeBatch(swept=True), frozenset()).waiting)
        return 0

    monkeypatch.setattr(loop, "run", run)
    watch.watch(Console(root), offline=True)
    assert waiting == [{"digests/w.md", "papers/OctoPack.md"}], "it was typed just now"
