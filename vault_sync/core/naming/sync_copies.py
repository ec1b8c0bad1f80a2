"""Files that a program put beside another one: a second version of it, and never one of its own.

The one list of their names, for what counts as a note or digest and for the doctor.
"""

from __future__ import annotations

import re

# A device's name may have parentheses of its own.
_INNER = r"(?:[^()]|\([^()]*\))*"
_SERVICES = (
    # Obsidian Sync, help page "Troubleshoot Obsidian Sync"
    ("Obsidian Sync", re.compile(r" \(Conflicted copy(?: .+ \d{12})?\)\.[^.]+$")),
    # Syncthing, lib/model/folder_sendrecv.go
    (
        "Syncthing",
        re.compile(r"\.sync-conflict-\d{8}-\d{6}-[A-Z0-9]+\.[^.]+$", re.IGNORECASE),
    ),
    # A second one of the same name has a number behind it.
    (
        "Dropbox or Nextcloud",
        re.compile(
            rf" \({_INNER}conflicted copy{_INNER}\)(?: \(\d+\))?\.[^.]+$",
            re.IGNORECASE,
        ),
    ),
)
# Our own `restore`.
_RESTORED = re.compile(r" \(restored(?: \d+)?\)\.md$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<name>.+?)(?: \(\d+\)| \d+)(?P<suffix>\.md)", re.IGNORECASE)


def is_copy(path: str) -> bool:
    """Return True if a Markdown file's name tells that it is a copy of another of the vault."""
    markdown = path[-3:].lower() == ".md"
    return markdown and (_RESTORED.search(path) is not None or service_of(path) is not None)


def service_of(path: str) -> str | None:
    """Return the sync service whose name for a copy that it could not merge a file bears."""
    name = path.rpartition("/")[2]
    return next((service for service, pattern in _SERVICES if pattern.search(name)), None)


def numbered_original(path: str) -> str | None:
    """Return the path without the number that Google Drive and iCloud put behind a copy's name.

    The number makes a copy of it only where that path is a file too.
    """
    numbered = _NUMBERED.fullmatch(path)
    return None if numbered is None else numbered["name"] + numbered["suffix"]
