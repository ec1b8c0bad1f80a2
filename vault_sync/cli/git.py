"""`git install`, `git uninstall`: the pre-commit hook and the merge driver of a repository.

`git merge-driver` is what git calls then: a three-way merge of one file.
"""

from __future__ import annotations

import os
from pathlib import Path

from vault_sync.cli.console import Console, UsageError
from vault_sync.core.digest.styles.style import styles_of
from vault_sync.core.merge import documents
from vault_sync.core.merge.parts import Merged
from vault_sync.core.model.values import RelPath
from vault_sync.core.naming.globs import is_digest
from vault_sync.core.note.note import read as read_note
from vault_sync.core.report import conflicts_page
from vault_sync.core.report import lines as report
from vault_sync.core.text.encodings import as_bytes, as_text
from vault_sync.edge import config as configuration
from vault_sync.edge.command_lines import command_line, for_git
from vault_sync.edge.config import Config, ConfigError
from vault_sync.edge.fs.own_files import GIT_ATTRIBUTES, read_own, remove_own, write_own
from vault_sync.edge.fs.reading import MOST, read_outside
from vault_sync.edge.git import hook
from vault_sync.edge.git import repository as git
from vault_sync.edge.git.repository import GitError, Repository, VaultLocation

DRIVER = "merge.vault-sync"
SECTION = "vault-sync"
ATTRIBUTES = "*.md merge=vault-sync"


def install(console: Console) -> int:
    """Put hook and merge driver in place; what is there already stays and goes on working."""
    config, repository, place = _where(console)
    if place.above:
        raise UsageError(
            f"the vault {config.root} lies above the repository {repository.top}: "
            "install it in a repository that holds the vault"
        )
    before = read_own(config.root, GIT_ATTRIBUTES) or b""
    lines = hook.install(git.hooks_folder(repository), command_line())
    git.set_value(repository, f"{SECTION}.root", place.below.rstrip("/") or ".")
    git.set_value(repository, f"{DRIVER}.name", "digests entry by entry, notes field by field")
    git.set_value(repository, f"{DRIVER}.driver", _driver())
    attributes = config.root / GIT_ATTRIBUTES
    lines.append(f"git config {DRIVER}: the merge driver of this repository")
    after = hook.with_block(before, [ATTRIBUTES])
    if after is not None:
        write_own(config.root, GIT_ATTRIBUTES, after)
        lines.append(f"{attributes}: says which files it merges")
    todo = f"git add -- {report.quoted(Path(os.path.relpath(attributes)).as_posix())}"
    if console.json:
        console.answer(config.root, did=lines, todo=[todo])
    console.say([*lines, f"    commit it: {todo}"])
    return report.IN_LINE


def uninstall(console: Console) -> int:
    """Take out what `install` put in place; everything else is as it was before."""
    config, repository, place = _where(console)
    lines = remove(config, repository, place)
    if console.json:
        console.answer(config.root, did=lines, todo=[])
    console.say(lines or ["nothing of vault-sync was installed here"])
    return report.IN_LINE


def remove(config: Config, repository: Repository, place: VaultLocation) -> list[str]:
    """Take hook, driver and attributes out; return a line for each thing that was there.

    Raises:
        GitError: git refuses.
        Unsafe: the attributes are a link; nothing is taken out.
    """
    before = read_own(config.root, GIT_ATTRIBUTES) or b""
    lines = hook.uninstall(git.hooks_folder(repository))
    git.drop_section(repository, DRIVER)
    git.drop_section(repository, SECTION)
    left = hook.without_block(before)
    if left is not None:
        if left:
            write_own(config.root, GIT_ATTRIBUTES, left)
        else:
            remove_own(config.root, GIT_ATTRIBUTES)
        lines.append(f"{place.below}.gitattributes: our lines are out of it; commit it")
    return lines


def _where(console: Console) -> tuple[Config, Repository, VaultLocation]:
    config = console.config()
    repository = git.repository(config.root, os.environ)
    return config, repository, git.place_of(config.root, repository)


def _driver() -> str:
    """Return the command git merges a file with; its own where the tool is gone."""
    words = command_line("git", "merge-driver")
    return (
        f"if test -x {for_git(words[:1])}; then {for_git(words)} %O %A %B -- %P; "
        "else git merge-file -L ours -L base -L theirs %A %O %B; fi"
    )


def merge_driver(console: Console, base: Path, ours: Path, theirs: Path, path: str) -> int:
    """Merge one file for git; only `ours` is written. 1 when a person has to settle some of it.

    A file that is neither digest nor managed note is merged as git merges.
    """
    texts = [as_text(read_outside(each, MOST)) for each in (base, ours, theirs)]
    config, place = _vault_around(console, path)
    here = RelPath(path) if place is None else place.in_vault(path)
    conflicts_note = here == config.rules.conflicts_note and all(
        not text or conflicts_page.is_ours(text) for text in texts
    )
    merged = None if here is None or conflicts_note else _merged(config, here, texts)
    if merged is None:
        # The conflicts note is generated: the next pass writes it anew.
        left = git.merge_by_line(ours, base, theirs, favour_ours=conflicts_note)
    else:
        left = merged.conflicts
        if merged.text != texts[1]:
            ours.write_bytes(as_bytes(merged.text))
        if left:
            console.complain([f"{path}: {left} left to settle between git's markers"])
    if console.json:
        console.answer(config.root, path=path, conflicts=left)
    return report.OUT_OF_LINE if left else report.IN_LINE


def _merged(config: Config, path: RelPath, texts: list[str]) -> Merged | None:
    """Merge the versions of a digest or a managed note; None for any other file."""
    base, ours, theirs = texts
    names = config.rules.properties
    managed = [read_note(text, names).managed for text in (ours, theirs)]
    if any(managed):
        return documents.note(base, ours, theirs, names) if all(managed) or not base else None
    if is_digest(config.rules)(path):
        return documents.digest(base, ours, theirs, styles_of(config.rules)(path))
    return None


def _vault_around(console: Console, path: str) -> tuple[Config, VaultLocation | None]:
    """Return the vault of a file that git merges; if there is none, one with default rules."""
    start = console.vault / path
    while not start.is_dir():
        start = start.parent
    try:
        root = configuration.find_root(start)
        repository = git.repository(root, os.environ)
        return configuration.load(root), git.place_of(root, repository)
    except (ConfigError, GitError) as error:
        console.complain([f"note: {error}; merged with the default configuration"])
        return Config(console.vault), None
