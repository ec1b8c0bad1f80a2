"""The names of copies that sync services make, and of the files they have not finished.

| service | what `X.md` becomes |
|---|---|
| Syncthing | `X.sync-conflict-YYYYMMDD-HHMMSS-DEVICE.md` |
| Obsidian Sync | `X (Conflicted copy DEVICE YYYYMMDDHHMM).md`, `X (Conflicted copy).md` |
| Nextcloud | `X (conflicted copy [USER ]YYYY-MM-DD HHMMSS).md` |
| Nextcloud, older, ownCloud | `X_conflict-YYYYMMDD-HHMMSS.md` |
| Dropbox | `X (HOST's conflicted copy YYYY-MM-DD).md`, and ` (1)` before the last bracket |
| Seafile | `X (SFConflict USER YYYY-MM-DD-HH-MM-SS).md` |
| vault-sync | `X (restored).md`, `X (restored 2).md`: made by `restore`, and never merged |
| OneDrive | `X-COMPUTER.md`, `X-COMPUTER-2.md` (possible) |
| iCloud | `X 2.md` (possible) |
| Google Drive | `X (1).md` (possible) |
| Resilio Sync | `X.Conflict.md` (possible) |
| Dropbox, in other languages | `X (... YYYY-MM-DD).md`, `X (Case Conflict).md` (possible) |
| a file manager | `X copy.md`, `X - Copy.md`, `X 복사본.md`, `X - 복사본.md` (possible) |

People use the names marked as possible too. Such a file is a copy only where `X.md` is there and
both are about the same papers (`about_the_same`), and it is merged only when a person says so.
Sources: Syncthing's lib/model/folder_sendrecv.go and lib/fs/tempname.go, Nextcloud's
Utility::makeConflictFileName, Obsidian's help; those of Dropbox, Seafile, iCloud, Google Drive and
Resilio are reports of their users.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from vault_sync.core.model.values import Key, RelPath, is_markdown
from vault_sync.core.text.regex import regex

Certainty = Literal["certain", "possible", "restored"]


class CopyName(NamedTuple):
    """A name of a copy: the path of the file that it is a copy of, and who names copies so."""

    original: RelPath
    service: str
    certainty: Certainty


# A device's name may have parentheses of its own.
_INNER = r"(?:[^()]|\([^()]*\))*"
_DAY = r"\d{4}-\d\d-\d\d"
_CERTAIN: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (service, regex(pattern, re.IGNORECASE))
    for service, pattern in (
        ("Syncthing", r"\.sync-conflict-\d{8}-\d{6}(?:-[a-z0-9]+)?$"),
        ("Obsidian Sync", r" \(conflicted copy(?: [^()]+ \d{12})?\)$"),
        ("Nextcloud", rf" \(conflicted copy (?:[^()]+ )?{_DAY} \d{{6}}\)$"),
        ("Nextcloud", r"_conflict-\d{8}-\d{6}$"),
        ("Dropbox", rf" \([^()]+['’]s? conflicted copy {_DAY}(?: \(\d+\))?\)$"),
        ("Seafile", rf" \(SFConflict [^()]+ {_DAY}-\d\d-\d\d-\d\d\)$"),
        # Other dates and other words around the same two, as reports of users have them.
        ("a sync service", rf" \({_INNER}conflicted copy{_INNER}\)(?: \(\d+\))?$"),
    )
)
_RESTORED = regex(r" \(restored(?: \d+)?\)$", re.IGNORECASE)
_POSSIBLE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a person", regex(r"(?: -)? (?:copy|복사본)(?: \d+| \(\d+\))?$", re.IGNORECASE)),
    ("Google Drive", regex(r" ?\(\d{1,3}\)$")),
    ("iCloud", regex(r" (?:[2-9]|[1-9]\d)$")),
    ("Resilio Sync", regex(r"\.conflict$", re.IGNORECASE)),
    ("Dropbox", regex(rf" \([^()]*{_DAY}(?: \(\d+\))?\)$")),
    ("Dropbox", regex(r" \(Case Conflict(?: \d+)?\)$", re.IGNORECASE)),
)
_ONEDRIVE = regex(r"-(?=[A-Za-z0-9][\w-]*$)")
_ENDS = frozenset("0123456789)tTyY본")
"""Letters in which all of these names end but OneDrive's."""
_HASHED = regex(r"syncthing[.~][0-9a-f]{32,}")  # of names that would be too long
_DELIVERY = regex(r"\.syncthing\..*|~syncthing~.*|\..+\.icloud", re.DOTALL)

