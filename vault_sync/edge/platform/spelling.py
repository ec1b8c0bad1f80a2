"""The one spelling of a path: as the folders above it list their names.

Where names are compared without case or composition (APFS, HFS+, NTFS) a folder may be opened under
a name that no listing has, and events tell of it under another.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from vault_sync.core.text.folding import casefold_nfc


def canonical(path: Path, same: Callable[[Path, Path], bool] = os.path.samefile) -> Path:
    """Return an absolute path whose parts are spelled as on the disk; links are not followed.

    A part that no listing has under any spelling, or whose folder cannot be listed, stays as it is.
    """
    found = Path(path.anchor)
    for part in path.parts[1:]:
        found /= _listed(found, part, same)
    return found


def _listed(folder: Path, name: str, same: Callable[[Path, Path], bool]) -> str:
    try:
        names = {each.name for each in folder.iterdir()}
    except OSError:
        return name
    if name in names:
        return name
    for each in sorted(names):
        try:
            if casefold_nfc(each) == casefold_nfc(name) and same(folder / each, folder / name):
                return each
        except OSError:
            continue
    return name


def inside(path: str, base: Path) -> tuple[str, bool] | None:
    """Return a path as it is below `base`, with "/", and True if it is spelled as `base` is.

    None: it lies elsewhere. False: case, composition or a short name (8.3) differ above, so what
    is below may be spelled otherwise too.
    """
    parts, top = Path(path).parts, base.parts
    above, below = parts[: len(top)], "/".join(parts[len(top) :])
    if above == top:
        return below, True
    alike = len(above) == len(top) and all(map(_alike, above, top))
    return (below, False) if alike or _is_same(Path(*above), base) else None


def _alike(name: str, other: str) -> bool:
    return casefold_nfc(name) == casefold_nfc(other)


def _is_same(path: Path, base: Path) -> bool:
    try:
        return path.samefile(base)
    except OSError:
        return False
