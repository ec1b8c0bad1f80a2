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


def _translated(glob: str) -> str:
    parts = glob.strip("/").split("/")
    pattern = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            pattern += ".*" if last else "(?:[^/]+/)*"
            continue
        pattern += _segment(part) + ("" if last else "/")
    return f"(?:{pattern})"


_WILD = regex(r"\*|\?|\[!?[^\]]+\]")


def _segment(part: str) -> str:
    pattern, at = "", 0
    for wild in _WILD.finditer(part):
        pattern += re.escape(part[at : wild.start()])
        one = {"*": "[^/]*", "?": "[^/]"}.get(wild[0])
        inside = wild[0][1:-1].replace("\\", r"\\").replace("[", r"\[")
        pattern += one or f"[{inside.replace('!', '^', 1)}]"
        at = wild.end()
    return pattern + re.escape(part[at:])


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