FEWEST_KEYS = 3
"""Keys that two digests must share, at least, before one can be a copy of the other."""


def certain(path: str) -> CopyName | None:
    """Return what a path is a copy of, where its name alone proves it.

    A copy of a copy is one of the same original. Its kind and service are those of the last name.
    """
    if "conflict" not in path.casefold() and "(restored" not in path.casefold():
        return None  # a whole pass asks this of every file
    found: CopyName | None = None
    rest = path
    while (name := _once(rest)) is not None:
        found = found._replace(original=name.original) if found is not None else name
        rest = name.original
    return found


def is_copy(path: str) -> bool:
    """Return True if a Markdown file's name proves that it is a copy of another of the vault."""
    return is_markdown(path) and certain(path) is not None


def _once(path: str) -> CopyName | None:
    head, dot, suffix = path.rpartition(".")
    if not dot or "/" in suffix:
        return None
    restored = _RESTORED.search(head)
    if restored is not None and _has_name(head, restored):
        return CopyName(RelPath(f"{head[: restored.start()]}.{suffix}"), "vault-sync", "restored")
    for service, pattern in _CERTAIN:
        found = pattern.search(head)
        if found is not None and _has_name(head, found):
            return CopyName(RelPath(f"{head[: found.start()]}.{suffix}"), service, "certain")
    return None


def _has_name(head: str, found: re.Match[str]) -> bool:
    """Return True if something is left of the file's name before what marks the copy."""
    return head[: found.start()].rpartition("/")[2] != ""


def possible(path: str, there: Collection[RelPath]) -> tuple[CopyName, ...]:
    """Return what a path may be a copy of, the longest original first, among the files there."""
    head, dot, suffix = path.rpartition(".")
    # A whole pass asks this of every file.
    if not (dot and (head[-1:] in _ENDS or "-" in head)) or certain(path) is not None:
        return ()
    found: dict[RelPath, CopyName] = {}
    for stem, service in _stems(head):
        original = RelPath(f"{stem}.{suffix}")
        if original in there:
            found.setdefault(original, CopyName(original, service, "possible"))
    return tuple(sorted(found.values(), key=lambda name: -len(name.original)))


def _stems(head: str) -> Iterator[tuple[str, str]]:
    for service, pattern in _POSSIBLE:
        found = pattern.search(head)
        if found is not None and _has_name(head, found):
            stem = head[: found.start()]
            yield stem, service
            yield from _stems(stem)  # a copy of a copy
    for found in _ONEDRIVE.finditer(head):
        if _has_name(head, found):
            yield head[: found.start()], "OneDrive"


def about_the_same(one: Collection[Key], other: Collection[Key]) -> bool:
    """Return True if two digests can be versions of one, by the papers that they are about.

    They share half of the smaller one's keys, and at least `FEWEST_KEYS`.
    """
    here, there = set(one), set(other)
    shared = len(here & there)
    return shared >= FEWEST_KEYS and 2 * shared >= min(len(here), len(there))


def brings_markdown(mark: str) -> bool:
    """Return True if an unfinished file may become a Markdown file: its name tells, or hashed."""
    name = mark.rpartition("/")[2].lower()
    return ".md" in name or _HASHED.search(name) is not None


def is_delivery_mark(path: str) -> bool:
    """Return True for a file that a sync service has not finished bringing (Syncthing, iCloud)."""
    name = path.rpartition("/")[2]
    return name[:1] in {".", "~"} and _DELIVERY.fullmatch(name) is not None
