"""The daemon's work on one vault: a pass, what it logs, a look-up, a reload, a heartbeat."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.vaults import Vault
from vault_sync.core.model.plan import Conflict, Create, Outcome, Plan, Rename, Trash, Undone, Write
from vault_sync.core.model.values import Facts, Key, Problem, RelPath
from vault_sync.daemon import vault_pass
from vault_sync.daemon.vault_pass import VaultPass
from vault_sync.edge.config import WatchConfig, load
from vault_sync.edge.platform import current
from vault_sync.edge.sources.lookup import Answer
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.heartbeat import Heartbeat
from vault_sync.edge.state.store import open_state
from vault_sync.edge.watch.batches import ChangeBatch
from vault_sync.sync.request import PassRequest, PassResult
from vault_sync.sync.view import PassContext

A, B, C = (RelPath(f"{name}.md") for name in "abc")
KEY = Key("arxiv:2308.07124")
CONFLICT = Conflict(KEY, A, B, "title", "T", "S", reason="both changed it")
ODD = Problem("c.md", "odd", "is odd", "mend it")


@pytest.fixture
def watched(empty_vault: Vault, caplog: pytest.LogCaptureFixture) -> VaultPass:
    caplog.set_level(logging.DEBUG, "vault_sync")
    root = empty_vault.root
    return VaultPass(load(root), open_state(root, empty_vault.env), offline=False)


def engine_of(
    monkeypatch: pytest.MonkeyPatch, result: PassResult
) -> list[tuple[PassContext, PassRequest]]:
    """Stand in for a pass. Return a list of what it is called with."""
    calls: list[tuple[PassContext, PassRequest]] = []

    def run(context: PassContext, request: PassRequest) -> PassResult:
        calls.append((context, request))
        return result

    monkeypatch.setattr(vault_pass, "run", run)
    return calls


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_pass_is_told_what_changed_and_what_it_must_not_write(
    watched: VaultPass, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = engine_of(monkeypatch, PassResult(Plan()))
    batch = ChangeBatch(paths=frozenset({A, RelPath("vault-sync.toml")}), bulk=True, why="events")
    watched.run_pass(batch, frozenset({B}))
    watched.run_pass(replace(batch, swept=True, bulk=False), frozenset())
    (context, request), (swept, other) = calls
    assert context.hints == frozenset({A}) and swept.hints is None, "a sweep looks at all"
    assert request.deferred == {B} and not other.deferred
    assert request.bulk and request.patient and not other.bulk
    assert request.cause == other.cause == "watch"


def test_what_it_did_is_logged_and_summed_up(
    watched: VaultPass, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done = (
        Create(A, "new", ""),
        Write(B, "old", "newer", ""),
        Rename(C, RelPath("d.md"), "moved", ""),
        Trash(RelPath("e.md"), RelPath(".trash/e.md"), "gone", ""),
    )
    undone = Undone(Write(RelPath("f.md"), "", "x", ""), "it is read-only")
    plan = Plan(problems=(ODD,), conflicts=(CONFLICT,), wanted=(KEY,), digests=1)
    engine_of(
        monkeypatch,
        PassResult(plan, Outcome(done, (undone,)), waiting=(Create(C, "", ""),), arriving=True),
    )
    found = watched.run_pass(ChangeBatch(why="start"), frozenset())
    assert found.written == {A: sha256("new"), B: sha256("newer"), "d.md": sha256("moved")}
    assert watched.written == found.written
    assert found.waiting == {C} and found.wanted and found.arriving
    assert found.conflicts == {"title of b.md and a.md (both changed it)"}
    assert found.problems == (ODD,) and "1 renamed, 1 to the trash" in found.summary
    levels = {record.getMessage(): record.levelname for record in caplog.records}
    assert [levels[each] for each in levels if "read-only" in each] == ["WARNING"]
    assert sum(level == "INFO" for level in levels.values()) == len(done)


@pytest.mark.parametrize(("offline", "enabled"), [(True, True), (False, False)])
def test_who_may_not_be_asked_is_not_wanted(
    watched: VaultPass, monkeypatch: pytest.MonkeyPatch, offline: bool, enabled: bool
) -> None:
    engine_of(monkeypatch, PassResult(Plan(wanted=(KEY,))))
    watched.offline = offline
    watched.config = watched.config._replace(arxiv=watched.config.arxiv._replace(enabled=enabled))
    assert not watched.run_pass(ChangeBatch(), frozenset()).wanted


@pytest.mark.parametrize(
    ("facts", "came"), [({}, False), ({"2308.07124": Facts(title="OctoPack")}, True)]
)
def test_it_looks_up_what_the_last_pass_wanted(
    watched: VaultPass,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    facts: Mapping[str, Facts],
    came: bool,
) -> None:
    asked: list[Sequence[str]] = []

    def look_up(_: object, ids: Sequence[str], *, stop: threading.Event) -> Answer:
        assert not stop.is_set()
        asked.append(ids)
        return Answer(facts, frozenset(), frozenset(), (ODD,))

    monkeypatch.setattr(vault_pass, "look_up", look_up)
    watched.wanted = (KEY,)
    assert watched.look_up(threading.Event()) is came
    assert asked == [["2308.07124"]]
    assert any("is odd" in each for each in caplog.messages)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_conflict_is_shown_on_the_desktop_where_that_is_wanted(
    watched: VaultPass, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(vault_pass, "desktop", lambda *words: shown.append(words))
    watched.config = watched.config._replace(watch=watched.config.watch._replace(notify=wanted))
    watched.notify("title", "text")
    assert shown == ([("title", "text")] if wanted else [])


def test_a_wrong_configuration_leaves_the_old_one_in_force(watched: VaultPass) -> None:
    file, before = watched.config.root / "vault-sync.toml", watched.config
    file.write_text("[watch]\nquiet = 5\n")
    assert isinstance(found := watched.reload(), WatchConfig) and found.quiet == 5
    file.write_text("[watch]\nquiet = 'long'\n")
    problem = watched.reload()
    assert isinstance(problem, Problem) and "quiet" in problem.message
    assert (problem.path, problem.code) == ("vault-sync.toml", "configuration")
    assert watched.config.watch.quiet == 5 != before.watch.quiet


def test_a_file_that_somebody_saved_just_now_is_typed_in_unless_it_was_the_daemon(
    watched: VaultPass,
) -> None:
    root = watched.config.root
    for path in (A, B):
        (root / path).write_text("text")
    watched.config = watched.config._replace(watch=watched.config.watch._replace(quiet=1000.0))
    watched.written = {B: sha256("text")}
    assert watched.typed([A, B, C]) == {A}
    (root / B).write_text("typed on")
    assert watched.typed([A, B, C]) == {A, B}


def test_a_heartbeat_is_stored_for_status(watched: VaultPass) -> None:
    watched.report(Heartbeat(7, 1.0, 2.0, "watching"))
    found = heartbeat.read(watched.state.directory)
    assert found is not None and (found.pid, found.doing) == (7, "watching")


def test_a_long_pass_tells_the_service_manager_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, told = [100.0], list[str]()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(vault_pass, "sd_notify", told.append)
    monkeypatch.setattr(vault_pass, "watchdog_seconds", lambda: 20.0)
    progress = vault_pass._watchdog_progress()
    for seconds, count in ((4.0, 0), (1.0, 1), (4.0, 1), (1.0, 2)):
        now[0] += seconds
        progress("reading", 1, 9)
        assert told == ["WATCHDOG=1"] * count


def test_what_a_pass_needed_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in circles as well; and the system has it, not this process."""

    class Node:
        pass

    node = Node()
    node.itself = node  # type: ignore[attr-defined]
    left, given = weakref.ref(node), list[bool]()
    monkeypatch.setattr(current.system, "trim_memory", lambda: given.append(left() is None))
    del node
    vault_pass.give_back()
    assert given == [True]


def test_after_a_whole_pass_the_index_is_read_again(built: Vault) -> None:
    """What a whole pass needs is given back; a part is planned from the index."""
    watched = VaultPass(load(built.root), open_state(built.root, built.env), offline=True)
    assert watched.memory.found is None
    state = watched.state
    watched.run_pass(ChangeBatch(swept=True), frozenset())
    assert watched.memory.found is not None and watched.state is not state
    state = watched.state
    watched.run_pass(ChangeBatch(paths=frozenset({A})), frozenset())
    assert watched.state is state
    assert Path(watched.state.directory).is_dir()
