"""`leave`: a daemon that goes on stands in its way; one that ends is waited for."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.support import transcript
from tests.support.git_vault import environment
from tests.support.vaults import Vault
from vault_sync.cli.tool import leave
from vault_sync.core.model.plan import Create, Outcome, Undone
from vault_sync.core.model.values import RelPath
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.heartbeat import Heartbeat
from vault_sync.edge.state.store import StateStore, open_state
from vault_sync.edge.system import service
from vault_sync.edge.system.service import Done

RUNS = Heartbeat(7, 0.0, 0.0)
GONE = Heartbeat(7, 0.0, 0.0, alive=False)


@pytest.fixture
def state(empty_vault: Vault) -> StateStore:
    return open_state(empty_vault.root, empty_vault.env)


@pytest.mark.parametrize("end", [None, GONE])
def test_a_daemon_that_ends_is_waited_for(
    state: StateStore, monkeypatch: pytest.MonkeyPatch, end: Heartbeat | None
) -> None:
    beats = [RUNS, RUNS, end]
    monkeypatch.setattr(heartbeat, "read", lambda _: beats.pop(0))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    leave._refuse_daemon(state)
    assert not beats


def test_one_that_goes_on_is_named(state: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(heartbeat, "read", lambda _: RUNS)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(Busy, match="the daemon, process 7"):
        leave._refuse_daemon(state)
    assert 9.0 < now[0] < 11.0


def test_what_was_removed_is_said_and_gone(empty_vault: Vault) -> None:
    empty_vault.write("digests/w.md", "https://arxiv.org/abs/2308.07124\nOctoPack (A B)\nw\n#t\n")
    empty_vault.ok("rebuild", "--offline")
    config, own = empty_vault.root / "vault-sync.toml", empty_vault.root / ".vault-sync"
    (memory,) = empty_vault.state.iterdir()
    said = empty_vault.ok("leave", "--yes").out.splitlines()
    for path in (config, own):
        assert f"removed {path}" in said and not path.exists()
    assert f"removed the memory in {memory}" in said
    assert said[-1] == f"every text that was replaced is still in {memory / 'saved'}"
    assert [path.name for path in memory.iterdir()] == ["saved"]


def test_a_service_is_stopped_and_what_is_left_to_run_is_said(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Done(Path("/u/v.service"), ran=("one",), todo=("two", "three"))
    monkeypatch.setattr(service, "installed", lambda *_: True)
    monkeypatch.setattr(service, "uninstall", lambda *_: done)
    said = list(transcript.said(offline_vault, "leave"))
    assert said[:3] == ["| removed /u/v.service", "| run: two", "| run: three"]
    assert said[3].startswith("| removed the memory in ") and "= 1" not in said


def test_a_folder_for_saved_texts_with_none_in_it_goes_too(
    offline_vault: Vault, state: StateStore
) -> None:
    (state.saved / "a").mkdir(parents=True)
    said = list(transcript.said(offline_vault, "leave"))
    assert not state.directory.exists() and not any("still in" in each for each in said)


def test_what_was_typed_late_is_saved_however_new_it_is(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[float] = []
    monkeypatch.setattr(leave, "sweep_displaced", lambda *given: swept.append(given[2]))
    list(transcript.said(offline_vault, "leave"))
    (now,) = swept
    assert now > time.time() + 3600.0


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_where_a_digest_is_not_given_back_nothing_is_removed(
    offline_vault: Vault, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    undone = Outcome(undone=(Undone(Create(RelPath("digests/w.md"), "", ""), "it is read-only"),))
    monkeypatch.setattr(leave, "_give_back", lambda *_: undone)
    *said, code = transcript.said(offline_vault, "leave", *options)
    assert code == "= 1" and (offline_vault.root / "vault-sync.toml").exists()
    if options:
        answer = json.loads(said.pop()[2:])
        assert answer["did"] == [] and answer["problems"][0]["path"] == "digests/w.md"
    else:
        assert said.pop() == "! digests/w.md: not written: it is read-only"
    assert not said


def test_what_is_said(request: pytest.FixtureRequest, offline_vault: Vault, tmp_path: Path) -> None:
    offline_vault.environ = environment(tmp_path)
    told, expected = transcript.retold(request, offline_vault, "leave")
    assert told == expected
