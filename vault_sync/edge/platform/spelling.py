"""The one spelling of a path: as the folders above it list their names.

Where names are compared without case or composition (APFS, HFS+, NTFS) a folder may be opened under
a name that no listing has, and events tell of it under another.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

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


class SpellingTest:
    """Test of paths below a folder: are they spelled as the folders list them?

    A file that was renamed in case or composition alone is found under its old name too.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[str, frozenset[str]] = {}

    def is_listed(self, path: str) -> bool:
        """Return True if a file that is there is listed under this path, of parts with "/".

        Folders are listed, once each, only where another spelling leads to the file as well.
        """
        if not self._has_others(path):
            return True
        above = ""
        for part in path.split("/"):
            if part not in self._listed(above):
                return False
            above = f"{above}/{part}"
        return True

    def _has_others(self, path: str) -> bool:
        others = {path.swapcase(), *(normalize(form, path) for form in ("NFC", "NFD"))} - {path}
        return any(_is_same(self._root / other, self._root / path) for other in others)

    def _listed(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            self._names[folder] = frozenset(
                each.name for each in Path(f"{self._root}{folder}").iterdir()
            )
        return self._names[folder]


def inside(path: str, base: Path) -> tuple[str, bool] | None:
    """Return a path as it is below `base`, with "/", and True if it is spelled as `base` is.

    None: it lies elsewhere. False: case, composition or a short name (8.3) differ above, so what
    is below may be spelled otherwise too.
    """
    parts, top = Path(path).parts, base.parts
    above, below = parts[: len(top)], "/".join(parts[len(top) :])
    if above == top:
        return below, True
    alike = [*map(casefold_nfc, above)] == [*map(casefold_nfc, top)]
    return (below, False) if alike or _is_same(Path(*above), base) else None


def _is_same(path: Path, base: Path) -> bool:
    try:
        return path.samefile(base)
    except OSError:
        return False
