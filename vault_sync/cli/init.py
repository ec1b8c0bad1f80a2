"""`init`: write `vault-sync.toml`, finding digests by their content; `--demo` a whole vault."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from vault_sync.cli.console import Console, UsageError
from vault_sync.core.digest import reader
from vault_sync.core.model.paths import folder_of, natural
from vault_sync.core.model.values import Problem, RelPath, Rules
from vault_sync.core.naming import globs
from vault_sync.core.report import lines as report
from vault_sync.edge.config import FILE
from vault_sync.edge.fs import stignore
from vault_sync.edge.fs.reader import read_all
from vault_sync.edge.fs.scan import scan

LEAST_ENTRIES = 2
"""A file with fewer titled entries is more likely a note in the plain form than a digest."""

_TEXT = """\
# vault-sync: which files are digests, and where notes go. Every key and its default:
# config.example.toml in the project, or docs/format.md.

[digests]
paths = {paths}

[notes]
folder = {folder}
"""


def init(console: Console) -> int:
    """Write the configuration of the vault in the given folder, and show what was found."""
    root = console.vault
    if not root.is_dir():
        raise UsageError(f"{root}: there is no such folder: give the vault's with --vault DIR")
    path = root / FILE
    if path.exists():
        raise UsageError(f"{path}: is there already: edit it, or remove it first")
    found = _digests(root, console)
    paths = _globs(found) or list(Rules().digest_paths)
    text = _TEXT.format(
        paths=json.dumps(paths, ensure_ascii=False),
        folder=json.dumps(Rules().folder, ensure_ascii=False),
    )
    path.write_bytes(text.encode("utf-8"))
    console.say([f"wrote {path}", *_kept_from_syncthing(root)])
    if found:
        entries = sum(found.values())
        console.say(
            [
                f"{len(found)} digests with {entries} entries: {', '.join(paths)}",
                "see what would happen: vault-sync rebuild --dry-run",
            ]
        )
    else:
        console.say(
            [
                f"no file here looks like a digest; [digests] paths is {', '.join(paths)}",
                "put a digest there, or change it; an entry is a URL, then `Title (Author)`",
            ]
        )
    return report.IN_LINE


def _kept_from_syncthing(root: Path) -> list[str]:
    """Have Syncthing leave the tool's own folder alone; return the line that says so."""
    if not stignore.travels(root):
        return []
    stignore.add(root)
    return [f"added .vault-sync to {root / stignore.FILE}: Syncthing leaves it alone"]


def _digests(root: Path, console: Console) -> Mapping[RelPath, int]:
    """Return the files that look like digests, each with the number of its entries."""
    counts: dict[RelPath, int] = {}
    found = scan(root)
    console.show_problems(found.problems, whole=True)
    for path, text in read_all(root, found.files):
        if isinstance(text, Problem) or "://" not in text or text.startswith("---"):
            continue
        entries = reader.read(text).entries
        if sum(bool(entry.fields.title) for entry in entries) >= LEAST_ENTRIES:
            counts[path] = len(entries)
    return counts


def _globs(found: Mapping[RelPath, int]) -> list[str]:
    """Return a glob for each folder of digests; for the root, where other notes lie, each file."""
    folders = {folder_of(path) for path in found}
    in_root = sorted((path for path in found if not folder_of(path)), key=natural)
    paths = [f"{folder}/*.md" for folder in sorted(folders - {""})]
    paths += [_escaped(path) for path in in_root]
    matches = globs.matcher(paths)
    assert all(matches(path) for path in found)
    return paths


def _escaped(path: str) -> str:
    return "".join(f"[{each}]" if each in "*?[" else each for each in path)


def demo(console: Console, folder: Path) -> int:
    """Lay out the sample vault in a new or empty folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is not empty: give a new folder for the sample vault")
    shutil.copytree(_sample(), folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    console.say(
        [
            f"the sample vault is in {folder}",
            f"make its notes: vault-sync --vault {quote(str(folder))} rebuild --offline",
        ]
    )
    return report.IN_LINE


def _sample() -> Path:
    """Return the sample vault: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    places = (package / "sample_vault", package.parent / "sample_vault")
    found = next((place for place in places if (place / FILE).is_file()), None)
    if found is None:
        raise UsageError("the sample vault was not installed with this program: install it again")
    return found
