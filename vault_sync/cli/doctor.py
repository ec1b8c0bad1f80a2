"""`doctor`: look for what would bite; every finding says what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from shlex import quote

from vault_sync.cli.console import Console
from vault_sync.cli.passes import planned
from vault_sync.core.model.plan import Plan
from vault_sync.core.model.values import Problem, stem_of
from vault_sync.core.naming.note_names import UNLINKABLE
from vault_sync.core.report import lines as report
from vault_sync.edge.config import Config
from vault_sync.edge.fs.vault_dir import TEMPORARY, VaultDir
from vault_sync.edge.git import hook
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import GitError
from vault_sync.edge.platform.rename import Volume, prove
from vault_sync.edge.state import heartbeat
from vault_sync.edge.state.database import StateError
from vault_sync.edge.state.store import StateStore, state_dir
from vault_sync.edge.system.doctor import examine
from vault_sync.edge.system.orphaned_states import clean as clean_states
from vault_sync.edge.system.orphaned_states import orphan_problems, orphaned_states, second_states
from vault_sync.edge.system.surroundings import Surroundings, disk_line
from vault_sync.sync.observation.observation import base_of, observe
from vault_sync.sync.relink import BrokenLink, broken_links
from vault_sync.sync.request import PassRequest


def doctor(console: Console, *, clean: bool) -> int:
    """Show all findings; return 1 if something should be mended, 0 if all is well.

    `clean`: remove the states of vaults that are gone and unused for long.
    """
    config = console.config()
    with console.state(config) as state:
        orphans = _orphans(console, config, state, clean=clean)
        hooked = _is_hooked(config.root)
        around = Surroundings(state=state.directory, volume=cache(_volume), hook=hooked)
        plan = _plan(console, config, state)
        links = _broken_links(config, state)
        others = (*plan.problems, *links, *_of_state(state), *_of_daemon(state), *orphans)
    problems = _all_of(others, around, config)
    disk = disk_line(config.root, around)
    if console.json:
        console.answer(
            config.root,
            disk=disk,
            conflicts=[report.conflict_object(each) for each in plan.conflicts],
            problems=[report.problem_object(each) for each in problems],
            named=[report.named_object(each) for each in plan.named],
        )
    else:
        console.show_attention(
            plan._replace(problems=problems), config.rules.conflicts_note, answer=True
        )
        console.say(report.problem_lines(plan.named))
        console.say(filter(None, [disk]))
        if not problems and not plan.conflicts:
            console.say([f"nothing to mend in {config.root}"])
    fine = report.in_line(plan._replace(problems=problems))
    return report.IN_LINE if fine else report.OUT_OF_LINE


def _plan(console: Console, config: Config, state: StateStore) -> Plan:
    """Return what `check` would show, or why it can show nothing."""
    try:
        plan = planned(console, config, PassRequest(cause="doctor"))
    except StateError as error:
        return Plan(problems=(Problem(str(state.directory), "state-unusable", str(error)),))
    except OSError:
        return Plan()  # the vault is gone, which is a finding of its own
    if not plan.operations:
        return plan
    count = len(plan.operations)
    words = "1 file is out of line" if count == 1 else f"{count} files are out of line"
    hint = "`vault-sync sync` mends that, `vault-sync diff` shows how"
    waiting = Problem("", "out-of-line", words, hint, level="notice")
    return plan._replace(problems=(*plan.problems, waiting))


def _of_state(state: StateStore) -> Iterator[Problem]:
    try:
        note = state.note
    except StateError:
        return  # said by the plan
    if note is not None:
        hint = "nothing needs doing: the next pass takes nothing for a removal and starts a new one"
        yield Problem("", "state-none", f"the state counts as none: {note}", hint, level="notice")


def _broken_links(config: Config, state: StateStore) -> tuple[Problem, ...]:
    """Return the links of other files to the former names of notes."""
    try:
        found = broken_links(config.root, observe(config, base_of(state)), state)
    except (StateError, OSError):
        return ()  # said by the plan, or by the finding that the vault is gone
    return tuple(
        Problem(
            each.path,
            "broken-link",
            f"the link to '{each.target}' leads nowhere: that note is {each.note} now",
            _repair(each),
            each.line,
        )
        for each in found
    )


def _repair(link: BrokenLink) -> str:
    if UNLINKABLE.search(stem_of(link.note)):
        return "rename that note first: no link can lead to it as it is called"
    return f"`vault-sync relink {quote(link.target)} {quote(link.note)}` repairs all links to it"


def _orphans(console: Console, config: Config, state: StateStore, *, clean: bool) -> list[Problem]:
    """Return the states that no pass uses; with `clean`, old ones of vaults that are gone go."""
    own = state.directory
    parents = {own.parent}
    with suppress(StateError):  # the vault is a folder above it
        parents.add(state_dir(state.root, {}).parent)
    if clean:
        removed = clean_states(orphaned_states(own.parent), config.saved_days)
        console.say(f"removed base, index and journal in {folder}" for folder in removed)
    orphans = orphan_problems(orphaned_states(own.parent))
    return [*second_states(state.root, own, parents), *orphans]


def _of_daemon(state: StateStore) -> Iterator[Problem]:
    daemon = heartbeat.read(state.directory)
    for each in daemon.problems if daemon is not None and daemon.alive else ():
        yield each._replace(level="notice")


def _all_of(
    problems: Iterable[Problem], around: Surroundings, config: Config
) -> tuple[Problem, ...]:
    """Return the problems of a pass and the doctor's own, none of them twice."""
    of_pass = [each for each in problems if each.code != "symlink"]
    found = {each.path for each in of_pass if each.code in {"unreadable", "unlisted", "not-utf-8"}}
    own = (
        each
        for each in examine(config.root, around)
        if each.path not in found or each.code not in {"unreadable", "not-utf-8"}
    )
    return (*own, *of_pass)


def _volume(root: Path) -> Volume:
    with VaultDir(root) as vault:
        try:
            return prove(vault.folder(TEMPORARY))
        except FileNotFoundError:
            return prove(vault.fd)


def _is_hooked(root: Path) -> bool | None:
    """Return True if commits are checked: by our hook, or in the pre-commit framework's list.

    None: no commit is made here.
    """
    try:
        repository = git.repository(root, os.environ)
        folder = git.hooks_folder(repository)
    except GitError:
        return None  # no repository, or no git: no commit will pass by
    try:
        listed = (repository.top / ".pre-commit-config.yaml").read_text("utf-8", "replace")
    except OSError:
        listed = ""
    return hook.installed(folder) or "vault-sync" in listed
