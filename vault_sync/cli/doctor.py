"""`doctor`: look for what would bite; every finding says what to do."""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.cli.console import Console
from vault_sync.cli.passes import planned
from vault_sync.core.report import lines as report
from vault_sync.edge.fs.rename import exchange_works
from vault_sync.edge.git import hook
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import GitError
from vault_sync.edge.system import doctor as examination
from vault_sync.sync.request import PassRequest


def doctor(console: Console) -> int:
    """1 if something should be mended, 0 if all is well."""
    config = console.config()
    state = console.state(config)

    def exchanges(root: object) -> bool:
        del root
        folder = os.open(config.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return exchange_works(folder)
        finally:
            os.close(folder)

    around = examination.Surroundings(
        state=state.directory, exchange=exchanges, hook=_is_hooked(config.root)
    )
    found = examination.examine(config.root, around)
    console.out(report.problem_lines(found))
    # Files that may be the notes of papers: only a look at the whole vault tells.
    console.say(report.problem_lines(planned(console, config, PassRequest(cause="doctor")).named))
    if not found:
        console.say([f"nothing to mend in {config.root}"])
    return report.OUT_OF_LINE if any(p.level == "problem" for p in found) else report.IN_LINE


def _is_hooked(root: Path) -> bool | None:
    """Whether commits are checked: by our hook, or by ours in the pre-commit framework's list."""
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
