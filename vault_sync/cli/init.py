"""`init`: write `vault-sync.toml`, finding digests by their content; `--demo` a whole vault."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote

from vault_sync.cli.console import Console, UsageError
from vault_sync.cli.tool.config import package_file
from vault_sync.core.digest.styles.style import FLAT
from vault_sync.core.model.values import RelPath, Rules
from vault_sync.core.report import lines as report
from vault_sync.core.vault_survey import Survey, survey
from vault_sync.edge.config import FILE
from vault_sync.edge.fs import stignore
from vault_sync.edge.fs.own_files import write_own
from vault_sync.edge.fs.scan import scan
from vault_sync.edge.fs.vault_dir import read_texts

OBSIDIAN = ".obsidian"


def init(console: Console, *, here: bool) -> int:
    """Write the configuration of the vault, and show what was found."""
    root = _root(console.vault, here=here)
    path = root / FILE
    if os.path.lexists(path):
        raise UsageError(f"{path}: is there already: edit it, or remove it first")
    scanned = scan(root)
    console.show_problems(scanned.problems, whole=True)
    texts = (
        (path, text) for path, text in read_texts(root, scanned.files) if isinstance(text, str)
    )
    found = survey(texts)
    paths = [glob.pattern for glob in found.globs] or list(Rules().digest_paths)
    folder = found.folder or Rules().folder
    chosen: dict[tuple[str, str], object] = {
        ("digests", "paths"): paths,
        ("notes", "folder"): folder,
    }
    chosen |= {("properties", each.ours): each.own for each in found.own_names}
    styles = _styles(found)
    chosen |= {("digests", "styles"): styles} if styles else {}
    write_own(root, FILE, _configuration(chosen).encode("utf-8"))
    if console.json:
        counts = {"digests": len(found.digests), "entries": found.entries}
        console.answer(root, configuration=str(path), paths=paths, styles=styles, **counts)
    console.say(
        [
            f"wrote {path}: what was found is set in it, and every key explained",
            *_left_by_syncthing(root),
            *_found_lines(found, paths),
            *_note_lines(found, folder),
        ]
    )
    return report.IN_LINE


def _styles(found: Survey) -> list[str] | dict[str, list[str]] | None:
    """Return the value of `[digests] styles`: for all digests, or by glob; None for flat alone."""
    styles = {glob.styles for glob in found.globs}
    if styles <= {FLAT}:
        return None
    if len(styles) == 1:
        return list(styles.pop())
    return {glob.pattern: list(glob.styles) for glob in found.globs}


def _left_by_syncthing(root: Path) -> list[str]:
    """Have Syncthing leave the tool's own folder alone; return the line that says so."""
    if not stignore.travels(root):
        return []
    stignore.add(root)
    return [f"added .vault-sync to {root / stignore.FILE}: Syncthing leaves it alone"]


def _root(start: Path, *, here: bool) -> Path:
    """Return the vault's folder: found upwards from `start`, or `start` itself with `--here`.

    Raises:
        UsageError: there is no vault, or the folder must not become one.
    """
    if not start.is_dir():
        raise UsageError(f"{start}: there is no such folder: give the vault's with --vault DIR")
    start, home = start.resolve(), Path.home().resolve()
    vaults = [
        each
        for each in (start, *start.parents)
        if any((each / mark).exists() for mark in (OBSIDIAN, FILE)) and each not in _above(home)
    ]
    root = start if here or not vaults else vaults[0]
    if root in _above(home):
        raise UsageError(f"{root}: holds a home folder: go to the vault, or give --vault DIR")
    if not vaults and not here:
        raise UsageError(
            f"{start}: neither it nor a folder above is an Obsidian vault ({OBSIDIAN}): "
            "go to the vault, or take this folder as it is with `vault-sync init --here`"
        )
    outer = next((each for each in vaults if each != root), None)
    if here and outer is not None:
        raise UsageError(f"{root}: lies in the vault {outer}: run `vault-sync init` there")
    return root


def _above(home: Path) -> tuple[Path, ...]:
    return (home, *home.parents)


