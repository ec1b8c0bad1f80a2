"""The globs of `[digests] paths`, as they are written for `.gitignore` and by Obsidian's plugins.

`*` and `?` stay inside a folder, `**` crosses folders (and may stand for none), `[ab]` is a set.
Python has this from 3.13 on (`PurePath.full_match`); this is for 3.11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from vault_sync.core.model.values import RelPath, Rules
from vault_sync.core.naming.copy_names import is_copy
from vault_sync.core.naming.note_names import fold
from vault_sync.core.text.regex import regex


def matcher(globs: Sequence[str]) -> Callable[[RelPath], bool]:
    """Return a test of paths by globs; case and normalisation make no difference.

    A copy that a sync service or `restore` put beside a file is found by none: its entries are
    those of that file.
    """
    pattern = re.compile("|".join(_translated(fold(glob)) for glob in globs) or r"(?!)")

    def matches(path: RelPath) -> bool:
        return pattern.fullmatch(fold(path)) is not None and not is_copy(path)

    return matches


def mistake(glob: str) -> str | None:
    """Return what is wrong with a glob, None if it is one."""
    try:
        re.compile(_translated(fold(glob)))
    except re.error:
        return f"'{glob}' is no glob: a set in brackets is empty, or runs backwards"
    return None


def _translated(glob: str) -> str:
    """Return the pattern of a glob, whose matching takes time in proportion to path and glob.

    What stands between two `**`, or two `*` of one name, is best found where it first stands. An
    atomic group holds it there, so that nothing is tried twice.
    """
    runs: list[list[str]] = [[]]
    for part in glob.strip("/").split("/"):
        if part == "**":
            runs.append([])
        else:
            runs[-1].append(_segment(part))
    first, *others = ("/".join(run) for run in runs)
    pattern = first + ("/" if first and others else "")
    pattern += "".join(f"(?>(?:[^/]+/)*?{run}/)" for run in others[:-1] if run)
    if others:
        pattern += f"(?:[^/]+/)*{others[-1]}" if others[-1] else ".*"
    return f"(?:{pattern})"


_WILD = regex(r"\*+|\?|\[!?[^\]]+\]")


def _segment(part: str) -> str:
    pieces, at = [""], 0
    for wild in _WILD.finditer(part):
        pieces[-1] += re.escape(part[at : wild.start()])
        at = wild.end()
        if wild[0].startswith("*"):
            pieces.append("")
        elif wild[0] == "?":
            pieces[-1] += "[^/]"
        else:
            inside = wild[0][1:-1].replace("\\", r"\\").replace("[", r"\[")
            pieces[-1] += f"[{inside.replace('!', '^', 1)}]"
    pieces[-1] += re.escape(part[at:])
    first, *others = pieces
    middle = "".join(f"(?>[^/]*?{piece})" for piece in others[:-1] if piece)
    return first + middle + (f"[^/]*{others[-1]}" if others else "")


def fixed_folder(glob: str) -> str:
    """Return the folder of a glob above its first wildcard; "" is the vault's root."""
    parts = glob.strip("/").split("/")[:-1]
    fixed = []
    for part in parts:
        if any(character in part for character in "*?["):
            break
        fixed.append(part)
    return "/".join(fixed)


def is_digest(rules: Rules) -> Callable[[RelPath], bool]:
    """Return the test for paths that `[digests] paths` finds; the conflicts note is none."""
    takes = matcher(rules.digest_paths)
    return lambda path: path != rules.conflicts_note and takes(path)
