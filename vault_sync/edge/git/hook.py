"""The files of a git hook: ours beside whatever is there, and taken out without a trace."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from vault_sync.core.text.encodings import as_text
from vault_sync.edge.command_lines import for_sh
from vault_sync.edge.fs.reading import MOST_SETTINGS, read_outside
from vault_sync.edge.platform import current

NAME = "pre-commit"
SET_ASIDE = f"{NAME}.before-vault-sync"
_MARK = "# Installed by `vault-sync git install`; `vault-sync git uninstall` takes it out again."

# It names no vault: which one is meant is in the repository's configuration, so that the same file
# can serve many repositories (`core.hooksPath`). A tool that is gone blocks no commit: a hook that
# cannot be run would only teach people --no-verify.
_SCRIPT = """#!/bin/sh
{mark}
kept="$(dirname "$0")/{kept}"
if test -x "$kept"; then
    "$kept" "$@" || exit
fi
root=$(git config --get vault-sync.root) || exit 0
test -d "$root" || exit 0
if test -x {python}; then
    exec {line} --vault "$root" check --staged
fi
echo "vault-sync is not to be found, so this commit is not checked:" >&2
echo "install it and run \\`vault-sync git install\\` again" >&2
"""


class HookError(Exception):
    """The hook cannot be installed; the text says why."""


def install(folder: Path, words: Sequence[str]) -> list[str]:
    """Write the hook; one that is there already is moved aside and called first.

    `words` are the command line of this installation. Return what was done, in words.

    Raises:
        HookError: there are a hook of somebody else's and one that was moved aside before.
    """
    path, aside = folder / NAME, folder / SET_ASIDE
    text = _SCRIPT.format(mark=_MARK, kept=SET_ASIDE, python=for_sh(words[:1]), line=for_sh(words))
    done = []
    if _is_ours(path):
        if _text_of(path) == text:
            return [f"{path}: the hook is there already"]
    elif os.path.lexists(path):
        if os.path.lexists(aside):
            raise HookError(
                f"{path}: a hook that is not ours, and there is no room to keep it: {aside} is "
                "there too; join the two by hand, or move one away"
            )
        path.rename(aside)
        done.append(f"{aside}: the hook that was there; ours calls it first")
    folder.mkdir(parents=True, exist_ok=True)
    _write(path, text)
    return [*done, f"{path}: the hook"]


def uninstall(folder: Path) -> list[str]:
    """Take the hook out and put the one that was there back."""
    path, aside = folder / NAME, folder / SET_ASIDE
    if not _is_ours(path):
        return [f"{path}: not ours, left as it is"] if os.path.lexists(path) else []
    if os.path.lexists(aside):
        aside.replace(path)
        return [f"{path}: the hook that was there before"]
    path.unlink()
    return [f"{path}: taken out"]


def installed(folder: Path) -> bool:
    """Return True if the hook of a repository is ours."""
    return _is_ours(folder / NAME)


def _is_ours(path: Path) -> bool:
    try:
        return _MARK in _text_of(path)
    except FileNotFoundError:
        return False


def _text_of(path: Path) -> str:
    return as_text(read_outside(path, MOST_SETTINGS))


def _write(path: Path, text: str) -> None:
    """Write the hook, whole or not at all; a link that stands there goes, not what it leads to."""
    beside = path.with_name(f".{path.name}.{os.urandom(3).hex()}")
    before = path.lstat().st_mode if _is_ours(path) and not path.is_symlink() else None
    file = current.files.open_to_write(beside, mode=0o666)
    try:
        current.files.write_at(file, text.encode(), 0)
    finally:
        os.close(file)
    mode = stat.S_IMODE(before or beside.stat().st_mode)
    beside.chmod(mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    beside.replace(path)


_BEGIN, _END = "# vault-sync: begin", "# vault-sync: end"
_NO_NEWLINE = " (the file ended without a newline)"


def with_block(before: bytes, lines: Iterable[str]) -> bytes | None:
    """Return a text with lines of ours at its end; None if they are there already."""
    ends = before.endswith(b"\n") or not before
    begin = _BEGIN if ends else _BEGIN + _NO_NEWLINE
    block = "\n".join((begin, *lines, _END, "")).encode()
    if _BEGIN.encode() in before:
        return None
    return before + (b"" if ends else b"\n") + block


def without_block(text: bytes) -> bytes | None:
    """Return a text without our lines; None if they are not in it."""
    start, end = text.find(_BEGIN.encode()), text.find(_END.encode())
    if start < 0 or end < start:
        return None
    stop = end + len(_END)
    stop += text.startswith(b"\n", stop)
    if text.startswith((_BEGIN + _NO_NEWLINE).encode(), start) and stop == len(text):
        start -= text.endswith(b"\n", 0, start)
    return text[:start] + text[stop:]