def _found_lines(found: Survey, paths: Sequence[str]) -> Iterator[str]:
    if found.digests:
        digests = report.counted(len(found.digests), "digest")
        entries = report.counted(found.entries, "entry", "entries")
        yield f"{digests} with {entries}: {', '.join(paths)}"
    else:
        yield f"no file here looks like a digest; [digests] paths is {', '.join(paths)}"
    for glob in found.globs:
        if glob.pattern not in found.by_name:
            yield f"    {glob.pattern}: {_some(glob.takes)}"
    if found.by_name:
        yield (
            f"    {len(found.by_name)} by name alone, as their names have no figures in common: "
            "a new digest beside them must be added to `paths`"
        )
    for style, path, line, fields in found.examples:
        yield f"    read in the style `{style}` ([digests] styles), as in {path}:{line}:"
        authors = f" ({', '.join(fields.authors)})" if fields.authors else ""
        yield f"        {fields.title}{authors} {fields.url}"
    if found.unread:
        yield "lists of several papers in a form that is not read:"
        yield f"    {_some(found.unread)}"
        yield "    choose their style in [digests] styles (vault-sync config --example)"
    if found.digests:
        yield "see what would happen: vault-sync rebuild --dry-run"
    else:
        yield "put a digest there, or change it; an entry is a URL, then `Title (Author)`"


def _note_lines(found: Survey, folder: str) -> Iterator[str]:
    counts = [
        f"{len(paths)} {strength}"
        for strength, paths in (
            ("known", found.certain),
            ("likely", found.likely),
            ("only named", found.named),
        )
        if paths
    ]
    if counts:
        yield f"paper notes that are here already: {', '.join(counts)}; new ones go to {folder}/"
    if found.own_names:
        named = (f"{each.own} for {each.ours} ({each.notes})" for each in found.own_names)
        yield f"    properties that these notes name in their own way: {', '.join(named)}"
        yield "    notes are written with these names ([properties])"
    if found.named:
        yield f"    not taken for a paper's note: {_some(found.named)}"


def _some(paths: Sequence[RelPath]) -> str:
    shown = ", ".join(paths[:3])
    return f"{report.counted(len(paths), 'file')}: {shown}{', ...' if len(paths) > 3 else ''}"


def _configuration(chosen: Mapping[tuple[str, str], object]) -> str:
    """Return the text of `vault-sync.toml`: the example, every key but the chosen as a comment.

    `chosen` has values by table and key.
    """
    table, lines = "", []
    for line in package_file("config.example.toml").read_text("utf-8").split("\n"):
        heading = re.fullmatch(r"\[(\w+)\]", line)
        table = heading[1] if heading else table
        key = re.match(r"(\w+) = ", line)
        if key is None:
            lines.append(line)
        elif (table, key[1]) in chosen:
            lines.append(key[0] + _toml(chosen[table, key[1]]))
        else:
            lines.append(f"# {line}")
    lines[:1] = [
        "# `vault-sync init` has set what it found. Every other key is a comment here, with its",
        "# default. Nothing is required: an empty file will do.",
    ]
    return "\n".join(lines)


def _toml(value: object) -> str:
    """Return a value as TOML, in which no shell that is given the file finds a command."""
    if not isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False)
        return re.sub(r"[$`\x7f]", lambda sign: f"\\u{ord(sign[0]):04x}", text)
    rows = (f"{_toml(key)} = {_toml(each)}" for key, each in value.items())
    return f"{{ {', '.join(rows)} }}"


def _lay_out(sample: Path, folder: Path) -> None:
    """Copy folders and bytes alone: not every disk takes times and modes."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sample.iterdir():
        if path.is_dir():
            _lay_out(path, folder / path.name)
        else:
            shutil.copyfile(path, folder / path.name)


def demo(console: Console, folder: Path) -> int:
    """Lay out the sample vault in a new or empty folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is not empty: give a new folder for the sample vault")
    _lay_out(package_file("sample_vault"), folder)
    if console.json:
        root = folder.absolute()
        console.answer(root, configuration=str(root / FILE))
    console.say(
        [
            f"the sample vault is in {folder}",
            f"make its notes: vault-sync --vault {quote(str(folder))} rebuild --offline",
        ]
    )
    return report.IN_LINE
