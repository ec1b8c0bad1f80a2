"""`doctor`: look for what would bite; every finding says what to do."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.cli.console import Console
from vault_sync.core.report import lines as report
from vault_sync.edge.fs.rename import exchange_works
from vault_sync.edge.git import hook
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import GitError
from vault_sync.edge.system.doctor import Surroundings, examine
from vault_sync.edge.system.orphaned_states import clean as clean_states
from vault_sync.edge.system.orphaned_states import orphan_problems, orphaned_states


def doctor(console: Console, *, clean: bool = False) -> int:
    """Show all findings; return 1 if something should be mended, 0 if all is well.

    `clean`: remove the states of vaults that are gone and unused for long.
    """
    config = console.config()
    state = console.state(config)
    orphans = orphaned_states(state.directory.parent)
    if clean:
        removed = clean_states(orphans, config.saved_days)
        console.say([f"removed base, index and journal in {folder}" for folder in removed])
        orphans = [each for each in orphans if str(each.folder) not in removed]

    def exchanges(root: object) -> bool:
        del root
        folder = os.open(config.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return exchange_works(folder)
        finally:
            os.close(folder)

    around = Surroundings(state=state.directory, exchange=exchanges, hook=_is_hooked(config.root))
    found = [*examine(config.root, around), *orphan_problems(orphans)]
    console.show_problems(found, answer=True)
    if not found:
        console.say([f"nothing to mend in {config.root}"])
    return report.OUT_OF_LINE if any(p.level == "problem" for p in found) else report.IN_LINE


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
