"""Files that a program put beside another one: a second version of it, and never one of its own.

Obsidian Sync and Dropbox, Nextcloud: `X (Conflicted copy ...).md`; Syncthing:
`X.sync-conflict-DATE-TIME-DEVICE.md`; our own `restore`: `X (restored).md`.
"""

from __future__ import annotations

import re

_COPY = re.compile(
    r"(?: \(restored(?: \d+)?\)| \([^()]*conflicted copy[^()]*\)"
    r"|\.sync-conflict-\d{8}-\d{6}-[a-z0-9]+)\.md$",
    re.IGNORECASE,
)


def is_copy(path: str) -> bool:
    """Return True if a file's name says that it is a copy of another file of the vault."""
    return _COPY.search(path) is not None
