"""`leave`: take the program out of a vault, and every word of its reader's stays."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from vault_sync.cli.console import Console
from vault_sync.cli.git import remove as remove_git
from vault_sync.cli.passes import planned
from vault_sync.core.model.plan import Outcome, Plan, Write
from vault_sync.core.report import lines as report
from vault_sync.edge.config import Config
from vault_sync.edge.fs.own_files import remove_own, remove_tree
from vault_sync.edge.fs.vault_dir import OWN_FOLDER
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import GitError
from vault_sync.edge.platform.lock import Busy
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.store import StateStore
from vault_sync.edge.system import service
from vault_sync.edge.write.apply import apply
from vault_sync.edge.write.recovery import recover, sweep_displaced
from vault_sync.sync.observation.observation import Observation, base_of, exported, observe
from vault_sync.sync.request import PassRequest

_A_DAY = 86_400.0


class Choice(NamedTuple):
    """The options of one call. `everything` are the saved texts too."""

    keep_links: bool
    dry_run: bool
    yes: bool
    everything: bool


class _Leaving(NamedTuple):
    console: Console
    config: Config
    state: StateStore
    choice: Choice


def leave(console: Console, choice: Choice) -> int:
    """Stop the service, give digests back, remove hook, folder, configuration and memory.

    Raises:
        Busy: a daemon that is no service of ours runs here, or another command writes.
        StateError: the state cannot be written.
    """
    config = console.config()
    plan = planned(console, config, PassRequest(cause="leave"))
    with console.state(config) as state:
        leaving = _Leaving(console, config, state, choice)
        observation = observe(config, base_of(state))
        reasons = [] if choice.yes else list(_reasons(plan, observation))
        writes = () if choice.keep_links else tuple(_unlinked(observation))
        if reasons or choice.dry_run:
            return _show(leaving, reasons, writes)
        did = _stop_service(config)
        _refuse_daemon(state)
        outcome = _give_back(leaving, writes)
        if not outcome.undone:
            did += _remove(leaving)
        return _answer(leaving, did, outcome)


def _reasons(plan: Plan, observation: Observation) -> Iterator[str]:
    """Yield why it would be early to leave, in words."""
    if plan.conflicts:
        yield f"{report.counted(len(plan.conflicts), 'conflict')} open: `vault-sync status`"
    for path, code in observation.snapshot.locked.items():
        yield f"{path} is not read ({code}): `vault-sync status` says what to do"


def _unlinked(observation: Observation) -> Iterator[Write]:
    snapshot = observation.snapshot
    for path, digest in snapshot.digests.items():
        text = exported(observation, path)
        if text != digest.text and path not in snapshot.locked:
            yield Write(path, digest.text, text, "without the tool's links")


def _show(leaving: _Leaving, reasons: list[str], writes: tuple[Write, ...]) -> int:
    """Show what stands in the way, or what would be done; nothing is done."""
    console, config, state, choice = leaving
    code = report.OUT_OF_LINE if reasons else report.IN_LINE
    if console.json:
        operations = [report.operation_object(each) for each in writes] if not reasons else []
        console.answer(
            config.root, reasons=reasons, operations=operations, problems=[], did=[], saved=""
        )
        return code
    if reasons:
        console.complain(reasons)
        console.complain(["nothing was done; --yes leaves all the same"])
        return code
    console.say(report.operation_lines(writes))
    files = [str(config.path)] if config.path else []
    saved = "" if choice.everything else " but saved/"
    files += [str(config.root / OWN_FOLDER), f"{state.directory}{saved}"]
    console.say(f"- {each}" for each in files)
    console.say(["service, hook and merge driver, where they are installed"])
    console.say(["(dry run: nothing was done)"])
    return code


def _stop_service(config: Config) -> list[str]:
    host = service.this_host()
    if not service.installed(config.root, host):
        return []
    done = service.uninstall(config.root, host)
    return [f"removed {done.file}", *(f"run: {command}" for command in done.todo)]


def _refuse_daemon(state: StateStore) -> None:
    beat = heartbeat.read(state.directory)
    end = time.monotonic() + 10.0  # a service that was just stopped finishes its pass
    while beat is not None and beat.alive:
        if time.monotonic() > end:
            raise Busy(f"the daemon, process {beat.pid}")
        time.sleep(0.1)
        beat = heartbeat.read(state.directory)


def _give_back(leaving: _Leaving, writes: tuple[Write, ...]) -> Outcome:
    """Write the digests without links; save whatever was typed late into a file displaced."""
    _, config, state, _ = leaving
    with state.lock(5.0):
        recover(config.root, state)
        plan = Plan(writes)
        outcome = apply(config.root, state, plan, cause="leave", started=datetime.now(UTC))
        sweep_displaced(config.root, state, time.time() + _A_DAY)
    return outcome


def _remove(leaving: _Leaving) -> list[str]:
    """Remove all that is ours; return what was removed."""
    _, config, state, choice = leaving
    did = _remove_from_git(config)
    if remove_tree(config.root, OWN_FOLDER):
        did.append(f"removed {config.root / OWN_FOLDER}")
    state.close()
    texts = any(path.is_file() for path in state.saved.rglob("*"))
    for path in sorted(state.directory.iterdir()):
        if path != state.saved or choice.everything or not texts:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if not any(state.directory.iterdir()):
        state.directory.rmdir()
    did.append(f"removed the memory in {state.directory}")
    if config.path is not None:
        remove_own(config.root, config.path.name)
        did.append(f"removed {config.path}")
    return did


def _remove_from_git(config: Config) -> list[str]:
    try:
        repository = git.repository(config.root, os.environ)
        return remove_git(config, repository, git.place_of(config.root, repository))
    except GitError:
        return []  # no repository, or no git: nothing was installed


def _answer(leaving: _Leaving, did: list[str], outcome: Outcome) -> int:
    console, config, state, _ = leaving
    saved = str(state.saved) if state.saved.is_dir() else ""
    code = console.show_outcome(config.root, outcome, reasons=[], did=did, saved=saved)
    console.say(did)
    if saved and not (outcome.undone or console.json):
        console.out([f"every text that was replaced is still in {saved}"])
    return code
