"""`doctor`: look for what would bite; every finding says what to do."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.cli.console import Console
from vault_sync.cli.passes import planned
from vault_sync.core.report import lines as report
from vault_sync.edge.fs.own_folder import TEMPORARY
from vault_sync.edge.fs.rename import Volume, prove
from vault_sync.edge.fs.vault_dir import VaultDir
from vault_sync.edge.git import hook
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import GitError
from vault_sync.edge.system.doctor import Surroundings, examine
from vault_sync.sync.request import PassRequest


def doctor(console: Console) -> int:
    """Show all findings; return 1 if something should be mended, 0 if all is well."""
    config = console.config()
    state = console.state(config)

    around = Surroundings(state=state.directory, volume=_volume, hook=_is_hooked(config.root))
    found = examine(config.root, around)
    # Files that may be the notes of papers: only a look at the whole vault tells.
    named = planned(console, config, PassRequest(cause="doctor")).named
    if console.json:
        console.answer(
            config.root,
            problems=[report.problem_object(each) for each in found],
            named=[report.named_object(each) for each in named],
        )
    else:
        console.show_problems(found, answer=True)
        console.say(report.problem_lines(named))
    if not found:
        console.say([f"nothing to mend in {config.root}"])
    return report.OUT_OF_LINE if any(p.level == "problem" for p in found) else report.IN_LINE


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
